/**
 * The stages of the paper: what each reads, writes and depends on. Plain data; no
 * stage's code is loaded here. What is not declared cannot be read.
 */
import {
  every,
  file,
  output,
  type Stage,
} from "../pipeline/stage/declaration.ts";
import { figureParts } from "./paper/figure.ts";
import { paperPipeline } from "./paper/pipeline.ts";
import { paperSchema } from "./paper/tables.ts";
import { pointsOn, settingsAt } from "./paper/variation.ts";
import { type Experiment, tables } from "./settings.ts";

const prepare: Stage<Experiment> = {
  name: "prepare",
  title: "Take one data set",
  matrix: (experiment) => pointsOn(experiment, "data"),
  at: (experiment, point) => ({
    runs: { kind: "module", module: "stages/prepare.ts" },
    params: { set: settingsAt(experiment, point).data.set },
    inputs: { table: file("data/quartet.csv") },
    outputs: { points: { file: "points.json" } },
  }),
};

const fit: Stage<Experiment> = {
  name: "fit",
  title: "Put a line through it",
  matrix: (experiment) => pointsOn(experiment, "data", "fit"),
  at: (experiment, point) => ({
    runs: {
      kind: "command",
      command: ["python3", "stages/fit.py"],
      version: ["python3", "--version"],
      code: ["stages/fit.py", "stages/line.py", "stages/facsimile.py"],
      // Packages: environment: { lock: "requirements.txt" }, a lock with digests.
    },
    params: { method: settingsAt(experiment, point).fit.method },
    inputs: { points: output("prepare", "points") },
    outputs: {
      line: { file: "line.json" },
      metrics: { file: "metrics.json" }, // so claims can say fit.slope(set=1)
    },
  }),
};

const figure: Stage<Experiment> = {
  name: "figure",
  title: "Draw the lines",
  at({ figure, authors }) {
    const { params, ...parts } = figureParts("lines", authors);
    return {
      runs: { kind: "module", module: "stages/figure.ts" },
      params: { ...params, ...figure },
      inputs: {
        points: every("prepare", "points"),
        lines: every("fit", "line"),
      },
      ...parts,
    };
  },
};

const stages = [prepare, fit, figure];

/** These, and those that every paper has: metrics, claims, quotes, numbers, report. */
export const pipeline = paperPipeline(stages);

/** The schema of `experiment.toml`. */
export const experimentSchema = paperSchema(tables, stages);
