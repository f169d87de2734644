/**
 * The exercise's optional task: noise on the test images, noisy input against
 * output.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { meanSquaredError } from "./error.ts";
import { add, noise } from "./noise.ts";
import { fromBytes, toBytes } from "./picture.ts";
import { type Reconstruct, reconstructor } from "./reconstructor.ts";
import type { Denoising } from "../formats/denoising.ts";
import { readImages, readSize, slice } from "../formats/images.ts";
import { rounded } from "../formats/number.ts";
import { portable } from "../onnx/portable.ts";

export interface Params {
  readonly [key: string]: Json;
  /** Standard deviations of the noise, in grey values of 0…1. */
  readonly levels: readonly number[];
  /** The level whose pictures are kept to be shown. */
  readonly shown_level: number;
  /** Of the stream `noise`. */
  readonly seed: number;
  /** So many of the first test images are measured and kept. */
  readonly images: number;
}

/**
 * Writes `denoising`, and of the shown level `noisy` and `denoised`: the first
 * test images with noise, and what became of them.
 */
export default async function denoise(task: Task<Params>): Promise<void> {
  const { shown_level, seed } = task.params;
  const levels = task.params.levels.toSorted((a, b) => a - b);
  const size = readSize(task.input("dataset"));
  const all = readImages(task.input("test-images"), size);
  const reconstruct = await reconstructor(
    portable(),
    task.input("onnx"),
    size,
  );
  const { count, bytes } = slice(all, 0, task.params.images);
  const clean = fromBytes(bytes);
  const unit = noise(clean.length, seed);

  const extra = levels.includes(shown_level) ? 0 : 1;
  const total = (1 + levels.length + extra) * count;
  let done = 0;
  const measured: Reconstruct = async (images) => {
    const result = await reconstruct(images);
    task.progress({ done: done += count, total, unit: "images" });
    return result;
  };

  const untouched = await measured(clean);
  const clean_mse = rounded(meanSquaredError(untouched, clean));
  const spread = rounded(variety(untouched, count));
  const measurements: Denoising["levels"] = [];
  for (const level of new Set([...levels, shown_level])) {
    const noisy = add(clean, unit, level);
    const output = await measured(noisy);
    if (level === shown_level) {
      await Deno.writeFile(task.output("noisy"), toBytes(noisy));
      await Deno.writeFile(task.output("denoised"), toBytes(output));
    }
    if (!levels.includes(level)) continue;
    measurements.push({
      level,
      noisy_mse: rounded(meanSquaredError(noisy, clean)),
      output_mse: rounded(meanSquaredError(output, clean)),
      output_noisy_mse: rounded(meanSquaredError(output, noisy)),
    });
  }
  await Deno.writeTextFile(
    task.output("denoising"),
    canonicalPretty(
      {
        images: count,
        noise: "sum of twelve uniform numbers less 6, times the level; " +
          "grey values cut off at 0 and 1",
        shown_level,
        clean_mse,
        spread,
        levels: measurements,
      } satisfies Denoising,
    ),
  );
}

/**
 * How much the outputs differ between pictures: the mean squared distance from
 * their mean picture. 0 if every picture gives the same.
 */
function variety(outputs: Float32Array, count: number): number {
  const pixels = outputs.length / count;
  const mean = new Float64Array(pixels);
  for (let i = 0; i < outputs.length; i++) mean[i % pixels]! += outputs[i]!;
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) {
    const difference = outputs[i]! - mean[i % pixels]! / count;
    sum += difference * difference;
  }
  return sum / outputs.length;
}
