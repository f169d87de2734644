/**
 * The report of a small experiment that was never run: networks with random
 * weights, curves that are made up, ten drawn squares. Enough to try the page.
 */
import exportModel from "../../../stages/export/stage.ts";
import { reconstructor } from "../../../stages/evaluation/reconstructor.ts";
import { fromBytes, toBytes } from "../../../stages/evaluation/picture.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import {
  autoencoder,
  type Network,
  topology,
} from "../../../stages/network/network.ts";
import { chainOf } from "../../../stages/network/layer.ts";
import { writeLayersModel } from "../../../stages/formats/layers-model.ts";
import type { Curve } from "../../../stages/formats/curve.ts";
import type { Dataset } from "../../../stages/formats/dataset.ts";
import type { Denoising } from "../../../stages/formats/denoising.ts";
import type { Claim } from "../../../stages/claims/judge.ts";
import { judgements } from "../../../stages/claims/judgement.ts";
import type { Metrics } from "../../../stages/formats/metrics.ts";
import { initial, toLayers, weights } from "../../../stages/network/weights.ts";
import report, { type Params } from "../../../stages/report/stage.ts";
import { studyOf } from "../../rig/networks.ts";
import { rig } from "../../rig/task.ts";

export const RATES = [0.1, 0.01];
const DIGITS = 10;
const PIXELS = 784;
const NETWORK: Network = {
  encoder: [8, 4, 2],
  decoder: [4, 8],
  kernel: 3,
  relu: "convolutions-and-output",
  initializer: "glorot_uniform",
};

/** One that holds, one that fails, one that is not judged. */
const CLAIMS: readonly Claim[] = [
  {
    id: "falls",
    sentence: "The loss falls.",
    where: "p. 2",
    holds: `final(validation_loss(lr=0.01)) < 0.03 and
      mean(train_loss(lr=0.01)) < first(step_loss(lr=0.01)) / 2`,
    epochs: 1,
  },
  {
    id: "stays",
    sentence: "The loss stays.",
    where: "p. 2",
    holds: "min(validation_loss(lr=0.1)) in 0.1..0.12",
    epochs: 1,
  },
  {
    id: "seen",
    sentence: "The loss is seen.",
    where: "p. 3",
    holds: "test.mse(lr=0.1) > 0",
    epochs: 10,
  },
];

/** Networks that differ; with more points some have the weights of others. */
const DISTINCT = 6;

/** What may be different about a report. */
export interface Options {
  readonly standIn?: boolean;
  readonly rates?: readonly number[];
  readonly network?: Partial<Network>;
  /** Changes what was measured with the exported models. */
  readonly measured?: (outputs: Uint8Array) => Uint8Array;
  readonly claims?: readonly Claim[];
  /** The training images of the experiment. */
  readonly images?: "all" | number;
  readonly seeds?: readonly number[];
  readonly steps?: number;
  /** Of the metrics, what other stages measured. */
  readonly more?: Pick<Metrics, "measured" | "kinds" | "axes">;
  /** About the least loss. */
  readonly least?: number;
  readonly title?: string;
}

/** A folder with the inputs, the exported models, and what the stage writes. */
export interface Fixture extends AsyncDisposable {
  readonly folder: string;
  /** Paths of `model.onnx` by the networks' names. */
  readonly models: { readonly [name: string]: string };
  /** What was measured of them for the shown digits, as bytes. */
  readonly outputs: { readonly [name: string]: Uint8Array };
  /** The stage's result; each call runs it anew. */
  render(): Promise<Uint8Array>;
}

