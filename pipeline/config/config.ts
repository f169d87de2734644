/**
 * The configuration: a TOML text, a profile and settings laid over it, checked
 * against a schema. A pure function of the text and of what is laid over it.
 */
import { basename } from "node:path";
import * as v from "valibot";
import { fail, nearest, ok, type Result } from "../failure.ts";
import { isTable, readDocument, type Table } from "./document.ts";
import { findPlaces } from "./locate.ts";
import { type Overlay, overlay } from "./overlay.ts";
import { type Problem, refuse } from "./problem.ts";
import { allowed, meant, unknownKeys } from "./shape.ts";

/** What is read, and what is laid over it. */
export interface Reading<T> extends Overlay {
  readonly path: string;
  /** Instead of the file's content. */
  readonly text?: string;
  /**
   * Its messages complete the sentence "allowed is …"; those of a `rawCheck`
   * stand for themselves.
   */
  readonly schema: v.GenericSchema<unknown, T>;
}

/** The checked configuration and the text that it was read from. */
export interface Configuration<T> {
  readonly config: T;
  readonly text: string;
}

/** Reads a configuration; a failure names every problem with its place. */
export function readConfig<T>(
  { path, text: given, schema, profile, set = [] }: Reading<T>,
): Result<Configuration<T>> {
  const file = basename(path);
  const read = readDocument(path, given);
  if (!read.ok) return read;
  const { table: document, text } = read.value;
  const profiles = Object.hasOwn(document, "profile") ? document.profile : {};
  const known = isTable(profiles) ? Object.keys(profiles) : [];
  if (profile !== undefined && !known.includes(profile)) {
    const near = nearest(profile, known);
    return fail({
      kind: "unknown-profile",
      what: `Use the profile "${profile}" of ${file}`,
      seen: known.length > 0
        ? `profiles: ${known.join(", ")}`
        : "there are no profiles",
      ...(near !== undefined && { hint: `did you mean "${near}"?` }),
    });
  }
  const chosen = check(document, schema, { profile, set });
  const problems = [
    ...misplaced(profiles),
    ...chosen.problems,
    // A profile that nobody uses today is to be right tomorrow.
    ...known.filter((name) => name !== profile).flatMap((name) =>
      check(document, schema, { profile: name }).problems
        .filter(({ source }) => source?.kind === "profile")
    ),
  ];
  const [first, ...rest] = problems;
  if (first) {
    return fail(refuse([first, ...rest], { file, places: findPlaces(text) }));
  }
  if (!chosen.result?.success) throw new Error("refused without a problem");
  return ok({ config: chosen.result.output, text });
}

/** A document with what is laid over it, against the schema. */
function check<T>(
  document: Table,
  schema: v.GenericSchema<unknown, T>,
  laid: Overlay,
) {
  const { table, sources, problems } = overlay(document, laid);
  const unknown = unknownKeys(schema, table);
  const guesses = new Map(
    unknown.map((one) => [one, meant(schema, one)] as const),
  );
  const result = v.safeParse(schema, table);
  const found: Problem[] = [];
  for (const [one, guess] of guesses) {
    const around = one.keys.slice(0, -1).join(".");
    found.push(problem(one.keys, {
      what: "is not a setting",
      seen: `${around === "" ? "there are" : `${around} has`} ${
        one.siblings.join(", ")
      }`,
      hint: guess && `did you mean "${guess}"?`,
    }));
  }
  for (const issue of result.issues ?? []) {
    if (issue.type === "strict_object" && issue.expected === "never") continue;
    const keys = (issue.path ?? []).map(({ key }) => String(key));
    if (issue.received === "undefined") {
      // The same mistake told twice: a key that is there under a wrong name.
      const misspelled = guesses.entries().some(([one, guess]) =>
        guess === keys.at(-1) &&
        one.keys.slice(0, -1).join("\0") === keys.slice(0, -1).join("\0")
      );
      if (misspelled) continue;
      const what = allowed(schema, keys);
      found.push(problem(keys, {
        what: "is missing",
        seen: what && `allowed is ${what}`,
      }));
    } else if (issue.type === "raw_check") {
      found.push(problem(keys, { what: "is wrong", seen: issue.message }));
    } else {
      found.push(problem(keys, {
        what: `is ${show(get(table, keys))}`,
        seen: `allowed is ${issue.message}`,
      }));
    }
  }
  // A check in several steps may give the same answer at each.
  const distinct = found.filter(({ keys, seen }, index) =>
    index ===
      found.findIndex((one) =>
        one.seen === seen && one.keys.join("\0") === keys.join("\0")
      )
  );
  return { result, problems: [...problems, ...distinct] };

  function problem(
    keys: readonly string[],
    { what, ...rest }: Pick<Problem, "what" | "seen" | "hint">,
  ): Problem {
    const key = named(table, keys) || "the configuration";
    return { keys, source: sources.of(keys), what: `${key} ${what}`, ...rest };
  }
}

/** Profiles that are no tables. */
function misplaced(profiles: unknown): Problem[] {
  const all: [string[], unknown][] = isTable(profiles)
    ? Object.entries(profiles).map(([name, one]) => [["profile", name], one])
    : [[["profile"], profiles]];
  return all.filter(([, one]) => !isTable(one)).map(([keys, one]) => ({
    keys,
    source: undefined,
    what: `${keys.join(".")} is ${show(one)}`,
    seen: "allowed are tables such as [profile.quick.training]",
  }));
}

/** A key in the words of the text: an entry of a list by its `id`, if it has one. */
function named(table: Table, keys: readonly string[]): string {
  return keys.map((key, depth) => {
    const around = get(table, keys.slice(0, depth));
    const entry = get(table, keys.slice(0, depth + 1));
    return Array.isArray(around) && isTable(entry) &&
        typeof entry.id === "string"
      ? entry.id
      : key;
  }).join(".");
}

function get(table: Table, keys: readonly string[]): unknown {
  let at: unknown = table;
  for (const key of keys) {
    if (at === null || typeof at !== "object") return undefined;
    at = (at as Table)[key];
  }
  return at;
}

/** A value as TOML writes it, if it is short. */
function show(value: unknown): string {
  if (typeof value === "number") {
    return String(value).replace("Infinity", "inf").replace("NaN", "nan");
  }
  if (isTable(value)) return "a table";
  const text = Array.isArray(value)
    ? `[${value.map(show).join(", ")}]`
    : JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
