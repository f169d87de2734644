/**
 * The syntax of a claim's expression:
 *
 *     claim      = all { "or" all }            all = one { "and" one }
 *     one        = "not" one | sum [ ("<" | "<=" | ">" | ">=" | "==") sum | "in" sum ".." sum ]
 *     sum        = product { ("+" | "-") product }
 *     product    = factor { ("*" | "/") factor }
 *     factor     = "-" factor | number | name "(" [ argument { "," argument } ] ")" | "(" claim ")"
 *     argument   = axis "=" number | claim
 */
import { ExpressionError, type Token, tokens } from "./token.ts";

/** An operator between two parts. */
export type Operator =
  | "or"
  | "and"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "+"
  | "-"
  | "*"
  | "/";

/** An expression, each part with its place in the text. */
export type Expression =
  | { readonly kind: "number"; readonly at: number; readonly value: number }
  | {
    readonly kind: "binary";
    readonly at: number;
    readonly operator: Operator;
    readonly left: Expression;
    readonly right: Expression;
  }
  | {
    readonly kind: "not" | "minus";
    readonly at: number;
    readonly of: Expression;
  }
  | {
    readonly kind: "within";
    readonly at: number;
    readonly value: Expression;
    readonly low: Expression;
    readonly high: Expression;
  }
  | {
    readonly kind: "call";
    readonly at: number;
    readonly name: string;
    readonly arguments: readonly Expression[];
    /** `lr=0.1` */
    readonly point: { readonly [axis: string]: number };
  };

/** Parses an expression. Throws an `ExpressionError` at the word that does not fit. */
export function parse(text: string): Expression {
  const words = tokens(text);
  let next = 0;
  const peek = (): Token => words[next]!; // the end is never passed
  const is = (word: string) => peek().kind !== "end" && peek().text === word;
  const accept = (...texts: string[]) => {
    if (!texts.some(is)) return undefined;
    return words[next++]!;
  };
  const expect = (word: string) => {
    const found = accept(word);
    if (!found) throw unexpected(peek(), `"${word}"`);
    return found;
  };

  function chain(operators: Operator[], part: () => Expression): Expression {
    let left = part();
    for (let sign = accept(...operators); sign; sign = accept(...operators)) {
      left = {
        kind: "binary",
        at: sign.at,
        operator: sign.text as Operator,
        left,
        right: part(),
      };
    }
    return left;
  }

  const claim = (): Expression => chain(["or"], () => chain(["and"], one));

  function one(): Expression {
    const not = accept("not");
    if (not) return { kind: "not", at: not.at, of: one() };
    const left = sum();
    const within = accept("in");
    if (within) {
      const low = sum();
      expect("..");
      return { kind: "within", at: within.at, value: left, low, high: sum() };
    }
    const sign = accept("<", "<=", ">", ">=", "==");
    if (!sign) return left;
    return {
      kind: "binary",
      at: sign.at,
      operator: sign.text as Operator,
      left,
      right: sum(),
    };
  }

  const sum = (): Expression =>
    chain(["+", "-"], () => chain(["*", "/"], factor));

  function factor(): Expression {
    const minus = accept("-");
    if (minus) return { kind: "minus", at: minus.at, of: factor() };
    if (accept("(")) {
      const inner = claim();
      expect(")");
      return inner;
    }
    const word = peek();
    if (word.kind === "number") {
      next++;
      return { kind: "number", at: word.at, value: word.value };
    }
    if (word.kind === "name") {
      next++;
      return call(word);
    }
    throw unexpected(word, "a number, a name or a parenthesis");
  }

  function call({ text: name, at }: Token): Expression {
    expect("(");
    const list: Expression[] = [];
    const point: Record<string, number> = {};
    while (!is(")")) {
      const word = peek();
      if (word.kind === "name" && words[next + 1]?.text === "=") {
        next += 2;
        const value = peek();
        if (value.kind !== "number") throw unexpected(value, "a number");
        next++;
        if (word.text in point) {
          throw new ExpressionError(
            `"${word.text}" is given twice`,
            word.at,
            word.text.length,
          );
        }
        point[word.text] = value.value;
      } else list.push(claim());
      if (!accept(",")) break;
    }
    expect(")");
    return { kind: "call", at, name, arguments: list, point };
  }

  const whole = claim();
  if (peek().kind !== "end") throw unexpected(peek(), "the end");
  return whole;
}

function unexpected(
  { kind, text, at }: Token,
  wanted: string,
): ExpressionError {
  const found = kind === "end" ? "the end" : `"${text}"`;
  return new ExpressionError(
    `${found} stands where ${wanted} is expected`,
    at,
    text.length || 1,
  );
}

/** An expression as a text that parses to the same expression. */
export function print(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "not":
      return `(not ${print(expression.of)})`;
    case "minus":
      return `-${print(expression.of)}`;
    case "within": {
      const { value, low, high } = expression;
      return `(${print(value)} in ${print(low)}..${print(high)})`;
    }
    case "binary":
      return `(${print(expression.left)} ${expression.operator} ${
        print(expression.right)
      })`;
    case "call": {
      const point = Object.entries(expression.point).map(([axis, value]) =>
        `${axis}=${value}`
      );
      return `${expression.name}(${
        [...expression.arguments.map(print), ...point].join(", ")
      })`;
    }
  }
}
