/**
 * The declarations of the stages that run once for each network: `train`,
 * `export`, `reconstruct` and `denoise`.
 */
import type { Determinism, Stage } from "../../pipeline/stage/declaration.ts";
import type { EngineName } from "../training/engine.ts";
import { partsOf } from "../training/parts.ts";
import { namesOf } from "../paper/authors.ts";
import { output } from "../../pipeline/stage/declaration.ts";
import type { Network } from "../network/network.ts";
import type { Resolved } from "./resolved.ts";
import { variantAt, variantsOf } from "./study.ts";

/** One instance for each network. */
const perModel = (experiment: Resolved) =>
  variantsOf(experiment).networks.map(({ point }) => point);

export const train: Stage<Resolved> = {
  name: "train",
  title: "Train an autoencoder",
  matrix: perModel,
  at(experiment, point) {
    const { name, training, network } = variantAt(experiment, point);
    const { engine, hardware } = experiment.engines[training.engine];
    const native = engine === "native" || engine === "cuda";
    const gpu = engine === "webgpu" || engine === "cuda";
    return {
      runs: {
        kind: "module",
        module: "stages/training/stage.ts",
        threads: partsOf(engine, training.batch_size),
      },
      params: {
        learning_rate: training.learning_rate,
        seed: training.seed,
        epochs: training.epochs,
        batch_size: training.batch_size,
        images: training.images === "all" ? null : training.images,
        engine,
        beta1: training.beta1,
        beta2: training.beta2,
        epsilon: training.epsilon,
        network,
      },
      inputs: {
        "train-images": output("prepare", "train-images"),
        "validation-images": output("prepare", "validation-images"),
        dataset: output("prepare", "dataset"),
      },
      outputs: {
        model: {
          file: "model.json",
          artifact: `models/tfjs/${name}/model.json`,
        },
        weights: {
          file: "weights.bin",
          artifact: `models/tfjs/${name}/weights.bin`,
          determinism: determinismOf(engine),
        },
        curve: {
          file: "curve.json",
          artifact: `curves/${name}.json`,
          determinism: determinismOf(engine),
        },
      },
      resume: { along: "epochs" },
      work: training.epochs * multiplications(network) *
        (training.images === "all"
          ? 60_000 - training.validation
          : training.images),
      facts: hardware,
      ...(native && { permissions: { ffi: ["onnxruntime-node"] } }),
      resources: { cpus: 1, memory: 600, gpu: gpu ? 1 : 0 },
    };
  },
};

/**
 * The multiplications for one pixel of an image on its way through the network: what
 * the time of training goes by. How many pixels there are shows with the data.
 */
function multiplications({ encoder, decoder, kernel }: Network): number {
  let [sum, pixels, channels] = [0, 1, 1];
  const convolution = (filters: number) => {
    sum += pixels * kernel ** 2 * channels * filters;
    channels = filters;
  };
  encoder.forEach((filters, index) => {
    if (index > 0) pixels /= 4; // pooled
    convolution(filters);
  });
  for (const filters of decoder) {
    pixels *= 4; // by a transposed convolution, of one tap for each pixel
    sum += pixels * channels * filters;
    channels = filters;
    convolution(filters);
  }
  return sum + pixels * channels;
}

/**
 * What an engine promises. Of all but the portable one the sums have another
 * order on every machine, and training carries each rounding error on.
 */
function determinismOf(engine: EngineName): Determinism {
  return engine === "portable"
    ? { kind: "bits" }
    : { kind: "numeric", tolerance: 0.1 };
}

export const exportModel: Stage<Resolved> = {
  name: "export",
  title: "Export a network to ONNX",
  matrix: perModel,
  at(experiment, point) {
    const { name, training, settings } = variantAt(experiment, point);
    return {
      runs: { kind: "module", module: "stages/export/stage.ts" },
      place: "head",
      params: {
        title: experiment.paper.title,
        license: experiment.paper.license,
        authors: namesOf(experiment.authors),
        learning_rate: training.learning_rate,
        seed: training.seed,
        ...settings,
      },
      inputs: {
        model: output("train", "model"),
        weights: output("train", "weights"),
        dataset: output("prepare", "dataset"),
      },
      outputs: {
        onnx: { file: "model.onnx", artifact: `models/${name}.onnx` },
      },
    };
  },
};

export const reconstruct: Stage<Resolved> = {
  name: "reconstruct",
  title: "Reconstruct the test images",
  matrix: perModel,
  at: ({ reconstruction }) => ({
    runs: { kind: "module", module: "stages/evaluation/reconstruct.ts" },
    params: { agreement: reconstruction.agreement },
    inputs: {
      onnx: output("export", "onnx"),
      "test-images": output("prepare", "test-images"),
      dataset: output("prepare", "dataset"),
    },
    outputs: {
      reconstructions: { file: "reconstructions.u8" },
      quality: { file: "quality.json" },
    },
    permissions: { ffi: ["onnxruntime-node"] },
    resources: { memory: 800 },
  }),
};

export const denoise: Stage<Resolved> = {
  name: "denoise",
  title: "Reconstruct noisy images",
  matrix: perModel,
  at: ({ denoising }) => ({
    runs: { kind: "module", module: "stages/evaluation/denoise.ts" },
    params: {
      levels: denoising.levels,
      shown_level: denoising.shown,
      seed: denoising.seed,
      images: denoising.images,
    },
    inputs: {
      onnx: output("export", "onnx"),
      "test-images": output("prepare", "test-images"),
      dataset: output("prepare", "dataset"),
    },
    outputs: {
      denoising: { file: "denoising.json" },
      noisy: { file: "noisy.u8" },
      denoised: { file: "denoised.u8" },
    },
    resources: { memory: 500 },
  }),
};
