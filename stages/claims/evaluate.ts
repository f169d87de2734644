/** Evaluates a claim's expression over what was measured, and keeps the numbers that it rests on. */
import { print } from "./print.ts";
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Expression, Selection } from "./syntax.ts";
import { FUNCTIONS, SCALARS, SERIES, stageOf } from "./vocabulary.ts";

/** What was measured of one network. */
export interface Measured {
  readonly seed: number;
  /** Its place on every axis, the seed among them. */
  readonly at: Point;
  readonly series: {
    readonly [name in typeof SERIES[number]]: readonly number[];
  };
  /** A number that is not finite is left out. */
  readonly scalars: { readonly [name: string]: number };
}

/** What a declared stage measured at one of its points. */
export interface Observed {
  /** As expressions write it. */
  readonly stage: string;
  readonly at: Point;
  readonly values: { readonly [name: string]: number | readonly number[] };
}

/** Where an expression finds its numbers. */
export interface Ground {
  readonly networks: readonly Measured[];
  /** What other stages measured. */
  readonly observed?: readonly Observed[];
  /** Of what is selected without one, if there are seeds. */
  readonly seed: number | undefined;
  /** Where a network stands on the axes by which it is not selected, if not otherwise. */
  readonly base: Point;
  /** The numbers that names stand for. */
  readonly constants: { readonly [name: string]: number };
}

/** What an expression gave. */
interface Evaluated {
  readonly result: number | boolean;
  /** What was measured, and both sides of every comparison, by their texts, in order. */
  readonly values: { readonly [text: string]: number };
  /** The texts of those values that were measured. */
  readonly measured: readonly string[];
  /** The comparisons that are not true, by their texts. */
  readonly untrue: readonly string[];
}

type Operation<Result> = {
  readonly [operator: string]: (a: number, b: number) => Result;
};

const ARITHMETIC: Operation<number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

const COMPARISONS: Operation<boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
};

/** Something that an expression speaks of is not there, so it has no value. */
export class Missing extends Error {
  override readonly name = "Missing";
}

/**
 * Evaluates an expression that has passed `checkClaim`. Every part is looked at,
 * also where the first one decides: the evidence is to be complete.
 *
 * @throws Missing if a network, a value of a series or a finite number is missing.
 */
