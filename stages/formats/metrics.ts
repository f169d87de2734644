/**
 * metrics.json, an artifact: everything measured, in one file that other tools
 * can read. `metrics` writes it; the claims, the quotes, the report, `diff` and
 * an archive's verifier read it. Of what it gathers it keeps the fields named
 * here; units are those of the files that they come from.
 */
import * as v from "valibot";
import { canonical } from "../../pipeline/stage/json.ts";
import { CurveSchema } from "./curve.ts";
import { DatasetSchema } from "./dataset.ts";
import { DenoisingSchema } from "./denoising.ts";
import { GatheredSchema } from "./measured.ts";
import { QualitySchema } from "./quality.ts";

const Coordinate = v.union([v.number(), v.string()]);

const Told = v.pick(DatasetSchema, ["name", "stand_in", "sha256"]);

export const MetricsSchema = v.object({
  /** Of the networks whose names say nothing of their data. */
  dataset: Told,
  /** Where networks are of several datasets, all of them by the names that the experiment has. */
  datasets: v.exactOptional(v.record(v.string(), Told)),
  /** By the network's name, see study.ts. */
  models: v.record(
    v.string(),
    v.object({
      ...v.pick(CurveSchema, ["learning_rate", "seed", "epochs"]).entries,
      /** Its place on the axes besides learning rate and seed. */
      at: v.exactOptional(v.record(v.string(), Coordinate)),
      /** The engine's name. */
      engine: v.string(),
      test: v.pick(QualitySchema, ["mse", "psnr", "ssim"]),
      denoising: v.pick(DenoisingSchema, ["images", "clean_mse", "levels"]),
    }),
  ),
  /** What varies besides learning rate and seed, and what other stages measured, if any did. */
  ...GatheredSchema.entries,
  /** By the networks' common name and measure, over the seeds, where there are several. */
  seeds: v.exactOptional(v.record(
    v.string(),
    v.record(
      v.string(),
      v.object({ mean: v.number(), least: v.number(), greatest: v.number() }),
    ),
  )),
});

/** The networks' names by the points at which their stages ran, as canonical JSON. */
export function namesByPoint(
  { axes = {}, models }: Metrics,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(models).map(([name, { learning_rate, seed, at = {} }]) => {
      const others = Object.entries(at).filter(([axis, value]) =>
        axes[axis]?.base !== value
      );
      const point = { lr: learning_rate, seed, ...Object.fromEntries(others) };
      return [canonical(point), name];
    }),
  );
}

export type Metrics = v.InferOutput<typeof MetricsSchema>;
