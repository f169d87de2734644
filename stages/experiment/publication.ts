/** What is said of the experiment when it is published, from the configuration. */
import type { Json } from "../../pipeline/stage/json.ts";
import project from "../../deno.json" with { type: "json" };
import { hostOf } from "../download/host.ts";
import { namesOf } from "./data.ts";
import { type Source, sourceOf } from "./datasets.ts";
import type { Experiment } from "./schema.ts";

/** What an archive says of a dataset, and of its images in report and figures. */
function described(source: Source) {
  const { name, title, builtIn, mirrors, declared } = source;
  const urls = mirrors.filter((mirror) => hostOf(mirror) !== undefined)
    .map((mirror) => mirror.replace(/\/*$/, "/"));
  const files = Object.values(source.files).map((file) => ({
    ...file,
    // Datasets have files of equal names: each that is not built in has a folder.
    name: builtIn ? file.name : `${name}/${file.name}`,
    urls: urls.map((mirror) => mirror + file.name),
  }));
  const { description, page, citation, terms, license, holder } = builtIn
    ? MNIST
    : {
      description: declared?.description ?? title,
      page: declared?.page ?? urls[0] ?? "",
      citation: declared?.citation ?? title,
      terms: declared?.terms ?? "Nothing is said here of its licence",
      license: declared?.license,
      holder: declared?.citation ?? title,
    };
  return {
    dataset: {
      name: title,
      description,
      page,
      citation,
      terms,
      ...(license !== undefined && { license }),
      files,
    },
    carried: license === undefined ? [] : [{
      name: `Images of ${title}`,
      holder,
      license,
      page,
      where: "in report.html and in the figures",
    }],
  };
}

const MNIST = {
  description:
    "60,000 training and 10,000 test images of handwritten digits, 28×28 pixels",
  page: "http://yann.lecun.com/exdb/mnist/",
  citation:
    "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits",
  terms:
    "The original page states no licence; the set is commonly distributed under CC BY-SA 3.0",
  license: "CC-BY-SA-3.0",
  holder: "Y. LeCun, C. Cortes, C. J. C. Burges",
};

const sources = (experiment: Experiment) =>
  namesOf(experiment).map((name) => described(sourceOf(experiment, name)));

const describe = (experiment: Experiment) => {
  const { paper, authors, claims } = experiment;
  const data = sources(experiment);
  return {
    name: "facsimile",
    title: paper.title,
    description: paper.abstract.trim(),
    version: paper.version,
    license: paper.license,
    keywords: paper.keywords,
    authors,
    paper: { author: paper.author, venue: paper.venue, year: paper.year },
    repository: paper.repository,
    datasets: data.map(({ dataset }) => dataset),
    carried: [
      {
        name: `uPlot ${project.imports.uplot.replace(/^.*@/, "")}`,
        holder: "Copyright (c) 2022 Leon Sorokin",
        license: "MIT",
        page: "https://github.com/leeoniya/uPlot",
        where: "in report.html, with its licence",
      },
      ...data.flatMap(({ carried }) => carried),
    ],
    formats: { onnx: "application/onnx" },
    metrics: "metrics.json",
    means: ["engine"],
    workflow: "stages/experiment/pipeline.ts",
    sources: [
      ".ci",
      ".devcontainer",
      ".github",
      ".gitignore",
      "ARCHITECTURE.md",
      "BENCHMARKS.md",
      "CHANGELOG.md",
      "CITATION.cff",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "deno.json",
      "deno.lock",
      "docs",
      "engine.json",
      "examples",
      "experiment.schema.json",
      "experiment.toml",
      "main.ts",
      "pipeline",
      "results.lock.json",
      "stages",
      "templates",
      "test",
    ],
    configuration: "experiment.toml",
    claims: claims as readonly Json[],
    judge: "stages/experiment/judge.ts",
  };
};

/** The publication of an experiment, as the engine asks for it. */
export const publication: typeof describe = describe;
