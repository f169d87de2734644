/**
 * The research as a pipeline: every stage with its matrix, parameters, inputs,
 * outputs and permissions. Plain data: no stage's code is loaded here, so wiring
 * alone never changes a result.
 */
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Pipeline, Stage } from "../../pipeline/stage/declaration.ts";
import { every, file, output } from "../../pipeline/stage/declaration.ts";
import { declaredStages, METRICS } from "../../pipeline/stage/table.ts";
import project from "../../deno.json" with { type: "json" };
import {
  dataPoints,
  mainPoint,
  namesOf,
  severalData,
  sourceAt,
} from "./data.ts";
import { download, prepare } from "./dataset.ts";
import { figures } from "./figures.ts";
import { graphOf, ordered, producers } from "../paper/graph.ts";
import { denoise, exportModel, reconstruct, train } from "./networks.ts";
import { paperBand } from "./paper.ts";
import type { Resolved } from "./resolved.ts";
import { sourceOf } from "./datasets.ts";
import { studyOf, variantsOf } from "./study.ts";

const metrics: Stage<Resolved> = {
  name: "metrics",
  title: "Gather what was measured",
  at: (experiment) => ({
    runs: { kind: "module", module: "stages/evaluation/metrics.ts" },
    place: "head",
    params: {
      study: studyOf(experiment),
      data: namesOf(experiment),
      ...(measuring(experiment).length > 0 && {
        measuring: measuring(experiment),
      }),
    },
    inputs: {
      dataset: output("prepare", "dataset", mainPoint(experiment)),
      ...(severalData(experiment) && Object.fromEntries(
        dataPoints(experiment).map((point) => [
          `dataset ${sourceAt(experiment, point).name}`,
          output("prepare", "dataset", point),
        ]),
      )),
      curves: every("train", "curve"),
      qualities: every("reconstruct", "quality"),
      denoisings: every("denoise", "denoising"),
      ...Object.fromEntries(
        measuring(experiment).map((stage) => [
          `measured ${stage}`,
          every(stage, METRICS),
        ]),
      ),
    },
    outputs: { metrics: { file: "metrics.json", artifact: "metrics.json" } },
  }),
};

/** The declared stages that measure something. */
function measuring({ stage = {} }: Resolved): string[] {
  return Object.entries(stage)
    .flatMap(([name, { metrics }]) => metrics === undefined ? [] : [name])
    .sort();
}

const claims: Stage<Resolved> = {
  name: "claims",
  title: "Judge the paper's claims",
  at: ({ claims }) => ({
    runs: { kind: "module", module: "stages/claims/stage.ts" },
    place: "head",
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
  at({ paper: { numbers, strict } }) {
    const quotes = numbers.flatMap(({ file, pattern, value, epochs, data }) =>
      file === undefined || pattern === undefined ? [] : [{
        file,
        pattern,
        value,
        epochs,
        ...(data !== undefined && { data }),
      }]
    );
    const texts = new Set(quotes.map((quote) => quote.file));
    return {
      runs: { kind: "module", module: "stages/quotes/stage.ts" },
      place: "head",
      params: { numbers: quotes, ...(strict && { strict }) },
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

const numbers: Stage<Resolved> = {
  name: "numbers",
  title: "Write the numbers of the text",
  at: ({ paper: { numbers } }) => ({
    runs: { kind: "module", module: "stages/quotes/numbers.ts" },
    place: "head",
    params: {
      numbers: numbers.flatMap(({ name, digits = 3, value, epochs, data }) =>
        name === undefined ? [] : [{
          name,
          digits,
          value,
          epochs,
          ...(data !== undefined && { data }),
        }]
      ),
    },
    inputs: {
      metrics: output("metrics", "metrics"),
      curves: every("train", "curve"),
    },
    outputs: {
      tex: { file: "numbers.tex", artifact: "numbers.tex" },
      json: { file: "numbers.json", artifact: "numbers.json" },
    },
  }),
};

/** What the report is about, but for itself: all stages before it. */
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
  quotes,
  numbers,
];

/** What the report reads: of several datasets the images of one. */
function read(experiment: Resolved) {
  const main = mainPoint(experiment);
  return {
    metrics: output("metrics", "metrics"),
    claims: output("claims", "claims"),
    "test-images": output("prepare", "test-images", main),
    "test-labels": output("prepare", "test-labels", main),
    dataset: output("prepare", "dataset", main),
    curves: every("train", "curve"),
    models: every("train", "model"),
    weights: every("train", "weights"),
    reconstructions: every("reconstruct", "reconstructions"),
    denoisings: every("denoise", "denoising"),
  };
}

const report: Stage<Resolved> = {
  name: "report",
  title: "Write the report",
  at(experiment) {
    const { paper, authors, engines: _, datasets, ...others } = experiment;
    const settings = Object.keys(datasets).length > 0
      ? { ...others, datasets }
      : others;
    const { images } = experiment.figures;
    const inputs = read(experiment);
    const several = namesOf(experiment).map((name) => ({
      name,
      title: sourceOf(experiment, name).title,
    }));
    return {
      runs: { kind: "module", module: "stages/report/stage.ts" },
      place: "head",
      params: {
        paper: plain(paper),
        authors: authors.map(plain),
        study: studyOf(experiment),
        graph: ordered([
          ...graphOf([...reported, ...declared(experiment)], experiment),
          {
            stage: report.name,
            title: report.title,
            instances: 1,
            inputs: producers(inputs),
          },
        ]),
        environment: versions(),
        settings: plain(settings),
        band: paperBand(experiment, variantsOf(experiment).networks),
        ...(severalData(experiment) && {
          data: {
            shown: sourceAt(experiment, mainPoint(experiment)).name,
            all: several,
          },
        }),
        images: Array.isArray(images) ? images : null,
      },
      inputs,
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
    "@resvg/resvg-wasm",
    "@tensorflow/tfjs-layers",
    "fontkit",
    "onnxruntime-node",
    "onnxruntime-web",
    "uplot",
  ] as const;
  return {
    deno: Deno.version.deno,
    ...Object.fromEntries(
      made.map((name) => [name, project.imports[name].replace(/^.*@/, "")]),
    ),
  };
}

/** The stages of `[stage.NAME]`. */
function declared({ stage = {} }: Resolved): readonly Stage<Resolved>[] {
  return declaredStages(stage, reported);
}

/** The whole experiment. */
export const pipeline: Pipeline<Resolved> = {
  stages: [...reported, report],
  declared,
  verdicts: "claims.json",
  metrics: "metrics.json",
  headline: ["test.mse"],
};
