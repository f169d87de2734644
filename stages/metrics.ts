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

/** Writes `metrics` (JSON): the dataset, and for every model its losses and measures. */
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
  Deno.writeTextFileSync(
    task.output("metrics"),
    canonicalPretty({ dataset, models }),
  );
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
