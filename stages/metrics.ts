/** Gathers what was measured of every model into the one file that other tools read. */
import * as v from "valibot";
import type { Json } from "../pipeline/json.ts";
import { canonicalPretty } from "../pipeline/json.ts";
import type { Point } from "../pipeline/stage.ts";
import type { Task } from "../pipeline/task.ts";

/** Of each file, what goes into the metrics; the rest of it stays behind. */
const DatasetSchema = v.object({
  name: v.string(),
  stand_in: v.boolean(),
  sha256: v.record(v.string(), v.string()),
});
const CurveSchema = v.object({
  learning_rate: v.number(),
  seed: v.number(),
  engine: v.object({ name: v.string() }),
  epochs: v.array(v.object({
    epoch: v.number(),
    train_loss: v.number(),
    validation_loss: v.number(),
  })),
});
const QualitySchema = v.object({
  mse: v.number(),
  psnr: v.nullable(v.number()),
  ssim: v.number(),
});
const DenoisingSchema = v.object({
  images: v.number(),
  clean_mse: v.number(),
  levels: v.array(v.object({
    level: v.number(),
    noisy_mse: v.number(),
    output_mse: v.number(),
    output_noisy_mse: v.number(),
  })),
});

/**
 * Writes `metrics` (JSON): the dataset, and for every model its losses and
 * measures; with several seeds also what they have in common (`seeds`).
 */
export default function metrics(task: Task): void {
  const dataset = read(task.input("dataset"), DatasetSchema);
  const qualities = task.inputs("qualities");
  const denoisings = task.inputs("denoisings");
  const curves = task.inputs("curves");
  const seeds = new Set(curves.map(({ point }) => point.seed));
  const models: { [name: string]: Json } = {};
  for (const { point, path } of curves) {
    const { engine, ...curve } = read(path, CurveSchema);
    const name = seeds.size > 1
      ? `lr-${point.lr}-seed-${point.seed}`
      : `lr-${point.lr}`;
    models[name] = {
      ...curve,
      engine: engine.name,
      test: read(at(qualities, point), QualitySchema),
      denoising: read(at(denoisings, point), DenoisingSchema),
    };
  }
  const measured = curves.map(({ point, path }) => ({
    rate: String(point.lr),
    validation_loss: read(path, CurveSchema).epochs.at(-1)?.validation_loss ??
      null,
    ...read(at(qualities, point), QualitySchema),
  }));
  Deno.writeTextFileSync(
    task.output("metrics"),
    canonicalPretty({
      dataset,
      models,
      ...(seeds.size > 1 && { seeds: together(measured) }),
    }),
  );
}

const MEASURES = ["validation_loss", "mse", "psnr", "ssim"] as const;

/** Of each learning rate: mean, least and greatest of its seeds. */
function together(
  measured: readonly (
    & { readonly rate: string }
    & { readonly [measure in typeof MEASURES[number]]: number | null }
  )[],
): { [rate: string]: Json } {
  const groups = Map.groupBy(measured, ({ rate }) => rate);
  return Object.fromEntries(Array.from(groups, ([rate, all]) => [
    `lr-${rate}`,
    Object.fromEntries(MEASURES.flatMap((measure) => {
      const values = all.map((one) => one[measure]);
      // A perfect reconstruction has no PSNR, and then there is no mean.
      if (!values.every((value) => value !== null)) return [];
      const sum = values.reduce((a, b) => a + b, 0);
      return [[measure, {
        mean: Number((sum / values.length).toPrecision(9)),
        least: Math.min(...values),
        greatest: Math.max(...values),
      }]];
    })),
  ]));
}

/** The file of the model at a point. */
function at(
  files: readonly { readonly point: Point; readonly path: string }[],
  { lr, seed }: Point,
): string {
  const file = files.find(({ point }) =>
    point.lr === lr && point.seed === seed
  );
  if (file === undefined) throw new Error(`No file for lr ${lr}, seed ${seed}`);
  return file.path;
}

function read<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): v.InferOutput<Schema> {
  return v.parse(schema, JSON.parse(Deno.readTextFileSync(path)));
}
