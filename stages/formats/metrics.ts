/**
 * metrics.json, an artifact: everything measured, in one file that other tools
 * can read. `metrics` writes it; the claims, the quotes, the report, `diff` and
 * an archive's verifier read it. Of what it gathers it keeps the fields named
 * here; units are those of the files that they come from.
 */
import * as v from "valibot";
import { CurveSchema } from "./curve.ts";
import { DatasetSchema } from "./dataset.ts";
import { DenoisingSchema } from "./denoising.ts";
import { QualitySchema } from "./quality.ts";

export const MetricsSchema = v.object({
  dataset: v.pick(DatasetSchema, ["name", "stand_in", "sha256"]),
  /** By the network's name, see study.ts. */
  models: v.record(
    v.string(),
    v.object({
      ...v.pick(CurveSchema, ["learning_rate", "seed", "epochs"]).entries,
      /** The engine's name. */
      engine: v.string(),
      test: v.pick(QualitySchema, ["mse", "psnr", "ssim"]),
      denoising: v.pick(DenoisingSchema, ["images", "clean_mse", "levels"]),
    }),
  ),
  /** By the networks' common name and measure, over the seeds, where there are several. */
  seeds: v.exactOptional(v.record(
    v.string(),
    v.record(
      v.string(),
      v.object({ mean: v.number(), least: v.number(), greatest: v.number() }),
    ),
  )),
});

export type Metrics = v.InferOutput<typeof MetricsSchema>;
