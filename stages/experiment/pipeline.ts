/**
 * The research as a pipeline: every stage with its matrix, parameters, inputs,
 * outputs and permissions. Plain data: no stage's code is loaded here, so wiring
 * alone never changes a result.
 */
import { resolve } from "node:path";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type {
  Determinism,
  Pipeline,
  Stage,
} from "../../pipeline/stage/declaration.ts";
import { every, file, output } from "../../pipeline/stage/declaration.ts";
import project from "../../deno.json" with { type: "json" };
import { FILES } from "../formats/mnist.ts";
import { hostOf } from "../download/host.ts";
import type { Resolved } from "./resolved.ts";
import { figures } from "./figures.ts";
import { modelName } from "../formats/names.ts";
import { outline } from "./outline.ts";

/** Every module under `stages/` by its name. */
const module = (name: string) =>
  ({ kind: "module", module: `stages/${name}.ts` }) as const;

/** The axes of everything that is made once for a trained network. */
const perModel = ({ training }: Resolved) => ({
  lr: training.learning_rates,
  seed: training.seeds,
});

const download: Stage<Resolved> = {
  name: "download",
  title: "Fetch the dataset's files",
  environment: ["DATASET_MIRROR"],
  matrix: () => ({ file: Object.keys(FILES) }),
  at({ dataset }, { file }, { DATASET_MIRROR }) {
    const { name, bytes, sha256 } = FILES[file as keyof typeof FILES];
    const mirror = place(DATASET_MIRROR);
    const hosts = [mirror ?? "", ...dataset.mirrors]
      .flatMap((url) => hostOf(url) ?? []);
    return {
      runs: module("download/stage"),
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
  return /^https?:/i.test(mirror) ? mirror : resolve(mirror);
}

const prepare: Stage<Resolved> = {
  name: "prepare",
  title: "Unpack the images and split them",
  at: ({ dataset, training }) => ({
    runs: module("prepare/stage"),
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

const train: Stage<Resolved> = {
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
      runs: module("training/stage"),
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

const exportModel: Stage<Resolved> = {
  name: "export",
  title: "Export a network to ONNX",
  matrix: perModel,
  at: ({ paper, training }, point) => ({
    runs: module("export/stage"),
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

const reconstruct: Stage<Resolved> = {
  name: "reconstruct",
  title: "Reconstruct the test images",
  matrix: perModel,
  at: ({ reconstruction }) => ({
    runs: module("evaluation/reconstruct"),
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

const denoise: Stage<Resolved> = {
  name: "denoise",
  title: "Reconstruct noisy images",
  matrix: perModel,
  at: ({ denoising }) => ({
    runs: module("evaluation/denoise"),
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

const metrics: Stage<Resolved> = {
  name: "metrics",
  title: "Gather what was measured",
  at: () => ({
    runs: module("evaluation/metrics"),
    inputs: {
      dataset: output("prepare", "dataset"),
      curves: every("train", "curve"),
      qualities: every("reconstruct", "quality"),
      denoisings: every("denoise", "denoising"),
    },
    outputs: { metrics: { file: "metrics.json", artifact: "metrics.json" } },
  }),
};

const claims: Stage<Resolved> = {
  name: "claims",
  title: "Judge the paper's claims",
  at: ({ claims }) => ({
    runs: module("claims/stage"),
    params: { claims: claims.map(plain) },
    inputs: {
      metrics: output("metrics", "metrics"),
      curves: every("train", "curve"),
    },
    outputs: { claims: { file: "claims.json", artifact: "claims.json" } },
  }),
};

const quotes: Stage<Resolved> = {
  name: "quotes",
  title: "Compare the numbers that texts quote",
  at({ paper: { numbers } }) {
    const texts = new Set(numbers.map((quote) => quote.file));
    return {
      runs: module("quotes/stage"),
      params: { numbers },
      inputs: {
        metrics: output("metrics", "metrics"),
        curves: every("train", "curve"),
        ...Object.fromEntries(
          [...texts].map((path) => [`text ${path}`, file(path)]),
        ),
      },
      outputs: { quotes: { file: "quotes.json" } },
    };
  },
};

/** What the report is about: all stages before it. */
const reported = [
  download,
  prepare,
  train,
  exportModel,
  reconstruct,
  denoise,
  metrics,
  claims,
  figures,
];

const report: Stage<Resolved> = {
  name: "report",
  title: "Write the report",
  at(experiment) {
    const { paper, authors, hardware: _, ...settings } = experiment;
    const { images } = experiment.figures;
    return {
      runs: module("report/stage"),
      params: {
        paper: plain(paper),
        authors: authors.map(plain),
        graph: outline(reported, experiment),
        environment: versions(),
        settings: plain(settings),
        images: images === "one-per-digit" ? null : images,
      },
      inputs: {
        metrics: output("metrics", "metrics"),
        claims: output("claims", "claims"),
        "test-images": output("prepare", "test-images"),
        "test-labels": output("prepare", "test-labels"),
        dataset: output("prepare", "dataset"),
        curves: every("train", "curve"),
        models: every("train", "model"),
        weights: every("train", "weights"),
        reconstructions: every("reconstruct", "reconstructions"),
        denoisings: every("denoise", "denoising"),
      },
      outputs: { report: { file: "report.html", artifact: "report.html" } },
    };
  },
};

/** Settings without those that are not set. */
function plain(settings: object): JsonObject {
  return JSON.parse(JSON.stringify(settings));
}

/** What the results were made with. */
function versions(): { [name: string]: string } {
  const made = [
    "@napi-rs/canvas",
    "@tensorflow/tfjs",
    "onnxruntime-node",
    "onnxruntime-web",
    "sharp",
    "uplot",
  ] as const;
  return {
    deno: Deno.version.deno,
    ...Object.fromEntries(
      made.map((name) => [name, project.imports[name].replace(/^.*@/, "")]),
    ),
  };
}

/** The whole experiment. */
export const pipeline: Pipeline<Resolved> = {
  stages: [...reported, quotes, report],
  verdicts: "claims.json",
  metrics: "metrics.json",
};
