/**
 * What every paper says in `experiment.toml`, whatever it is about: of itself, its
 * authors, its claims and the numbers of its text. A study adds what is its own.
 */
import * as v from "valibot";
import { checkClaim, describe, type Wanted } from "../claims/check.ts";
import { CONSTANTS, spoken } from "../claims/vocabulary.ts";
import type { StageTables } from "../../pipeline/stage/table.ts";
import { checkPattern } from "../quotes/quotes.ts";
import { type Names, readAxes, type Settings } from "./axes.ts";
import { count, list, pathTo, positive, table, text, url } from "./value.ts";

/** Whether expressions may use the words for what networks measure. */
type Words = Pick<Wanted, "networks">;

/** What is wrong with an expression, each with its line and carets. */
const complaints = (expression: string, wanted: Wanted) =>
  checkClaim(expression, wanted).map((found) => describe(expression, found));

/** The keys of a number that a text quotes. */
// deno-lint-ignore explicit-module-boundary-types -- as long as the keys themselves
export const numeralEntries = (words: Words) => ({
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
      const wanted = { ...words, type: "number" } as const;
      for (const message of complaints(dataset.value, wanted)) {
        addIssue({ message });
      }
    }),
  ),
});

/** A number of a text. */
interface Numeral {
  readonly file?: string;
  readonly pattern?: string;
  readonly name?: string;
  readonly digits?: number;
}

/** What the keys of a number have to do with each other. */
export function numeralCheck<One extends Numeral>(): v.RawCheckAction<One> {
  return v.rawCheck(({ dataset, addIssue }) => {
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
  });
}

/** The numbers of a text, each of such a schema. */
export function numbersOf<One extends Numeral>(
  numeral: v.GenericSchema<unknown, One>,
): v.OptionalSchema<v.GenericSchema<unknown, One[]>, never[]> {
  return v.optional(
    v.pipe(
      v.array(numeral, "a list of tables"),
      v.check((numbers) => {
        const names = numbers.flatMap(({ name }) => name ?? []);
        return new Set(names).size === names.length;
      }, "numbers with different names"),
    ),
    [],
  );
}

/** The keys of `[paper]`. */
export const paperEntries = {
  title: text,
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
  strict: v.optional(v.boolean("true or false"), false),
};

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

/** The tables `[[authors]]`. */
export const authors = v.pipe(
  v.array(author, "a list of tables"),
  v.nonEmpty("at least one author"),
);

/** One of them. */
export type Author = v.InferOutput<typeof author>;

/** The keys of a claim. */
export const claimEntries = {
  id: v.pipe(
    text,
    v.regex(/^[a-z0-9-]+$/, "lower case letters, digits and hyphens"),
  ),
  sentence: text,
  where: text,
  holds: text,
  tolerance: v.exactOptional(positive),
};

interface Claim {
  readonly id: string;
  readonly holds: string;
  readonly tolerance?: number;
}

/** Only when both are at hand is it known what the expression may speak of. */
export function claimCheck<One extends Claim>(
  words: Words,
): v.RawCheckAction<One> {
  return v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { holds, tolerance } = dataset.value;
    const constants = tolerance === undefined ? [] : CONSTANTS;
    const at = (key: "holds" | "tolerance", message: string) =>
      addIssue({ message, path: pathTo(dataset.value, [key]) });
    const wanted = { ...words, type: "truth", constants } as const;
    for (const found of complaints(holds, wanted)) at("holds", found);
    if (tolerance !== undefined && !/\btolerance\b/.test(holds)) {
      at("tolerance", "the expression does not use it");
    }
  });
}

/** The tables `[[claims]]`, each of such a schema. */
export function claimsOf<One extends Claim>(
  claim: v.GenericSchema<unknown, One>,
): v.GenericSchema<unknown, One[]> {
  return v.pipe(
    v.array(claim, "a list of tables"),
    v.check(
      (claims) => new Set(claims.map(({ id }) => id)).size === claims.length,
      "claims with different ids",
    ),
  );
}

/** A paper whose expressions are to be held against what there is. */
interface Speaking {
  readonly claims: readonly Claim[];
  readonly paper: { readonly numbers: readonly { readonly value: string }[] };
}

/** What claims and quoted numbers name that there is not: axes, and stages that measure. */
export function unknownNames(
  { claims, paper }: Speaking,
  names: Required<Pick<Wanted, "axes" | "stages">> & Words,
): { readonly keys: readonly string[]; readonly message: string }[] {
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
    complaints(text, { ...wanted, ...names }).map((message) => ({
      keys,
      message,
    }))
  );
}

/** What the tables `[stage.NAME]` add to these names. */
export function namesIn(
  stage: StageTables = {},
): Required<Pick<Wanted, "axes" | "stages">> {
  return {
    axes: Object.values(stage).flatMap(({ axes }) =>
      axes === undefined || typeof axes === "string" ? [] : Object.keys(axes)
    ),
    stages: Object.entries(stage)
      .filter(([, { metrics }]) => metrics !== undefined)
      .map(([name]) => spoken(name)),
  };
}

/** The table `[axes]`, over such settings. */
export function axesOf(
  settings: Settings,
  fixed?: Names,
): v.GenericSchema<{ [key: string]: unknown }> {
  return v.pipe(
    v.record(v.string(), v.unknown(), "a table of axes"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const { complaints } = readAxes(dataset.value, settings, fixed);
      for (const { keys, message } of complaints) {
        addIssue({ message, path: pathTo(dataset.value, keys) });
      }
    }),
  );
}