export function evaluate(
  expression: Expression,
  { networks, observed = [], seed, base, constants }: Ground,
): Evaluated {
  const usual: Point = { ...base, ...(seed !== undefined && { seed }) };
  const values: Record<string, number> = {};
  const measured: string[] = [];
  const untrue: string[] = [];
  const result = truthOrNumber(expression);
  return { result, values, measured: [...new Set(measured)], untrue };

  /** `classify.accuracy`, and not `test.mse`, which is a network's. */
  function isObserved(name: string): boolean {
    return stageOf(name) !== undefined &&
      (networks.length === 0 ||
        !(SCALARS as readonly string[]).includes(name));
  }

  function truthOrNumber(part: Expression): number | boolean {
    switch (part.kind) {
      case "not":
        return !truth(part.of);
      case "binary":
        if (part.operator === "and" || part.operator === "or") {
          const [left, right] = [truth(part.left), truth(part.right)];
          return part.operator === "and" ? left && right : left || right;
        }
        if (ARITHMETIC[part.operator]) return number(part);
        return compared(
          part,
          COMPARISONS[part.operator]!(side(part.left), side(part.right)),
        );
      case "range": {
        const [x, low, high] = [
          side(part.value),
          side(part.low),
          side(part.high),
        ];
        return compared(part, low <= x && x <= high);
      }
      case "near": {
        const [x, target] = [side(part.value), side(part.target)];
        return compared(part, Math.abs(x - target) <= side(part.distance));
      }
      default:
        return number(part);
    }
  }

  function truth(part: Expression): boolean {
    return truthOrNumber(part) === true;
  }

  function compared(part: Expression, holds: boolean): boolean {
    if (!holds) untrue.push(print(part));
    return holds;
  }

  /** One side of a comparison, which is evidence unless it is written out. */
  function side(part: Expression): number {
    const value = number(part);
    const literal = part.kind === "minus" ? part.of : part;
    if (literal.kind !== "number") values[print(part)] = value;
    return value;
  }

  function number(part: Expression): number {
    const value = compute(part);
    if (!Number.isFinite(value)) {
      throw new Missing(`${print(part)} is no finite number`);
    }
    return value;
  }

  function compute(part: Expression): number {
    switch (part.kind) {
      case "number":
        return part.value;
      case "minus":
        return -number(part.of);
      case "name": {
        const value = constants[part.name];
        if (value !== undefined) return value;
        if (stageOf(part.name) === undefined) throw unchecked(part);
        measured.push(part.name);
        return values[part.name] = observation(part.name, {}, "number");
      }
      case "binary": {
        const calculate = ARITHMETIC[part.operator];
        if (!calculate) throw unchecked(part);
        return calculate(number(part.left), number(part.right));
      }
      case "call":
        measured.push(print(part));
        return values[print(part)] = call(part);
      default:
        throw unchecked(part);
    }
  }

  type Call = Extract<Expression, { kind: "call" }>;

  function call(part: Call): number {
    const asked = FUNCTIONS[part.name];
    if (isObserved(part.name)) {
      return observation(part.name, part.point, "number");
    }
    if (asked === undefined) {
      const found = network(part.point).scalars[part.name];
      if (found === undefined) {
        throw new Missing(`${print(part)} has no finite value`);
      }
      return found;
    }
    if (asked.gives === "series") throw unchecked(part);
    const of = series(part.arguments[0]);
    const n = asked.leaves === undefined
      ? 0 // not asked for
      : position(part, of.length - asked.leaves);
    return asked.ask(of, n);
  }

  function series(part: Expression | undefined): readonly number[] {
    if (part?.kind === "name" && isObserved(part.name)) {
      return observation(part.name, {}, "series");
    }
    if (part?.kind !== "call") throw unchecked(part);
    if (isObserved(part.name)) {
      return observation(part.name, part.point, "series");
    }
    const asked = FUNCTIONS[part.name];
    if (asked?.gives === "series") {
      const of = series(part.arguments[0]);
      return asked.ask(of, position(part, of.length - asked.leaves));
    }
    const found =
      network(part.point).series[part.name as typeof SERIES[number]];
    if (found.length === 0) throw new Missing(`${print(part)} is empty`);
    return found;
  }

  /** The number that a question takes besides its series. */
  function position({ name, arguments: [of, n] }: Call, most: number): number {
    if (!of || !n) throw unchecked(n);
    const position = number(n);
    if (position >= 1 && position <= most && Number.isInteger(position)) {
      return position;
    }
    throw new Missing(
      `${name}(${
        print(of)
      }, n) goes up to n = ${most} here, and ${position} is asked for`,
    );
  }

  function observation<Wanted extends "number" | "series">(
    name: string,
    point: Selection,
    wanted: Wanted,
  ): Wanted extends "number" ? number : readonly number[] {
    const stage = stageOf(name) ?? name;
    const all = observed.filter((one) => one.stage === stage);
    const chosen = { ...usual, ...point };
    // What is named must fit; of the rest, what is usual, if that tells one from others.
    const fitting = all.filter(({ at }) => fits(at, point));
    const chosenOnes = fitting.filter(({ at }) => fits(at, chosen));
    const [found, another] = chosenOnes.length > 0 ? chosenOnes : fitting;
    if (!found) {
      throw new Missing(
        all.length === 0
          ? `the stage ${stage} measured nothing`
          : `the stage ${stage} did not run at ${places(point)}`,
      );
    }
    if (another) {
      throw new Missing(
        `${name} stands for ${fitting.length} values; select one, as in ${name}(${
          places(found.at)
        })`,
      );
    }
    const value = found.values[name.slice(stage.length + 1)];
    if (value === undefined) {
      throw new Missing(
        `the stage ${stage} measured no ${name.slice(stage.length + 1)}, but ${
          Object.keys(found.values).join(", ")
        }`,
      );
    }
    if ((typeof value === "number") !== (wanted === "number")) {
      throw new Missing(
        wanted === "number"
          ? `${name} is a series; ask it, as in final(${name}${
            Object.keys(point).length > 0 ? `(${places(point)})` : ""
          })`
          : `${name} is a number, and no series`,
      );
    }
    return value as Wanted extends "number" ? number : readonly number[]; // just compared
  }

  function network(point: Selection): Measured {
    const wanted: Selection = { ...usual, ...point };
    const found = register(networks).of(wanted);
    if (found) return found;
    const axes = register(networks).axes.filter((axis) =>
      Object.hasOwn(wanted, axis)
    );
    throw new Missing(
      `no network was trained with ${
        axes.map((axis) => `${axis}=${wanted[axis]}`).join(", ")
      }`,
    );
  }
}

/** Whether a point is where it is wanted, on the axes that both have. */
function fits(at: Point, wanted: Selection): boolean {
  return Object.entries(at).every(([axis, value]) =>
    !Object.hasOwn(wanted, axis) || String(wanted[axis]) === String(value)
  );
}

function places(point: Selection): string {
  // As an expression has them: a word with a hyphen would be two.
  return Object.entries(point).map(([axis, value]) =>
    `${axis}=${typeof value === "string" ? JSON.stringify(value) : value}`
  ).join(", ");
}

/** Networks as they are asked for. */
interface Register {
  of(point: Selection): Measured | undefined;
  /** The axes on which all of them stand, in order. */
  readonly axes: readonly string[];
  /** The epochs that all of them have; infinitely many if there are none. */
  readonly epochs: number;
}

const registers = new WeakMap<readonly Measured[], Register>();

/** Made once of each list: a search for every number of every seed would be quadratic. */
export function register(networks: readonly Measured[]): Register {
  let found = registers.get(networks);
  if (!found) {
    const axes = Object.keys(networks[0]?.at ?? {});
    const key = (point: Selection) =>
      JSON.stringify(axes.map((axis) => String(point[axis])));
    const known = new Map<string, Measured>();
    let epochs = Infinity;
    for (const one of networks) {
      const name = key(one.at);
      if (!known.has(name)) known.set(name, one);
      epochs = Math.min(epochs, one.series.validation_loss.length);
    }
    found = { of: (point) => known.get(key(point)), axes, epochs };
    registers.set(networks, found);
  }
  return found;
}

function unchecked(part: Expression | undefined): Error {
  return new Error(`Not what was checked: ${part ? print(part) : "nothing"}`);
}
