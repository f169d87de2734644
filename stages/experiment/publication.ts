/** What is said of the experiment when it is published, from the configuration. */
import type { Json } from "../../pipeline/stage/json.ts";
import project from "../../deno.json" with { type: "json" };
import { FILES } from "../formats/mnist.ts";
import type { Experiment } from "./schema.ts";

const describe = (
  { paper, authors, dataset, claims }: Experiment,
) => ({
  name: "facsimile",
  title: paper.title,
  description: paper.abstract.trim(),
  version: paper.version,
  license: paper.license,
  keywords: paper.keywords,
  authors,
  paper: { author: paper.author, venue: paper.venue, year: paper.year },
  repository: paper.repository,
  datasets: [{
    name: "MNIST",
    description:
      "60,000 training and 10,000 test images of handwritten digits, 28×28 pixels",
    page: "http://yann.lecun.com/exdb/mnist/",
    citation:
      "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits",
    terms:
      "The original page states no licence; the set is commonly distributed under CC BY-SA 3.0",
    license: "CC-BY-SA-3.0",
    files: Object.values(FILES).map((file) => ({
      ...file,
      urls: dataset.mirrors.map((mirror) => mirror + file.name),
    })),
  }],
  carried: [
    {
      name: `uPlot ${project.imports.uplot.replace(/^.*@/, "")}`,
      holder: "Copyright (c) 2022 Leon Sorokin",
      license: "MIT",
      page: "https://github.com/leeoniya/uPlot",
      where: "in report.html, with its licence",
    },
    {
      name: "Images of MNIST",
      holder: "Y. LeCun, C. Cortes, C. J. C. Burges",
      license: "CC-BY-SA-3.0",
      page: "http://yann.lecun.com/exdb/mnist/",
      where: "in report.html and in the figures",
    },
  ],
  formats: { onnx: "application/onnx" },
  metrics: "metrics.json",
  means: ["engine"],
  workflow: "stages/experiment/pipeline.ts",
  sources: [
    ".ci",
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
    "experiment.schema.json",
    "experiment.toml",
    "main.ts",
    "pipeline",
    "results.lock.json",
    "stages",
    "test",
  ],
  configuration: "experiment.toml",
  claims: claims as readonly Json[],
  judge: "stages/experiment/judge.ts",
});

/** The publication of an experiment, as the engine asks for it. */
export const publication: typeof describe = describe;
