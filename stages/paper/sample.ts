/**
 * The values of an axis that are drawn and not listed: a random search. The same
 * seed gives the same values on every machine, and more samples keep the first ones.
 */
import { canonical, type Json } from "../../pipeline/stage/json.ts";
import { stream } from "../random/stream.ts";

/** What is drawn from. */
export type Distribution =
  | {
    readonly kind: "uniform" | "log_uniform";
    readonly low: number;
    readonly high: number;
  }
  | { readonly kind: "choice"; readonly from: readonly Json[] };

/** How many values may be refused in a row. */
const ATTEMPTS = 1000;

/**
 * Draws values of a setting. Numbers have three significant digits: so a name says
 * the whole value. `fits` tells the values that the setting takes; a number that it
 * refuses is tried once more as the nearest whole one. `undefined` if a thousand in
 * a row are refused.
 */
export function draw(
  distribution: Distribution,
  { samples, seed, purpose, distinct, fits }: {
    readonly samples: number;
    readonly seed: number;
    /** Each has its own stream, so that axes of one seed are independent. */
    readonly purpose: string;
    /** No value comes twice: it would be the same point of a grid. */
    readonly distinct: boolean;
    readonly fits: (value: Json) => boolean;
  },
): Json[] | undefined {
  const random = stream(seed, `axis ${purpose}`);
  const one = (): Json => {
    switch (distribution.kind) {
      case "choice":
        return distribution.from[random.below(distribution.from.length)]!;
      case "uniform": {
        const { low, high } = distribution;
        return digits(low + (high - low) * random.uniform());
      }
      case "log_uniform": {
        const { low, high } = distribution;
        return digits(low * power(high / low, random.uniform()));
      }
    }
  };
  const known = new Set<string>();
  const drawn: Json[] = [];
  const take = (value: Json): boolean => {
    if (!fits(value)) return false;
    const text = canonical(value);
    if (distinct && known.has(text)) return false;
    known.add(text);
    drawn.push(value);
    return true;
  };
  for (let left = ATTEMPTS; drawn.length < samples;) {
    const value = one();
    const whole = typeof value === "number" ? Math.round(value) : value;
    if (take(value) || whole !== value && take(whole)) left = ATTEMPTS;
    else if (--left === 0) return undefined;
  }
  return drawn;
}

/**
 * `base` to the power of a multiple of 2⁻³² in [0, 1), by square roots alone: IEEE
 * 754 fixes their last bit, which no standard does for `Math.pow`.
 */
function power(base: number, exponent: number): number {
  let root = base;
  let result = 1;
  let left = exponent;
  for (let bit = 0; bit < 32; bit++) {
    root = Math.sqrt(root);
    left *= 2;
    if (left >= 1) {
      result *= root;
      left -= 1;
    }
  }
  return result;
}

function digits(value: number): number {
  return Number(value.toPrecision(3));
}
