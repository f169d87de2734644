/**
 * The schema of `experiment.toml`: every setting that there is, and which values
 * it takes. A refusal says what is allowed; unknown keys are refused everywhere.
 */
import * as v from "valibot";
import { stagesSchema } from "../../pipeline/stage/table.ts";
import {
  authors,
  axesOf,
  claimCheck,
  claimEntries,
  claimsOf,
  namesIn,
  numbersOf,
  numeralCheck,
  numeralEntries,
  paperEntries,
  unknownNames,
} from "../paper/schema.ts";
import { selected } from "../claims/selected.ts";
import { DATASET } from "../formats/axis.ts";
import type { Complaint } from "../paper/axes.ts";
import { dataProblems, namesOf } from "./data.ts";
import { datasetName, datasets, unknownData } from "./datasets.ts";
import { COUNTS } from "../formats/mnist.ts";
import {
  dataset,
  FIXED,
  MOST,
  network,
  SETTINGS,
  training,
} from "./settings.ts";
import { problemsOf, variantsOf } from "./study.ts";
import {
  choice,
  count,
  fraction,
  list,
  pathTo,
  small,
  table,
  text,
} from "../paper/value.ts";

const band = "two numbers, greater than 0, the smaller first";
/** No loss is above it, and infinity is no number of a figure. */
const HIGHEST = 1e9;

/** What the paper says of its own experiment. */
const original = table({
  dataset: text,
  encoder: network.entries.encoder,
  decoder: network.entries.decoder,
  kernel: network.entries.kernel,
  batch_size: training.entries.batch_size,
  figures: v.array(
    table({
      number: count(1, 1000),
      learning_rate: training.entries.learning_rate,
    }),
    "a list of tables",
  ),
  band: v.pipe(
    v.strictTuple([v.number(band), v.number(band)], band),
    v.check(
      ([low, high]) => low > 0 && low < high && high <= HIGHEST,
      band,
    ),
  ),
  band_learning_rate: training.entries.learning_rate,
});

const mark = table({
  width: choice(["single", "double"]),
  /** What the author calls it. */
  called: v.exactOptional(text),
  drawn: v.optional(v.boolean("true or false"), true),
});

const numeral = v.pipe(
  table({
    ...numeralEntries({ networks: true }),
    epochs: v.optional(count(1, 1000), 1),
    data: v.exactOptional(datasetName),
  }),
  numeralCheck(),
);

const { title, ...rest } = paperEntries;

const paper = table({
  title,
  author: text,
  venue: text,
  year: count(1900, 2100),
  released: v.exactOptional(count(1900, 2100)),
  ...rest,
  numbers: numbersOf(numeral),
  experiment: v.exactOptional(original),
});

const claim = v.pipe(
  table({
    ...claimEntries,
    epochs: v.optional(count(1, 1000), 1),
    data: v.exactOptional(datasetName),
  }),
  claimCheck({ networks: true }),
);

const axes = axesOf(SETTINGS, FIXED);

const tables = table({
  paper,
  authors,
  dataset,
  datasets: v.optional(datasets, {}),
  network,
  training,
  axes,
  reconstruction: table({
    agreement: small,
  }),
  denoising: table({
    levels: list(fraction),
    shown: fraction,
    images: count(1, MOST),
    seed: count(0, 2 ** 31 - 1),
  }),
  figures: table({
    images: v.union(
      [v.literal("one-per-digit"), list(count(0, MOST))],
      'the word "one-per-digit" or a list of numbers of test images',
    ),
    learning_curves: table({
      ...mark.entries,
      scale: choice(["log", "linear"]),
      smoothing: count(1, 10_000),
    }),
    reconstruction: mark,
    reconstructions: mark,
    denoising: mark,
    latent: mark,
    filters: mark,
  }),
  claims: claimsOf(claim),
  stage: v.exactOptional(stagesSchema),
  sandbox: table({ require: choice(["deno", "kernel"]) }),
});

const schema = v.pipe(
  tables,
  v.rawCheck(({ dataset, addIssue }) => {
    // What is wrong in itself is told once, by its own check.
    if (!dataset.typed || dataset.issues) return;
    const checks = [problemsOf, dataProblems, beyond, otherData, unknownAxes];
    let wrong: Complaint[] = [];
    for (const check of checks) {
      if (wrong.length === 0) wrong = check(dataset.value);
    }
    for (const { keys, message } of wrong) {
      addIssue({ message, path: pathTo(dataset.value, keys) });
    }
  }),
);

/** Test images that MNIST does not have. What other data has shows when it is fetched. */
function beyond(experiment: Experiment): Complaint[] {
  if (namesOf(experiment).some((name) => name !== "mnist")) return [];
  const { denoising, figures } = experiment;
  const shown = figures.images === "one-per-digit" ? [] : figures.images;
  return [
    ...(denoising.images > COUNTS.test
      ? [{
        keys: ["denoising", "images"],
        message:
          `${denoising.images} is more than the ${COUNTS.test} test images`,
      }]
      : []),
    ...shown.flatMap((image, index) =>
      image < COUNTS.test ? [] : [{
        keys: ["figures", "images", String(index)],
        message: `there is no test image ${image}; they count from 0 to ${
          COUNTS.test - 1
        }`,
      }]
    ),
  ];
}

/** Claims and quoted numbers of data that there is not, or that select other data than theirs. */
function otherData(experiment: Experiment): Complaint[] {
  const { claims, paper } = experiment;
  return [
    ...claims.map(({ data, holds }, index) => ({
      keys: ["claims", String(index)],
      key: "holds",
      data,
      text: holds,
    })),
    ...paper.numbers.map(({ data, value }, index) => ({
      keys: ["paper", "numbers", String(index)],
      key: "value",
      data,
      text: value,
    })),
  ].flatMap(({ keys, key, data, text }): Complaint[] => {
    if (data === undefined) return [];
    const unknown = unknownData(experiment, data);
    if (unknown !== undefined) {
      return [{ keys: [...keys, "data"], message: unknown }];
    }
    const other = selected(text, DATASET.name).find((one) => one !== data);
    return other === undefined ? [] : [{
      keys: [...keys, key],
      message:
        `it speaks of ${data}, as its \`data\` says, and names the dataset "${other}"; leave \`data\` out where several are compared`,
    }];
  });
}

/** Places in claims and quoted numbers on axes that there are not. */
function unknownAxes(experiment: Experiment): Complaint[] {
  const { axes, stages } = namesIn(experiment.stage);
  const own = variantsOf(experiment).axes.map(({ name }) => name);
  return unknownNames(experiment, {
    axes: [...own, ...axes],
    stages,
    networks: true,
  });
}

/** A checked experiment. */
export type Experiment = v.InferOutput<typeof tables>;

/** The schema, for the engine's reader of configurations. */
export const experimentSchema: v.GenericSchema<unknown, Experiment> = schema;
