/**
 * The research as a pipeline: every stage with its matrix, parameters, inputs,
 * outputs and permissions. Plain data: no stage's code is loaded here, so wiring
 * alone never changes a result.
 */
import { resolve } from "node:path";
import type { Determinism, Pipeline, Stage } from "../pipeline/stage.ts";
import { every, output } from "../pipeline/stage.ts";
import { FILES } from "./dataset.ts";
import type { Experiment } from "./experiment.ts";
import { figures } from "./figures.ts";
import { modelName } from "./model.ts";

/** Every module under `stages/` by its name. */
const module = (name: string) =>
  ({ kind: "module", module: `stages/${name}.ts` }) as const;

/** The axes of everything that is made once for a trained network. */
const perModel = ({ training }: Experiment) => ({
  lr: training.learning_rates,
  seed: training.seeds,
});

const download: Stage<Experiment> = {
  name: "download",
  title: "Fetch the dataset's files",
  environment: ["DATASET_MIRROR"],
  matrix: () => ({ file: Object.keys(FILES) }),
  at({ dataset }, { file }, { DATASET_MIRROR }) {
    const { name, bytes, sha256 } = FILES[file as keyof typeof FILES];
    const mirror = place(DATASET_MIRROR);
    const hosts = [mirror ?? "", ...dataset.mirrors]
      .filter((url) => /^https?:/.test(url)).map((url) => new URL(url).host);
    return {
      runs: module("download"),
      params: { name, bytes, sha256 },
      pinned: { file: sha256 },
      hints: {
        mirrors: dataset.mirrors,
        mirror,
        offline: dataset.offline,
      },
      outputs: {
        file: { file: name },
        source: { file: "source.json" },
      },
      permissions: {
        net: [...new Set(hosts)],
        read: mirror !== null && mirror.startsWith("/") ? [mirror] : [],
      },
    };
  },
};

/** A mirror from the environment: a URL, or a folder made absolute. */
function place(mirror: string | undefined): string | null {
  if (!mirror) return null;
  return /^https?:/.test(mirror) ? mirror : resolve(mirror);
}

const prepare: Stage<Experiment> = {
  name: "prepare",
  title: "Unpack the images and split them",
  at: ({ dataset, training }) => ({
    runs: module("prepare"),
    params: { name: dataset.name, validation: training.validation },
    inputs: {
      files: every("download", "file"),
      sources: every("download", "source"),
    },
    outputs: {
      "train-images": { file: "train-images.u8" },
      "validation-images": { file: "validation-images.u8" },
      "test-images": { file: "test-images.u8" },
      "test-labels": { file: "test-labels.u8" },
      dataset: { file: "dataset.json" },
    },
    resources: { memory: 500 },
  }),
};

const train: Stage<Experiment> = {
  name: "train",
  title: "Train an autoencoder",
  matrix: perModel,
  at(experiment, point) {
    const { training, network } = experiment;
    const name = modelName(point, experiment);
    return {
      runs: module("train"),
      params: {
        learning_rate: Number(point.lr),
        seed: Number(point.seed),
        epochs: training.epochs,
        batch_size: training.batch_size,
        images: training.images === "all" ? null : training.images,
        engine: training.engine,
        beta1: training.beta1,
        beta2: training.beta2,
        epsilon: training.epsilon,
        network,
      },
      inputs: {
        "train-images": output("prepare", "train-images"),
        "validation-images": output("prepare", "validation-images"),
      },
      outputs: {
        model: {
          file: "model.json",
          artifact: `models/tfjs/${name}/model.json`,
        },
        weights: {
          file: "weights.bin",
          artifact: `models/tfjs/${name}/weights.bin`,
          determinism: determinismOf(training.engine),
        },
        curve: {
          file: "curve.json",
          artifact: `curves/${name}.json`,
          determinism: determinismOf(training.engine),
        },
      },
      resume: { along: "epochs" },
      resources: { cpus: 1, memory: 600 },
    };
  },
};

/**
 * What an engine promises. Of all but the portable one the sums have another
 * order on every machine, and training carries each rounding error on.
 */
function determinismOf(
  engine: Experiment["training"]["engine"],
): Determinism {
  return engine === "portable"
    ? { kind: "bits" }
    : { kind: "numeric", tolerance: 0.1 };
}

const exportModel: Stage<Experiment> = {
  name: "export",
  title: "Export a network to ONNX",
  matrix: perModel,
  at: (experiment, point) => ({
    runs: module("export"),
    params: {
      title: experiment.paper.title,
      learning_rate: Number(point.lr),
      seed: Number(point.seed),
    },
    inputs: {
      model: output("train", "model"),
      weights: output("train", "weights"),
      dataset: output("prepare", "dataset"),
    },
    outputs: {
      onnx: {
        file: "model.onnx",
        artifact: `models/${modelName(point, experiment)}.onnx`,
      },
    },
  }),
};

const reconstruct: Stage<Experiment> = {
  name: "reconstruct",
  title: "Reconstruct the test images",
  matrix: perModel,
  at: ({ reconstruction }) => ({
    runs: module("reconstruct"),
    params: { agreement: reconstruction.agreement },
    inputs: {
      onnx: output("export", "onnx"),
      "test-images": output("prepare", "test-images"),
    },
    outputs: {
      reconstructions: { file: "reconstructions.u8" },
      quality: { file: "quality.json" },
    },
    permissions: { ffi: ["onnxruntime-node"] },
    resources: { memory: 800 },
  }),
};

const denoise: Stage<Experiment> = {
  name: "denoise",
  title: "Reconstruct noisy images",
  matrix: perModel,
  at: ({ denoising }) => ({
    runs: module("denoise"),
    params: {
      levels: denoising.levels,
      shown_level: denoising.shown,
      seed: denoising.seed,
      images: denoising.images,
    },
    inputs: {
      onnx: output("export", "onnx"),
      "test-images": output("prepare", "test-images"),
    },
    outputs: {
      denoising: { file: "denoising.json" },
      noisy: { file: "noisy.u8" },
      denoised: { file: "denoised.u8" },
    },
    resources: { memory: 500 },
  }),
};

const metrics: Stage<Experiment> = {
  name: "metrics",
  title: "Gather what was measured",
  at: () => ({
    runs: module("metrics"),
    inputs: {
      dataset: output("prepare", "dataset"),
      curves: every("train", "curve"),
      qualities: every("reconstruct", "quality"),
      denoisings: every("denoise", "denoising"),
    },
    outputs: { metrics: { file: "metrics.json", artifact: "metrics.json" } },
  }),
};

const claims: Stage<Experiment> = {
  name: "claims",
  title: "Judge the paper's claims",
  at: ({ claims }) => ({
    runs: module("claims"),
    params: { claims },
    inputs: {
      metrics: output("metrics", "metrics"),
      curves: every("train", "curve"),
    },
    outputs: { claims: { file: "claims.json", artifact: "claims.json" } },
  }),
};

/** The whole experiment. */
export const pipeline: Pipeline<Experiment> = {
  stages: [
    download,
    prepare,
    train,
    exportModel,
    reconstruct,
    denoise,
    metrics,
    claims,
    figures,
  ],
  verdicts: "claims.json",
};
