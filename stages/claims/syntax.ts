/**
 * The expressions in which claims are written, such as
 * `final(train_loss(lr=0.01)) < 0.02`, and their syntax:
 *
 *     claim      = all { "or" all }            all = one { "and" one }
 *     one        = "not" one | sum [ comparison ]
 *     comparison = ("<" | "<=" | ">" | ">=" | "==") sum
 *                | "in" sum ".." sum | "within" sum "of" sum
 *     sum        = product { ("+" | "-") product }
 *     product    = factor { ("*" | "/") factor }
 *     factor     = "-" factor | number | "(" claim ")" | name [ "(" [ argument { "," argument } ] ")" ]
 *     argument   = axis "=" ( number | string ) | claim
 */
import { ExpressionError, type Token, tokens } from "./token.ts";
import { RESERVED } from "./vocabulary.ts";

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

/** Places on axes, by which a network is selected. */
export type Selection = { readonly [axis: string]: number | string };

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
  /** `value in low..high`, both included. */
  | {
    readonly kind: "range";
    readonly at: number;
    readonly value: Expression;
    readonly low: Expression;
    readonly high: Expression;
  }
  /** `value within distance of target` */
  | {
    readonly kind: "near";
    readonly at: number;
    readonly value: Expression;
    readonly distance: Expression;
    readonly target: Expression;
  }
  | { readonly kind: "name"; readonly at: number; readonly name: string }
  | {
    readonly kind: "call";
    readonly at: number;
    readonly name: string;
    readonly arguments: readonly Expression[];
    /** `lr=0.1, encoder="8-4-2"` */
    readonly point: Selection;
  };

const COMPARISONS = ["<", "<=", ">", ">=", "=="] as const;

// Deeper than anybody writes, and far from what the stack can hold.
const DEEPEST = 50;

// A chain leans to the left, one level for each of its parts.
const LONGEST = 4000;

/** Parses an expression. Throws an `ExpressionError` at the word that does not fit. */
export function parse(text: string): Expression {
  if (text.length > LONGEST) {
    throw new ExpressionError(
      `an expression has at most ${LONGEST} characters, and this one ${text.length}`,
      0,
    );
  }
  const words = tokens(text);
  let next = 0;
  let depth = 0;
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
    if (not) return { kind: "not", at: not.at, of: deeper(not, one) };
    const value = sum();
    const word = accept("in", "within", ...COMPARISONS);
    if (!word) return value;
    const { text, at } = word;
    const compared = compare(value, text, at);
    const again = peek();
    if (COMPARISONS.some(is)) {
      throw new ExpressionError(
        "comparisons do not follow each other: write low < x and x < high, or x in low..high",
        again.at,
        again.text.length,
      );
    }
    return compared;
  }

  function compare(value: Expression, sign: string, at: number): Expression {
    const first = sum();
    switch (sign) {
      case "within":
        expect("of");
        return { kind: "near", at, value, distance: first, target: sum() };
      case "in":
        expect("..");
        return { kind: "range", at, value, low: first, high: sum() };
      default: {
        const operator = sign as Operator; // one of COMPARISONS
        return { kind: "binary", at, operator, left: value, right: first };
      }
    }
  }

  function deeper(word: Token, part: () => Expression): Expression {
    if (++depth > DEEPEST) {
      throw new ExpressionError("too many things stand in each other", word.at);
    }
    const inner = part();
    depth--;
    return inner;
  }

  const sum = (): Expression =>
    chain(["+", "-"], () => chain(["*", "/"], factor));

  function factor(): Expression {
    const word = peek();
    const minus = accept("-");
    if (minus) return { kind: "minus", at: minus.at, of: deeper(word, factor) };
    if (accept("(")) {
      const inner = deeper(word, claim);
      expect(")");
      return inner;
    }
    if (word.kind === "number") {
      next++;
      return { kind: "number", at: word.at, value: word.value };
    }
    if (word.kind === "name" && !RESERVED.includes(word.text)) {
      next++;
      const { text: name, at } = word;
      return is("(")
        ? deeper(word, () => call(word))
        : { kind: "name", at, name };
    }
    throw unexpected(word, "a number, a name or a parenthesis");
  }

  function call({ text: name, at }: Token): Expression {
    expect("(");
    const list: Expression[] = [];
    const point = new Map<string, number | string>();
    while (!is(")")) {
      const word = peek();
      if (word.kind === "name" && words[next + 1]?.text === "=") {
        next += 2;
        const value = peek();
        if (value.kind !== "number" && value.kind !== "string") {
          throw unexpected(value, "a number, or a text in quotes,");
        }
        next++;
        if (point.has(word.text)) {
          throw new ExpressionError(
            `"${word.text.slice(0, 40)}" is given twice`,
            word.at,
            word.text.length,
          );
        }
        point.set(word.text, value.value);
      } else list.push(claim());
      if (!accept(",")) break;
    }
    expect(")");
    return {
      kind: "call",
      at,
      name,
      arguments: list,
      point: Object.fromEntries(point),
    };
  }

  const whole = claim();
  if (peek().kind !== "end") throw unexpected(peek(), "the end");
  return whole;
}

function unexpected(
  { kind, text, at }: Token,
  wanted: string,
): ExpressionError {
  const found = kind === "end" ? "the end" : `"${text.slice(0, 40)}"`;
  return new ExpressionError(
    `${found} stands where ${wanted} is expected`,
    at,
    text.length || 1,
  );
}
