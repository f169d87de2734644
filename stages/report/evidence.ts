/** The evidence of a claim: its check, comparison by comparison, with the numbers put in. */
import { print } from "../claims/print.ts";
import { type Expression, parse } from "../claims/syntax.ts";
import type { Judgement } from "../formats/claims.ts";
import { digits } from "./number.ts";

/** A comparison of a check. */
export interface Comparison {
  /** As the check has it: `final(x) < 0.02`. */
  readonly text: string;
  /** What stands on its left, as a number, or over several seeds from the least to the greatest. */
  readonly left: string;
  readonly sign: string;
  readonly right: string;
  /** Whether the numbers as they are shown give the same; not where they are too close. */
  readonly plain: boolean;
  /** In how many seeds it is true. */
  readonly holding: number;
  readonly seeds: number;
  /** Those in which it is not. */
  readonly without: readonly string[];
}

/** A check taken apart. */
export interface Evidence {
  readonly comparisons: readonly Comparison[];
  /** How they are joined, by their numbers from 1; nothing if all of them must be true. */
  readonly joined: string | undefined;
}

/** The evidence of a claim that was judged; nothing of one that was not. */
export function evidenceOf(
  { verdict, evidence: { expression, seeds } }: Judgement,
): Evidence {
  const judged = Object.entries(seeds).flatMap(([seed, found]) =>
    found.values
      ? [{ seed, values: found.values, untrue: found.untrue ?? [] }]
      : []
  );
  if (verdict === "not judged" || judged.length === 0) {
    return { comparisons: [], joined: undefined };
  }
  const whole = parse(expression);
  const found = comparisonsOf(whole);
  const comparisons = found.map(({ part, sides, sign }): Comparison => {
    const text = print(part);
    const without = judged.filter(({ untrue }) => untrue.includes(text));
    const numbers = judged.map(({ values }) =>
      sides.map((side) => valueOf(side, values))
    );
    const { texts: [left, ...right], plain } = shown(
      { part, sides, sign },
      numbers,
      (seed) => !judged[seed]!.untrue.includes(text),
    );
    return {
      text,
      left: left!, // a comparison has two sides at least
      sign,
      right: right.join(part.kind === "range" ? " … " : " of "),
      plain,
      holding: judged.length - without.length,
      seeds: judged.length,
      without: without.map(({ seed }) => seed),
    };
  });
  return { comparisons, joined: conjunction(whole) ? undefined : join(whole) };
}

/** A comparison, and its sides in the order in which they are read. */
interface Found {
  readonly part: Expression;
  readonly sides: readonly Expression[];
  readonly sign: string;
}

const SIGNS: { readonly [operator: string]: string } = {
  "<=": "≤",
  ">=": "≥",
  "==": "=",
};

/** All comparisons of an expression from left to right. */
function comparisonsOf(part: Expression): Found[] {
  switch (part.kind) {
    case "not":
      return comparisonsOf(part.of);
    case "range":
      return [{ part, sides: [part.value, part.low, part.high], sign: "in" }];
    case "near":
      return [{
        part,
        sides: [part.value, part.distance, part.target],
        sign: "within",
      }];
    case "binary":
      if (part.operator === "and" || part.operator === "or") {
        return [...comparisonsOf(part.left), ...comparisonsOf(part.right)];
      }
      return [{
        part,
        sides: [part.left, part.right],
        sign: SIGNS[part.operator] ?? part.operator,
      }];
    default:
      return [];
  }
}

/** Whether an expression is true only if all of its comparisons are. */
function conjunction(part: Expression): boolean {
  if (part.kind !== "binary") return part.kind !== "not";
  if (part.operator === "or") return false;
  return part.operator !== "and" ||
    conjunction(part.left) && conjunction(part.right);
}

/** An expression with numbers in the place of its comparisons. */
function join(whole: Expression): string {
  let count = 0;
  const numbered = (part: Expression): Expression => {
    if (part.kind === "not") return { ...part, of: numbered(part.of) };
    if (
      part.kind === "binary" &&
      (part.operator === "and" || part.operator === "or")
    ) {
      return {
        ...part,
        left: numbered(part.left),
        right: numbered(part.right),
      };
    }
    return { kind: "name", at: part.at, name: `(${++count})` };
  };
  return print(numbered(whole));
}

/** What a side is, from the numbers that were kept as evidence. */
function valueOf(
  side: Expression,
  values: { readonly [text: string]: number },
): number {
  if (side.kind === "number") return side.value;
  if (side.kind === "minus" && side.of.kind === "number") return -side.of.value;
  const value = values[print(side)];
  if (value === undefined) throw new Error(`No value of ${print(side)}`);
  return value;
}

/**
 * The sides as texts, by as few digits as show what the comparison gives: 0.01999 is
 * below 0.02, and 0.020 would not be. What was written is left as it was.
 */
function shown(
  { part, sides }: Found,
  numbers: readonly (readonly number[])[],
  truth: (seed: number) => boolean,
): { readonly texts: readonly string[]; readonly plain: boolean } {
  const texts = (count: number) =>
    numbers.map((row) =>
      row.map((value, side) =>
        literal(sides[side]!) ? String(value) : digits(value, count)
      )
    );
  const enough = [4, 5, 6].find((count) =>
    texts(count).every((row, seed) =>
      compare(part, row.map(Number)) === truth(seed)
    )
  );
  const rows = texts(enough ?? 6);
  const ranges = sides.map((_, side) => {
    const all = rows.map((row) => row[side]!)
      .sort((a, b) => Number(a) - Number(b));
    const [least, most] = [all[0]!, all.at(-1)!];
    return least === most ? least : `${least}–${most}`;
  });
  return { texts: ranges, plain: enough !== undefined };
}

/** Whether a side was not measured, but written: a number, or a name of the claim's own. */
function literal(side: Expression): boolean {
  const { kind } = side.kind === "minus" ? side.of : side;
  return kind === "number" || kind === "name";
}

function compare(part: Expression, [a, b, c]: readonly number[]): boolean {
  if (part.kind === "range") return b! <= a! && a! <= c!;
  if (part.kind === "near") return Math.abs(a! - c!) <= b!;
  switch (part.kind === "binary" ? part.operator : undefined) {
    case "<":
      return a! < b!;
    case "<=":
      return a! <= b!;
    case ">":
      return a! > b!;
    case ">=":
      return a! >= b!;
    default:
      return a === b;
  }
}
