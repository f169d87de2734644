/** The tables whose settings may vary: of the dataset, the network and its training. */
import * as v from "valibot";
import { DATASET } from "../formats/axis.ts";
import type { Names, Settings } from "../paper/axes.ts";
import { MIRRORS } from "../formats/mnist.ts";
import { datasetName, type datasets } from "./datasets.ts";
import {
  above0,
  choice,
  count,
  decay,
  small,
  table,
  url,
} from "../paper/value.ts";

const filters = (length: number, allowed: string) =>
  v.pipe(v.array(count(1, 256), allowed), v.length(length, allowed));

export const dataset = table({
  name: datasetName,
  mirrors: v.optional(
    v.pipe(
      v.array(url, "a list of URLs"),
      v.nonEmpty("at least one mirror"),
    ),
    MIRRORS,
  ),
  offline: choice(["glyphs", "fail"]),
});

export const network = table({
  encoder: filters(
    3,
    "three numbers: filters of the three encoding convolutions",
  ),
  decoder: filters(2, "two numbers: filters of the two decoding blocks"),
  kernel: choice([1, 3, 5]),
  relu: choice(["convolutions-and-output", "convolutions"]),
  initializer: choice(["glorot_uniform"]),
});

/** Images of any dataset: what its files do not hold is refused by what is in them. */
export const MOST = 10_000_000;

export const training = table({
  learning_rate: above0("a number greater than 0 and at most 10", 10),
  seed: count(0, 2 ** 31 - 1),
  epochs: count(1, 1000),
  batch_size: count(1, MOST),
  images: v.union(
    [v.literal("all"), count(1, MOST)],
    `the word "all" or a whole number from 1 to ${MOST}`,
  ),
  validation: count(1, MOST),
  engine: choice(["auto", "portable", "native", "webgpu", "cuda"]),
  beta1: decay,
  beta2: decay,
  epsilon: small,
});

/** What the networks follow from. */
export interface Tables {
  readonly axes: { readonly [key: string]: unknown };
  readonly dataset: v.InferOutput<typeof dataset>;
  readonly datasets: v.InferOutput<typeof datasets>;
  readonly network: v.InferOutput<typeof network>;
  readonly training: v.InferOutput<typeof training>;
}

/** Every setting that may be an axis, by its path. */
export const SETTINGS: Settings = {
  ...paths("dataset", { name: dataset.entries.name }),
  ...paths("network", network.entries),
  ...paths("training", training.entries),
};

function paths(table: string, entries: v.ObjectEntries): Settings {
  return Object.fromEntries(
    Object.entries(entries).map(([key, schema]) => [
      `${table}.${key}`,
      schema as v.GenericSchema,
    ]),
  );
}

/** Axes that results and claims know by these names. */
export const FIXED: Names = {
  "training.learning_rate": "lr",
  "training.seed": "seed",
  [DATASET.setting]: DATASET.name,
};
