/** The words of a claim's expression: what was measured, and the functions of it. */

/** What an expression stands for. */
export type Type = "number" | "truth" | "series";

/** Series of one network, by name: what they are. */
export const SERIES = {
  train_loss: "mean training loss of each epoch",
  validation_loss: "validation loss after each epoch",
  step_loss: "training loss of each step",
} as const;

/** Single numbers of one network, measured on the test images. */
export const SCALARS = {
  "test.mse": "mean squared error",
  "test.psnr": "peak signal-to-noise ratio in decibels",
  "test.ssim": "mean structural similarity",
} as const;

/** The words that stand for a number of the claim itself. */
export const CONSTANTS = {
  tolerance: "the claim's `tolerance`",
} as const;

/** The words of the grammar, which name nothing. */
export const RESERVED: readonly string[] = [
  "and",
  "in",
  "not",
  "of",
  "or",
  "within",
];

/**
 * A question to a series that is not empty. Where it takes a number n as well,
 * that is a whole number from 1 to the number of values less `leaves`.
 */
type Ask =
  & { readonly help: string }
  & (
    | {
      readonly gives: "number";
      readonly leaves?: undefined;
      readonly ask: (series: readonly number[]) => number;
    }
    | {
      readonly gives: "number";
      readonly leaves: number;
      readonly ask: (series: readonly number[], n: number) => number;
    }
    | {
      readonly gives: "series";
      readonly leaves: number;
      readonly ask: (
        series: readonly number[],
        n: number,
      ) => readonly number[];
    }
  );

/** All questions, by name. Values count from 1. */
export const FUNCTIONS: { readonly [name: string]: Ask } = {
  first: {
    help: "the first value",
    gives: "number",
    ask: (series) => series[0]!,
  },
  final: {
    help: "the last value",
    gives: "number",
    ask: (series) => series.at(-1)!,
  },
  min: { help: "the least value", gives: "number", ask: least },
  max: {
    help: "the greatest value",
    gives: "number",
    ask: (series) => -least(series.map((value) => -value)),
  },
  mean: { help: "the mean", gives: "number", ask: mean },
  drop: {
    help: "the first value less the last; negative where it rises",
    gives: "number",
    ask: (series) => series[0]! - series.at(-1)!,
  },
  slope: {
    help: "of the least-squares line through (1, x₁), (2, x₂), …",
    gives: "number",
    ask: slope,
  },
  at: {
    help: "the nth value",
    gives: "number",
    leaves: 0,
    ask: (series, n) => series[n - 1]!,
  },
  after: {
    help: "the series without its first n values",
    gives: "series",
    leaves: 1,
    ask: (series, n) => series.slice(n),
  },
};

// Loops and not `Math.min(...series)`: a series of steps is too long for arguments.
function least(series: readonly number[]): number {
  return series.reduce((least, value) => value < least ? value : least);
}

function mean(series: readonly number[]): number {
  return series.reduce((sum, value) => sum + value, 0) / series.length;
}

/** 0 for one value, which has no direction. */
function slope(series: readonly number[]): number {
  const middle = (series.length + 1) / 2;
  const level = mean(series);
  let above = 0;
  let below = 0;
  series.forEach((value, index) => {
    const x = index + 1 - middle;
    above += x * (value - level);
    below += x * x;
  });
  return below === 0 ? 0 : above / below;
}
