/** What a claim can speak of, and what it can ask. */

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

/** Questions to a series; all answers are numbers. Indices count from 1. */
export const FUNCTIONS: {
  readonly [name: string]: (series: readonly number[], n: number) => number;
} = {
  first: (series) => series[0]!,
  final: (series) => series.at(-1)!,
  min: (series) =>
    series.reduce((least, value) => value < least ? value : least),
  max: (series) => series.reduce((most, value) => value > most ? value : most),
  mean: (series) =>
    series.reduce((sum, value) => sum + value, 0) / series.length,
  /** From the first value to the last; negative where it rises. */
  drop: (series) => series[0]! - series.at(-1)!,
  slope,
  at: (series, n) => series[n - 1]!,
};

/** The functions that take a number besides the series. */
export const WITH_NUMBER: ReadonlySet<string> = new Set(["at"]);

/** The slope of the least-squares line through (1, x₁), (2, x₂), …; 0 for one value. */
function slope(series: readonly number[]): number {
  const n = series.length;
  if (n < 2) return 0;
  const middle = (n + 1) / 2;
  const mean = series.reduce((sum, value) => sum + value, 0) / n;
  let above = 0;
  let below = 0;
  series.forEach((value, index) => {
    const x = index + 1 - middle;
    above += x * (value - mean);
    below += x * x;
  });
  return above / below;
}
