/** Judging claims: an expression over the measured numbers, for each seed. */
import type { Expression } from "./syntax.ts";
import { parse, print } from "./syntax.ts";
import { FUNCTIONS, SERIES } from "./vocabulary.ts";

/** A sentence of the paper as a check. */
export type Claim = {
  readonly id: string;
  readonly sentence: string;
  /** Where it stands in the paper. */
  readonly where: string;
  readonly holds: string;
  /** With fewer epochs nothing can be said. */
  readonly epochs: number;
};

/** What was measured of one network. */
export interface Measured {
  readonly learning_rate: number;
  readonly seed: number;
  readonly series: {
    readonly [name in keyof typeof SERIES]: readonly number[];
  };
  readonly scalars: { readonly [name: string]: number };
}

/** What a claim's expression gave for one seed. */
export type Finding =
  | {
    readonly kind: "judged";
    readonly seed: number;
    readonly holds: boolean;
    /** Every measured number in the expression, by its text, in order. */
    readonly values: { readonly [text: string]: number };
  }
  | {
    readonly kind: "not judged";
    readonly seed: number;
    readonly because: string;
  };

/** Something that a claim speaks of is not there. */
class Missing extends Error {
  override readonly name = "Missing";
}

/** Judges a claim for one seed. The expression must have passed `problem`. */
export function judge(
  claim: Claim,
  seed: number,
  networks: readonly Measured[],
): Finding {
  const values: Record<string, number> = {};
  const trained = networks.reduce(
    (least, { series }) => Math.min(least, series.validation_loss.length),
    Infinity,
  );
  if (trained < claim.epochs) {
    const because =
      `it takes ${claim.epochs} epochs to judge, and this run has ${trained}`;
    return { kind: "not judged", seed, because };
  }
  try {
    const holds = value(parse(claim.holds)) === true;
    return { kind: "judged", seed, holds, values };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { kind: "not judged", seed, because: error.message };
  }

  function value(expression: Expression): number | boolean {
    switch (expression.kind) {
      case "number":
        return expression.value;
      case "minus":
        return -value(expression.of);
      case "not":
        return !value(expression.of);
      case "within": {
        const x = value(expression.value);
        // Both bounds are looked at, so that the evidence is complete.
        const [low, high] = [value(expression.low), value(expression.high)];
        return low <= x && x <= high;
      }
      case "binary": {
        const left = value(expression.left);
        const right = value(expression.right);
        return compute(expression.operator, left, right);
      }
      case "call":
        return values[print(expression)] = call(expression);
    }
  }

  function call(
    { name, arguments: list, point }: Extract<Expression, { kind: "call" }>,
  ): number {
    const ask = FUNCTIONS[name];
    if (!ask) {
      const found = network(point).scalars[name];
      if (found === undefined) throw new Missing(`${name} was not measured`);
      return found;
    }
    const [of, n] = list;
    if (of?.kind !== "call") {
      throw new Error(`${name} of no series passed the check`);
    }
    const series = network(of.point).series[of.name as keyof typeof SERIES];
    const index = n ? Number(value(n)) : 1;
    if (!Number.isInteger(index) || index < 1 || index > series.length) {
      throw new Missing(
        `${print(of)} has ${series.length} values, not ${index}`,
      );
    }
    return ask(series, index);
  }

  function network(point: { readonly [axis: string]: number }): Measured {
    const wanted = point.seed ?? seed;
    const found = networks.find((one) =>
      one.learning_rate === point.lr && one.seed === wanted
    );
    if (!found) {
      throw new Missing(
        `no network was trained with learning rate ${point.lr} and seed ${wanted}`,
      );
    }
    return found;
  }
}

function compute(
  operator: Extract<Expression, { kind: "binary" }>["operator"],
  left: number | boolean,
  right: number | boolean,
): number | boolean {
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case "or":
      return Boolean(left) || Boolean(right);
    case "and":
      return Boolean(left) && Boolean(right);
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "==":
      return a === b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
  }
}
