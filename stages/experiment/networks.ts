/**
 * The declarations of the stages that run once for each network: `train`,
 * `export`, `reconstruct` and `denoise`.
 */
import type { Determinism, Stage } from "../../pipeline/stage/declaration.ts";
import { output } from "../../pipeline/stage/declaration.ts";
import { modelName } from "../formats/names.ts";
import type { Resolved } from "./resolved.ts";

/** One network for each learning rate and seed. */
const perModel = ({ training }: Resolved) => ({
  lr: training.learning_rates,
  seed: training.seeds,
});

export const train: Stage<Resolved> = {
  name: "train",
  title: "Train an autoencoder",
  matrix: perModel,
  at(experiment, point) {
    const { training, network, hardware } = experiment;
    const { engine } = training;
    const native = engine === "native" || engine === "cuda";
    const gpu = engine === "webgpu" || engine === "cuda";
    const name = modelName(point, training.seeds.length > 1);
    return {
      runs: { kind: "module", module: "stages/training/stage.ts" },
      params: {
        learning_rate: Number(point.lr),
        seed: Number(point.seed),
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
      facts: hardware,
      ...(native && { permissions: { ffi: ["onnxruntime-node"] } }),
      resources: { cpus: 1, memory: 600, gpu: gpu ? 1 : 0 },
    };
  },
};

/**
 * What an engine promises. Of all but the portable one the sums have another
 * order on every machine, and training carries each rounding error on.
 */
function determinismOf(
  engine: Resolved["training"]["engine"],
): Determinism {
  return engine === "portable"
    ? { kind: "bits" }
    : { kind: "numeric", tolerance: 0.1 };
}

export const exportModel: Stage<Resolved> = {
  name: "export",
  title: "Export a network to ONNX",
  matrix: perModel,
  at: ({ paper, training }, point) => ({
    runs: { kind: "module", module: "stages/export/stage.ts" },
    params: {
      title: paper.title,
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
        artifact: `models/${modelName(point, training.seeds.length > 1)}.onnx`,
      },
    },
  }),
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
    },
    outputs: {
      denoising: { file: "denoising.json" },
      noisy: { file: "noisy.u8" },
      denoised: { file: "denoised.u8" },
    },
    resources: { memory: 500 },
  }),
};
