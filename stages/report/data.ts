/** The data of the report: the inputs of its stage, read, checked and put together. */
import type { Task } from "../../pipeline/stage/task.ts";
import { shown } from "../figures/shown.ts";
import { ClaimsSchema, type Judgement } from "../formats/claims.ts";
import { CurveSchema } from "../formats/curve.ts";
import { type Dataset, DatasetSchema } from "../formats/dataset.ts";
import { type Denoising, DenoisingSchema } from "../formats/denoising.ts";
import { readJson } from "../formats/json.ts";
import { type LayersModel, readLayersModel } from "../formats/layers-model.ts";
import { type Metrics, MetricsSchema } from "../formats/metrics.ts";
import { fileOf } from "../formats/names.ts";
import { memberAt } from "../formats/study.ts";
import { type Shape as Size, walk } from "../network/layer.ts";
import type { Training } from "./curve.ts";
import type { Params } from "./params.ts";

/** A trained network, and what was measured of it. */
export interface Network {
  readonly name: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly test: Metrics["models"][string]["test"];
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
export interface ReportData {
  readonly dataset: Dataset;
  readonly claims: readonly Judgement[];
  readonly trainings: readonly Training[];
  readonly networks: readonly Network[];
  readonly layers: readonly Shape[];
  /** The narrowest features on the way through a network. */
  readonly code: Size;
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
export async function read(task: Task<Params>): Promise<ReportData> {
  const metrics = readJson(task.input("metrics"), MetricsSchema);
  const dataset = readJson(task.input("dataset"), DatasetSchema);
  const labels = Deno.readFileSync(task.input("test-labels"));
  const { numbers, originals, read: shownOf } = shown(task);
  const base64 = (images: readonly Uint8Array[]) =>
    new Uint8Array(images.flatMap((image) => [...image])).toBase64();
  const curves = task.inputs("curves");
  const models = task.inputs("models");
  const weights = task.inputs("weights");
  const networks = curves.map(({ point }): Network => {
    const { name } = memberAt(task.params.study, point);
    const measured = metrics.models[name];
    if (!measured) throw new Error(`No ${name} in the metrics`);
    return {
      name,
      learningRate: measured.learning_rate,
      seed: measured.seed,
      test: measured.test,
      denoising: readJson(
        fileOf(point, task.inputs("denoisings")),
        DenoisingSchema,
      ),
      weights: Deno.readFileSync(fileOf(point, weights)).toBase64(),
      outputs: base64(
        shownOf(fileOf(point, task.inputs("reconstructions"))),
      ),
    };
  });
  // They differ in their weights only.
  const { point } = curves[0]!; // there is a network
  const first = readLayersModel(fileOf(point, models), fileOf(point, weights));
  const size = ({ channels, height, width }: Size) => channels * height * width;
  return {
    dataset,
    claims: readJson(task.input("claims"), ClaimsSchema),
    trainings: curves.map(({ path }) => readJson(path, CurveSchema)),
    networks,
    layers: shapes(first),
    code: walk(first.chain).map(({ output }) => output)
      .reduce((least, next) => size(next) < size(least) ? next : least),
    digits: numbers.map((index) => ({ index, label: labels[index] ?? 0 })),
    originals: base64(originals),
    digests: await digests(task),
  };
}

/** What TensorFlow.js calls the layers, and so the page's own code. */
const KINDS = {
  convolution: "Conv2D",
  transposed: "Conv2DTranspose",
  pooling: "MaxPooling2D",
} as const;

function shapes({ chain, weights }: LayersModel): Shape[] {
  return chain.layers.map((layer) => {
    const own = weights.filter((weight) => weight.layer === layer.name);
    return {
      kind: KINDS[layer.kind],
      relu: layer.kind !== "pooling" && layer.activation === "relu",
      kernel: own[0]?.layersDims ?? null,
      bias: own[1]?.length ?? 0,
    };
  });
}

const SINGLE = ["metrics", "claims", "dataset", "test-images", "test-labels"];
const MANY = ["curves", "models", "weights", "reconstructions", "denoisings"];

async function digests(task: Task<Params>): Promise<ReportData["digests"]> {
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
