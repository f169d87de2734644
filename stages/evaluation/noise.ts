/** Noise on pictures: the exercise's "small random number added to each pixel". */
import { stream } from "../random/stream.ts";

/**
 * So many numbers of mean 0 and standard deviation 1, from the stream `noise` of
 * a seed: sums of twelve uniform numbers less 6 (Irwin and Hall's distribution,
 * close to normal and never beyond ±6). A normal distribution proper would need
 * a logarithm and a cosine, whose last digits differ by machine.
 */
export function noise(count: number, seed: number): Float32Array {
  const random = stream(seed, "noise");
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let term = 0; term < 12; term++) sum += random.uniform();
    numbers[i] = sum - 6;
  }
  return numbers;
}

/** Pictures with noise of a standard deviation, cut off at 0 and 1. */
export function add(
  pictures: Float32Array,
  noise: Float32Array,
  level: number,
): Float32Array {
  const noisy = new Float32Array(pictures.length);
  for (let i = 0; i < pictures.length; i++) {
    noisy[i] = Math.min(1, Math.max(0, pictures[i]! + level * noise[i]!));
  }
  return noisy;
}
