/** All that the report is made of: its inputs, read, checked and put together. */
import * as v from "valibot";
import type { Point } from "../../pipeline/stage.ts";
import type { Task } from "../../pipeline/task.ts";
import { type Layer, readLayers } from "../figures/forward.ts";
import type { Params } from "./params.ts";
import type { Training } from "./curve.ts";

const PIXELS = 28 * 28;

const MetricsSchema = v.object({
  models: v.record(
    v.string(),
    v.object({
      learning_rate: v.number(),
      seed: v.number(),
      engine: v.string(),
      test: v.object({
        mse: v.number(),
        psnr: v.nullable(v.number()),
        ssim: v.number(),
      }),
    }),
  ),
});

const ClaimsSchema = v.array(v.object({
  id: v.string(),
  sentence: v.string(),
  where: v.string(),
  verdict: v.picklist(["holds", "fails", "not judged"]),
  evidence: v.object({
    summary: v.string(),
    expression: v.string(),
    seeds: v.record(
      v.string(),
      v.object({
        holds: v.optional(v.boolean()),
        because: v.optional(v.string()),
        values: v.optional(v.record(v.string(), v.number())),
      }),
    ),
  }),
}));

const DatasetSchema = v.object({
  name: v.string(),
  stand_in: v.boolean(),
  sha256: v.record(v.string(), v.string()),
  counts: v.object({
    train: v.number(),
    validation: v.number(),
    test: v.number(),
  }),
});

const TrainingSchema = v.object({
  learning_rate: v.number(),
  seed: v.number(),
  steps: v.array(v.number()),
  epochs: v.array(v.object({
    epoch: v.number(),
    train_loss: v.number(),
    validation_loss: v.number(),
  })),
});

const DenoisingSchema = v.object({
  images: v.number(),
  clean_mse: v.number(),
  levels: v.array(v.object({
    level: v.number(),
    noisy_mse: v.number(),
    output_mse: v.number(),
  })),
  explanation: v.string(),
});

/** A claim with its verdict and the numbers behind it. */
export type Claim = v.InferOutput<typeof ClaimsSchema>[number];

/** The noise that a network was given, and what it made of it. */
export type Denoising = v.InferOutput<typeof DenoisingSchema>;

/** A trained network, and what was measured of it. */
export interface Network {
  readonly name: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly test: { mse: number; psnr: number | null; ssim: number };
  readonly denoising: Denoising;
  /** Kernels and biases in the order of the layers, float32, base64. */
  readonly weights: string;
  /** Its outputs for the shown digits, bytes, base64. */
  readonly outputs: string;
}

/** A layer without its weights, which follow each other in `weights`. */
export interface Shape {
  readonly kind: string;
  readonly relu: boolean;
  readonly kernel: readonly number[] | null;
  readonly bias: number;
}

/** What the sections and the page's own code are given. */
export interface Material {
  readonly dataset: v.InferOutput<typeof DatasetSchema>;
  readonly claims: readonly Claim[];
  readonly trainings: readonly Training[];
  readonly networks: readonly Network[];
  readonly layers: readonly Shape[];
  /** The test images shown: their number, and the digit in them. */
  readonly digits: readonly {
    readonly index: number;
    readonly label: number;
  }[];
  /** Their pixels, bytes, base64. */
  readonly originals: string;
  /** SHA-256 of every file that was read, by its name. */
  readonly digests: readonly {
    readonly name: string;
    readonly sha256: string;
  }[];
}

/** Reads all inputs of the stage `report`. */
export async function read(task: Task<Params>): Promise<Material> {
  const metrics = json(task.input("metrics"), MetricsSchema);
  const labels = Deno.readFileSync(task.input("test-labels"));
  const images = Deno.readFileSync(task.input("test-images"));
  const shown = task.params.images ??
    Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit))
      .filter((index) => index >= 0);
  const at = (name: string, { lr, seed }: Point): string => {
    const file = task.inputs(name).find(({ point }) =>
      point.lr === lr && point.seed === seed
    );
    if (!file) throw new Error(`No ${name} for lr ${lr}, seed ${seed}`);
    return file.path;
  };
  const curves = task.inputs("curves");
  const several = new Set(curves.map(({ point }) => point.seed)).size > 1;
  const layers = (point: Point) =>
    readLayers(
      Deno.readTextFileSync(at("models", point)),
      Deno.readFileSync(at("weights", point)),
    );
  const networks = curves.map(({ point }): Network => {
    const name = several
      ? `lr-${point.lr}-seed-${point.seed}`
      : `lr-${point.lr}`;
    const measured = metrics.models[name];
    if (!measured) throw new Error(`No ${name} in the metrics`);
    return {
      name,
      learningRate: measured.learning_rate,
      seed: measured.seed,
      test: measured.test,
      denoising: json(at("denoisings", point), DenoisingSchema),
      weights: packed(layers(point)).toBase64(),
      outputs: cut(Deno.readFileSync(at("reconstructions", point)), shown)
        .toBase64(),
    };
  });
  const first = curves[0];
  return {
    dataset: json(task.input("dataset"), DatasetSchema),
    claims: json(task.input("claims"), ClaimsSchema),
    trainings: curves.map(({ path }) => json(path, TrainingSchema)),
    networks,
    layers: first === undefined ? [] : layers(first.point).map(shape),
    digits: shown.map((index) => ({ index, label: labels[index] ?? 0 })),
    originals: cut(images, shown).toBase64(),
    digests: await digests(task),
  };
}

function shape({ kind, relu, kernel, bias }: Layer): Shape {
  return {
    kind,
    relu,
    kernel: kernel?.shape ?? null,
    bias: bias?.length ?? 0,
  };
}

/** All kernels and biases in a row, little-endian. */
function packed(layers: readonly Layer[]): Uint8Array {
  const values = layers.flatMap(({ kernel, bias }) => [
    ...kernel?.values ?? [],
    ...bias ?? [],
  ]);
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return new Uint8Array(view.buffer);
}

/** Some images of a file of all of them, one after the other. */
function cut(all: Uint8Array, numbers: readonly number[]): Uint8Array {
  const result = new Uint8Array(numbers.length * PIXELS);
  numbers.forEach((number, index) => {
    const image = all.subarray(number * PIXELS, (number + 1) * PIXELS);
    result.set(image, index * PIXELS);
  });
  return result;
}

const SINGLE = ["metrics", "claims", "dataset", "test-images", "test-labels"];
const MANY = ["curves", "models", "weights", "reconstructions", "denoisings"];

async function digests(task: Task<Params>): Promise<Material["digests"]> {
  const files = [
    ...SINGLE.map((name) => ({ name, path: task.input(name) })),
    ...MANY.flatMap((name) =>
      task.inputs(name).map(({ point, path }) => ({
        name: `${name}[${
          Object.entries(point).map(([axis, value]) => `${axis}=${value}`)
            .join(",")
        }]`,
        path,
      }))
    ),
  ];
  return await Promise.all(files.map(async ({ name, path }) => {
    const digest = await crypto.subtle.digest(
      "SHA-256",
      Deno.readFileSync(path),
    );
    return { name, sha256: new Uint8Array(digest).toHex() };
  }));
}

function json<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): v.InferOutput<Schema> {
  return v.parse(schema, JSON.parse(Deno.readTextFileSync(path)));
}
