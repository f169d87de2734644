/** How far pictures are from each other, pixel by pixel. Grey values are 0…1. */
import { log10 } from "./logarithm.ts";

/**
 * The mean over all pixels of the squared difference: the paper's loss. Summed
 * in float64 in the order of the pixels.
 */
export function meanSquaredError(
  a: Float32Array,
  b: Float32Array,
): number {
  if (a.length !== b.length || a.length === 0) {
    throw new RangeError(`Cannot compare ${a.length} with ${b.length} pixels`);
  }
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum / a.length;
}

/**
 * The peak signal-to-noise ratio in decibels, of a mean squared error and a peak
 * of 1: 10 log₁₀(1 / MSE). Infinite for an error of 0.
 */
export function peakSignalToNoise(meanSquaredError: number): number {
  return meanSquaredError === 0 ? Infinity : -10 * log10(meanSquaredError);
}

/** The largest difference, measured against the larger of 1 and the value in `b`; NaN if one is. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const scale = Math.max(1, Math.abs(b[i]!));
    const difference = Math.abs(a[i]! - b[i]!) / scale;
    if (Number.isNaN(difference)) return NaN;
    if (difference > largest) largest = difference;
  }
  return largest;
}
