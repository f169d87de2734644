/** What a claim's expression can name: what was measured, and the questions to it. */

/** What an expression stands for. */
export type Type = "number" | "truth" | "series";

/** `classify.accuracy`: what a declared stage measured. A hyphen of its name is an underscore here. */
export function stageOf(name: string): string | undefined {
  const at = name.indexOf(".");
  return at < 0 ? undefined : name.slice(0, at);
}

/** A stage's name as expressions write it. */
export function spoken(stage: string): string {
  return stage.replaceAll("-", "_");
}

/** Series of one network: the mean of each epoch, the loss after each, and of each step. */
export const SERIES = ["train_loss", "validation_loss", "step_loss"] as const;

/** Single numbers of one network, measured on the test images; PSNR in decibels. */
export const SCALARS = ["test.mse", "test.psnr", "test.ssim"] as const;

/** The words that stand for a number of the claim itself. */
export const CONSTANTS = ["tolerance"] as const;

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
  | {
    readonly gives: "number";
    readonly leaves?: number;
    readonly ask: (series: readonly number[], n: number) => number;
  }
  | {
    readonly gives: "series";
    readonly leaves: number;
    readonly ask: (series: readonly number[], n: number) => readonly number[];
  };

/** All questions, by name. Values count from 1. */
export const FUNCTIONS: { readonly [name: string]: Ask } = {
  first: { gives: "number", ask: (series) => series[0]! },
  final: { gives: "number", ask: (series) => series.at(-1)! },
  min: { gives: "number", ask: least },
  max: {
    gives: "number",
    ask: (series) => -least(series.map((value) => -value)),
  },
  mean: { gives: "number", ask: mean },
  /** The first value less the last; negative where it rises. */
  drop: { gives: "number", ask: (series) => series[0]! - series.at(-1)! },
  /** Of the least-squares line through (1, x₁), (2, x₂), … */
  slope: { gives: "number", ask: slope },
  /** The nth value. */
  at: { gives: "number", leaves: 0, ask: (series, n) => series[n - 1]! },
  /** The series without its first n values. */
  after: { gives: "series", leaves: 1, ask: (series, n) => series.slice(n) },
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
