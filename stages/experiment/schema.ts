/**
 * The schema of `experiment.toml`: every setting that there is, and which values
 * it takes. A refusal says what is allowed; unknown keys are refused everywhere.
 */
import * as v from "valibot";
import { checkClaim, describe, type Wanted } from "../claims/check.ts";
import { checkPattern } from "../quotes/quotes.ts";
import { stagesSchema } from "../../pipeline/stage/table.ts";
import { CONSTANTS, spoken } from "../claims/vocabulary.ts";
import { type Complaint, readAxes } from "./axes.ts";
import { dataset, network, SETTINGS, training } from "./settings.ts";
import { problemsOf, variantsOf } from "./study.ts";
import {
  choice,
  count,
  fraction,
  list,
  pathTo,
  positive,
  small,
  table,
  text,
  url,
} from "./value.ts";

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

/** What is wrong with an expression, each with its line and carets. */
const complaints = (expression: string, wanted: Wanted) =>
  checkClaim(expression, wanted).map((found) => describe(expression, found));

const numeral = v.pipe(
  table({
    file: v.exactOptional(v.pipe(
      text,
      v.check(
        (path) =>
          !/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)|[\n\r\t]/.test(path),
        "a path inside of the project",
      ),
    )),
    pattern: v.exactOptional(v.pipe(
      text,
      v.rawCheck(({ dataset, addIssue }) => {
        const message = dataset.typed ? checkPattern(dataset.value) : undefined;
        if (message !== undefined) addIssue({ message });
      }),
    )),
    name: v.exactOptional(v.pipe(
      text,
      v.regex(/^[A-Za-z]+$/, "the name of a macro of LaTeX, of letters alone"),
    )),
    digits: v.exactOptional(count(1, 15)),
    value: v.pipe(
      text,
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return;
        for (const message of complaints(dataset.value, { type: "number" })) {
          addIssue({ message });
        }
      }),
    ),
    epochs: v.optional(count(1, 1000), 1),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { file, pattern, name, digits } = dataset.value;
    const message = (file === undefined) !== (pattern === undefined)
      ? "file and pattern belong together: in which text which words quote the number"
      : file === undefined && name === undefined
      ? "a number is quoted by a text (file and pattern), or has the name of a macro, or both"
      : digits !== undefined && name === undefined
      ? "digits are those of a macro, and there is no name of one"
      : undefined;
    if (message !== undefined) addIssue({ message });
  }),
);

const paper = table({
  title: text,
  author: text,
  venue: text,
  year: count(1900, 2100),
  released: v.exactOptional(count(1900, 2100)),
  // A part of the archive's name.
  version: v.pipe(
    text,
    v.regex(
      /^[0-9A-Za-z][\w.+-]{0,99}$/,
      "a version such as 1.0.0: letters, digits, dots, +, - and _",
    ),
  ),
  license: text,
  abstract: text,
  keywords: list(text),
  repository: v.exactOptional(url),
  numbers: v.optional(
    v.pipe(
      v.array(numeral, "a list of tables"),
      v.check((numbers) => {
        const names = numbers.flatMap(({ name }) => name ?? []);
        return new Set(names).size === names.length;
      }, "numbers with different names"),
    ),
    [],
  ),
  strict: v.optional(v.boolean("true or false"), false),
  experiment: v.exactOptional(original),
});

const person = {
  given: v.exactOptional(text),
  family: v.exactOptional(text),
  affiliation: v.exactOptional(text),
  orcid: v.exactOptional(
    v.pipe(
      text,
      v.regex(
        /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/,
        "an ORCID such as 0000-0002-1825-0097",
      ),
    ),
  ),
};

/** A person has two names, and an organisation one. */
const author = v.pipe(
  table({ name: v.exactOptional(text), ...person }),
  v.check(
    ({ name, given, family, affiliation, orcid }) =>
      name === undefined
        ? given !== undefined && family !== undefined
        : [given, family, affiliation, orcid].every((one) => one === undefined),
    'a person (given = "…", family = "…"), or an organisation (name = "…" alone)',
  ),
  v.transform(({ name, given, family, ...rest }) =>
    name === undefined
      ? { given: given!, family: family!, ...rest } // checked
      : { name }
  ),
);

