/** The types of a claim's expression: what can be found wrong before anything ran. */
import type { Expression } from "./syntax.ts";
import { parse } from "./syntax.ts";
import { ExpressionError } from "./token.ts";
import {
  FUNCTIONS,
  SCALARS,
  SERIES,
  type Type,
  WITH_NUMBER,
} from "./vocabulary.ts";

/**
 * What is wrong with an expression, with the line and a caret; `undefined` if it
 * can be judged.
 */
export function problem(text: string): string | undefined {
  try {
    const expression = parse(text);
    need(expression, "truth");
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `${error.message}\n${pointAt(text, error.at, error.length)}`;
  }
}

function need(expression: Expression, wanted: Type): void {
  const found = typeOf(expression);
  if (found === wanted) return;
  const words = {
    number: "a number",
    truth: "a statement",
    series: "a series",
  };
  const length = expression.kind === "call" ? expression.name.length : 1;
  throw new ExpressionError(
    `${words[found]} stands where ${words[wanted]} is expected`,
    expression.at,
    length,
  );
}

/** The type of an expression whose parts fit together; else an `ExpressionError`. */
export function typeOf(expression: Expression): Type {
  switch (expression.kind) {
    case "number":
      return "number";
    case "minus":
      need(expression.of, "number");
      return "number";
    case "not":
      need(expression.of, "truth");
      return "truth";
    case "within":
      for (const part of [expression.value, expression.low, expression.high]) {
        need(part, "number");
      }
      return "truth";
    case "binary": {
      const { operator, left, right } = expression;
      const of: Type = operator === "and" || operator === "or"
        ? "truth"
        : "number";
      need(left, of);
      need(right, of);
      return "+-*/".includes(operator) ? "number" : "truth";
    }
    case "call":
      return typeOfCall(expression);
  }
}

function typeOfCall(call: Extract<Expression, { kind: "call" }>): Type {
  const { name, at, arguments: list, point } = call;
  const wrong = (message: string) =>
    new ExpressionError(message, at, name.length);
  const measured = name in SERIES
    ? "series"
    : name in SCALARS
    ? "number"
    : undefined;
  if (measured !== undefined) {
    if (list.length > 0) throw wrong(`"${name}" takes only lr=… and seed=…`);
    for (const axis of Object.keys(point)) {
      if (axis !== "lr" && axis !== "seed") {
        throw wrong(`"${name}" is selected by lr and seed, not by "${axis}"`);
      }
    }
    if (!("lr" in point)) {
      throw wrong(`"${name}" needs a learning rate, as in ${name}(lr=0.01)`);
    }
    return measured;
  }
  if (!Object.hasOwn(FUNCTIONS, name)) {
    const known = [
      ...Object.keys(FUNCTIONS),
      ...Object.keys(SERIES),
      ...Object.keys(SCALARS),
    ];
    throw wrong(`"${name}" is not known; known are ${known.join(", ")}`);
  }
  const wanted: Type[] = WITH_NUMBER.has(name)
    ? ["series", "number"]
    : ["series"];
  if (list.length !== wanted.length || Object.keys(point).length > 0) {
    throw wrong(
      `"${name}" takes ${wanted.map((type) => `a ${type}`).join(" and ")}`,
    );
  }
  list.forEach((argument, index) => need(argument, wanted[index]!));
  return "number";
}

function pointAt(text: string, at: number, length: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const line = text.slice(start, end < 0 ? undefined : end);
  return `${line}\n${" ".repeat(at - start)}${"^".repeat(Math.max(1, length))}`;
}
