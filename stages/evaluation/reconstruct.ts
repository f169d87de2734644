/**
 * Lets a trained model reconstruct the test images, says how good that is, and
 * checks the portable runtime against the native one.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import {
  largestDifference,
  meanSquaredError,
  peakSignalToNoise,
} from "./error.ts";
import { fromBytes, toBytes } from "./picture.ts";
import { reconstructor } from "./reconstructor.ts";
import { structuralSimilarity } from "./similarity.ts";
import { readImages, readSize } from "../formats/images.ts";
import { rounded } from "../formats/number.ts";
import type { Quality } from "../formats/quality.ts";
import { native } from "../onnx/native.ts";
import { portable } from "../onnx/portable.ts";
import type { Open } from "../onnx/runtime.ts";

export interface Params {
  readonly [key: string]: Json;
  /** How far the two runtimes' results may be apart, relative above 1. */
  readonly agreement: number;
}

/** The names by which results call the two. */
const RUNTIMES = ["onnxruntime-web", "onnxruntime-node"];

/**
 * Writes `reconstructions` and `quality` (MSE, PSNR in decibels of that MSE,
 * mean SSIM). All of it is computed from the portable
 * runtime's results; of the native runtime only the agreement is recorded, for
 * its bits differ from CPU to CPU.
 */
export default async function reconstruct(task: Task<Params>): Promise<void> {
  const bound = task.params.agreement;
  const size = readSize(task.input("dataset"));
  const { count: total, bytes } = readImages(task.input("test-images"), size);
  const images = fromBytes(bytes);
  const through = (open: Open) => reconstructor(open, task.input("onnx"), size);
  const reconstructions = await (await through(portable()))(images);
  task.progress({ done: total / 2, total, unit: "images" });
  const twin = await (await through(native()))(images);
  task.progress({ done: total, total, unit: "images" });

  const apart = largestDifference(twin, reconstructions);
  if (!(apart <= bound)) {
    throw new StageError(
      `${RUNTIMES.join(" and ")} do not reconstruct the same`,
      `their results differ by ${apart}, more than ${bound}`,
      "take another version of the one that is wrong, or raise " +
        "reconstruction.agreement if the difference is harmless",
    );
  }
  const mse = meanSquaredError(reconstructions, images);
  const psnr = peakSignalToNoise(mse);
  const ssim = structuralSimilarity(reconstructions, images, size);
  await Deno.writeFile(
    task.output("reconstructions"),
    toBytes(reconstructions),
  );
  await Deno.writeTextFile(
    task.output("quality"),
    canonicalPretty(
      {
        mse: rounded(mse),
        // JSON has no infinity; a perfect reconstruction has no noise to compare with.
        psnr: psnr === Infinity ? null : rounded(psnr),
        ssim: rounded(ssim),
        agreement: { runtimes: RUNTIMES, bound, holds: true },
      } satisfies Quality,
    ),
  );
}