const claim = v.pipe(
  table({
    id: v.pipe(
      text,
      v.regex(/^[a-z0-9-]+$/, "lower case letters, digits and hyphens"),
    ),
    sentence: text,
    where: text,
    holds: text,
    tolerance: v.exactOptional(positive),
    epochs: v.optional(count(1, 1000), 1),
    data: v.exactOptional(dataset.entries.name),
  }),
  // Only when both are at hand is it known what the expression may speak of.
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { holds, tolerance } = dataset.value;
    const constants = tolerance === undefined ? [] : CONSTANTS;
    const at = (key: "holds" | "tolerance", message: string) =>
      addIssue({ message, path: pathTo(dataset.value, [key]) });
    for (const found of complaints(holds, { type: "truth", constants })) {
      at("holds", found);
    }
    if (tolerance !== undefined && !/\btolerance\b/.test(holds)) {
      at("tolerance", "the expression does not use it");
    }
  }),
);

const axes = v.pipe(
  v.record(v.string(), v.unknown(), "a table of axes"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (
      const { keys, message } of readAxes(dataset.value, SETTINGS).complaints
    ) {
      addIssue({ message, path: pathTo(dataset.value, keys) });
    }
  }),
);

const tables = table({
  paper,
  authors: v.pipe(
    v.array(author, "a list of tables"),
    v.nonEmpty("at least one author"),
  ),
  dataset,
  network,
  training,
  axes,
  reconstruction: table({
    agreement: small,
  }),
  denoising: table({
    levels: list(fraction),
    shown: fraction,
    images: count(1, 10_000),
    seed: count(0, 2 ** 31 - 1),
  }),
  figures: table({
    images: v.union(
      [v.literal("one-per-digit"), list(count(0, 9_999))],
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
  claims: v.pipe(
    v.array(claim, "a list of tables"),
    v.check(
      (claims) => new Set(claims.map(({ id }) => id)).size === claims.length,
      "claims with different ids",
    ),
  ),
  stage: v.exactOptional(stagesSchema),
  sandbox: table({ require: choice(["deno", "kernel"]) }),
});

const schema = v.pipe(
  tables,
  v.rawCheck(({ dataset, addIssue }) => {
    // What is wrong in itself is told once, by its own check.
    if (!dataset.typed || dataset.issues) return;
    const wrong = problemsOf(dataset.value);
    for (
      const { keys, message } of wrong.length > 0
        ? wrong
        : unknownAxes(dataset.value)
    ) addIssue({ message, path: pathTo(dataset.value, keys) });
  }),
);

/** Places in claims and quoted numbers on axes that there are not. */
function unknownAxes(experiment: Experiment): Complaint[] {
  const { stage = {} } = experiment;
  const own = Object.values(stage).flatMap(({ axes }) =>
    axes === undefined || typeof axes === "string" ? [] : Object.keys(axes)
  );
  const axes = [
    ...variantsOf(experiment).axes.map(({ name }) => name),
    ...own,
  ];
  const stages = Object.entries(stage)
    .filter(([, { metrics }]) => metrics !== undefined)
    .map(([name]) => spoken(name));
  const { claims, paper } = experiment;
  return [
    ...claims.map(({ holds, tolerance }, index) => ({
      keys: ["claims", String(index), "holds"],
      text: holds,
      wanted: {
        type: "truth",
        constants: tolerance === undefined ? [] : CONSTANTS,
      } as const,
    })),
    ...paper.numbers.map(({ value }, index) => ({
      keys: ["paper", "numbers", String(index), "value"],
      text: value,
      wanted: { type: "number" } as const,
    })),
  ].flatMap(({ keys, text, wanted }) =>
    complaints(text, { ...wanted, axes, stages }).map((message) => ({
      keys,
      message,
    }))
  );
}

/** A checked experiment. */
export type Experiment = v.InferOutput<typeof tables>;

/** The schema, for the engine's reader of configurations. */
export const experimentSchema: v.GenericSchema<unknown, Experiment> = schema;
