/** The text of an expression, with no more parentheses than needed. */
import type { Expression, Operator } from "./syntax.ts";

/** How tightly the parts of an expression hold together, as in the grammar. */
const LEVELS = {
  or: 1,
  and: 2,
  one: 3,
  sum: 4,
  product: 5,
  factor: 6,
} as const;

/** A text that parses to the same expression. */
export function print(expression: Expression): string {
  return printed(expression, LEVELS.or);
}

function printed(expression: Expression, least: number): string {
  const text = words(expression);
  return level(expression) < least ? `(${text})` : text;
}

function level(expression: Expression): number {
  switch (expression.kind) {
    case "not":
    case "range":
    case "near":
      return LEVELS.one;
    case "binary":
      return levelOf(expression.operator);
    default:
      return LEVELS.factor;
  }
}

function levelOf(operator: Operator): number {
  if (operator === "or" || operator === "and") return LEVELS[operator];
  if (operator === "+" || operator === "-") return LEVELS.sum;
  return operator === "*" || operator === "/" ? LEVELS.product : LEVELS.one;
}

function words(expression: Expression): string {
  const sum = (part: Expression) => printed(part, LEVELS.sum);
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "name":
      return expression.name;
    case "minus":
      return `-${printed(expression.of, LEVELS.factor)}`;
    case "not":
      return `not ${printed(expression.of, LEVELS.one)}`;
    case "range": {
      const { value, low, high } = expression;
      return `${sum(value)} in ${sum(low)}..${sum(high)}`;
    }
    case "near": {
      const { value, distance, target } = expression;
      return `${sum(value)} within ${sum(distance)} of ${sum(target)}`;
    }
    case "binary": {
      // Chains lean to the left; comparisons do not chain.
      const { operator, left, right } = expression;
      const own = levelOf(operator);
      const compares = own === LEVELS.one;
      const from = printed(left, compares ? LEVELS.sum : own);
      const to = printed(right, compares ? LEVELS.sum : own + 1);
      return `${from} ${operator} ${to}`;
    }
    case "call": {
      const point = Object.entries(expression.point).map(([axis, value]) =>
        `${axis}=${typeof value === "string" ? JSON.stringify(value) : value}`
      );
      const all = [...expression.arguments.map(print), ...point];
      return `${expression.name}(${all.join(", ")})`;
    }
  }
}