/** Makes the inputs of the stage. */
export async function fixture(options: Options = {}): Promise<Fixture> {
  const { standIn = false, seeds = [1], steps = 200 } = options;
  const { least = 0.02 } = options;
  const { rates = RATES, images: some = 3200 } = options;
  const { measured = (outputs: Uint8Array) => outputs } = options;
  const title = options.title ?? "</script><b>A test</b>";
  const folder = await Deno.makeTempDir({ prefix: "facsimile-report-" });
  const put = (name: string, content: unknown) => {
    const path = `${folder}/${name}`;
    if (content instanceof Uint8Array) Deno.writeFileSync(path, content);
    else if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeTextFileSync(path, JSON.stringify(content));
    return path;
  };
  const points = rates.flatMap((lr) => seeds.map((seed) => ({ lr, seed })));
  const nameOf = ({ lr, seed }: { lr: number; seed: number }) =>
    seed === seeds[0] ? `lr-${lr}` : `lr-${lr}-seed-${seed}`;
  const every = (
    name: string,
    content: (point: { lr: number; seed: number }) => unknown,
  ) =>
    points.map((point) => ({
      point,
      path: put(`${name}-${nameOf(point)}`, content(point)),
    }));

  const images = Uint8Array.from(
    { length: DIGITS * PIXELS },
    (_, at) => {
      const [digit, x, y] = [
        Math.floor(at / PIXELS),
        at % 28,
        Math.floor(at % PIXELS / 28),
      ];
      return Math.abs(x - 14) < 4 + digit / 2 && Math.abs(y - 14) < 8 ? 220 : 0;
    },
  );
  const dataset: Dataset = {
    name: standIn ? "glyphs" : "mnist",
    stand_in: standIn,
    sha256: { "train-images-idx3-ubyte.gz": "ab".repeat(32) },
    counts: { train: 6400, validation: 5000, test: DIGITS },
    height: 28,
    width: 28,
  };
  const curve = ({ lr, seed }: { lr: number; seed: number }): Curve => ({
    engine: { name: "portable", version: "1.30.0" },
    batch_size: 64,
    steps_per_epoch: steps / 4,
    learning_rate: lr,
    seed,
    steps: Array.from(
      { length: steps },
      (_, step) => least + lr / 2 + 0.1 / (1 + step) + (step % 7) / 1000,
    ),
    epochs: [1, 2, 3, 4].map((epoch) => ({
      epoch,
      train_loss: least + lr / epoch,
      validation_loss: least + lr / epoch + (1 + seed) / 1000,
    })),
  });
  const tree = topology(
    autoencoder({ ...NETWORK, ...options.network }, {
      height: 28,
      width: 28,
      channels: 1,
    }),
  );
  // Biases start at zero; a little more and no output is all black.
  const random = (seed: number) =>
    initial(weights(chainOf(tree)), seed).map((value) => value || 0.1);
  const distinct = Array.from(
    { length: Math.min(points.length, DISTINCT) },
    (_, index) =>
      writeLayersModel(
        tree,
        toLayers(weights(chainOf(tree)), random(index + 1)),
      ),
  );
  const saved = new Map(points.map((point, index) => [
    point,
    distinct[index % DISTINCT],
  ]));
  const models = every("model", (point) => saved.get(point)?.model);
  const weightFiles = every("weights", (point) => saved.get(point)?.weights);
  const datasetFile = put("dataset", dataset);
  const exported: Record<string, string> = {};
  const outputs: Record<string, Uint8Array> = {};
  for (const [index, point] of points.entries()) {
    const twin = nameOf(points[index % DISTINCT]!);
    if (index >= DISTINCT) {
      exported[nameOf(point)] = exported[twin]!;
      outputs[nameOf(point)] = outputs[twin]!;
      continue;
    }
    await using task = await rig({
      params: {
        title: "t",
        license: "MIT",
        authors: ["Ada Näme"],
        learning_rate: point.lr,
        seed: point.seed,
      },
      inputs: {
        model: models[index]?.path ?? "",
        weights: weightFiles[index]?.path ?? "",
        dataset: datasetFile,
      },
    });
    await exportModel(task.task);
    const onnx = put(`${twin}.onnx`, task.bytes("onnx"));
    exported[twin] = onnx;
    const reconstructed = await reference(onnx, fromBytes(images));
    outputs[twin] = measured(toBytes(reconstructed));
  }
  const levels = [0.1, 0.3].map((level) => ({
    level,
    noisy_mse: level / 5,
    output_mse: 0.03,
    output_noisy_mse: 0.04,
  }));
  const denoising: Denoising = {
    images: DIGITS,
    noise: "made up",
    shown_level: 0.3,
    clean_mse: 0.03,
    spread: 0.05,
    levels,
  };
  const metrics: Metrics = {
    ...options.more,
    dataset,
    models: Object.fromEntries(points.map((point) => [nameOf(point), {
      learning_rate: point.lr,
      seed: point.seed,
      engine: "portable",
      epochs: curve(point).epochs,
      test: { mse: point.lr / 5, psnr: 12.5, ssim: 0.6 },
      denoising,
    }])),
  };
  const inputs = {
    dataset: datasetFile,
    "test-images": put("test-images", images),
    "test-labels": put(
      "test-labels",
      Uint8Array.from({ length: DIGITS }, (_, n) => n),
    ),
    metrics: put("metrics.json", metrics),
    claims: put(
      "claims",
      judgements(
        options.claims ?? CLAIMS,
        metrics,
        new Map(points.map((point) => [nameOf(point), curve(point).steps])),
      ),
    ),
    curves: every("curve.json", curve),
    models,
    weights: weightFiles,
    reconstructions: every(
      "reconstructions",
      (point) => outputs[nameOf(point)],
    ),
    denoisings: every("denoising", () => denoising),
  };
  const params: Params = {
    paper: {
      title,
      author: "Ada Example",
      venue: "A venue",
      year: 2018,
      version: "1.0.0",
      license: "MIT",
      abstract: "In short.",
    },
    authors: [{ given: "Ada", family: "Näme" }],
    study: studyOf(points),
    graph: [
      { stage: "download", title: "Fetch", instances: 4, inputs: [] },
      {
        stage: "train",
        title: "Train a network",
        instances: 2,
        inputs: ["download"],
      },
      {
        stage: "report",
        title: "Write it",
        instances: 1,
        inputs: ["train", "download"],
      },
    ],
    environment: { deno: "2.9.6" },
    settings: {
      dataset: { name: "mnist" },
      training: { epochs: 4, images: some },
      figures: { learning_curves: { scale: "log" } },
    },
    band: { learning_rate: 0.1, low: 0.1, high: 0.12 },
    images: null,
  };
  return {
    folder,
    models: exported,
    outputs,
    async render() {
      await using stage = await rig({ params, inputs });
      await report(stage.task);
      return stage.bytes("report");
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** What onnxruntime-web makes of an image. */
export async function reference(
  onnx: string,
  image: Float32Array,
): Promise<Float32Array> {
  return await (await reconstructor(portable(), onnx, {
    height: 28,
    width: 28,
  }))(image);
}
