/**
 * The configuration: a TOML text, a profile and settings laid over it, checked
 * against a schema. A pure function of the text and of what is laid over it.
 */
import { basename } from "node:path";
import * as v from "valibot";
import { fail, nearest, ok, type Result, short } from "../failure.ts";
import { isTable, readDocument, type Table } from "./document.ts";
import { findPlaces } from "./locate.ts";
import { cacheSchema, type CacheSettings } from "./cache.ts";
import { executorSchema, type ExecutorSettings } from "./executor.ts";
import { type Overlay, overlay } from "./overlay.ts";
import { type Problem, refuse, TOLD } from "./problem.ts";
import { allowed, guesser, unknownKeys } from "./shape.ts";
import type { Sources } from "./source.ts";

/** What is read, and what is laid over it. */
interface Reading<T> extends Overlay {
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
  /** What is the engine's and no part of the experiment: `[executor]`. */
  readonly executor: ExecutorSettings;
  /** The same: `[cache]`. */
  readonly cache: CacheSettings;
  readonly text: string;
}

/** The tables of the engine, in any project's configuration. */
const engineSchema = v.object({
  executor: executorSchema,
  cache: cacheSchema,
});

/** Each is checked whenever one is used. */
const PROFILES = 100;

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
      what: `Cannot use the profile "${short(profile)}" of ${file}`,
      seen: known.length > 0
        ? `profiles: ${
          known.slice(0, TOLD).map((one) => short(one)).join(", ")
        }`
        : "there are no profiles",
      ...(near !== undefined && { hint: `did you mean "${near}"?` }),
    });
  }
  if (known.length > PROFILES) {
    return fail({
      kind: "config",
      what: `Cannot use ${file}: it has ${known.length} profiles`,
      seen: `allowed are at most ${PROFILES}`,
      hint: "remove those that nobody uses",
    });
  }
  const chosen = check(document, schema, { profile, set });
  const problems = [
    ...misplaced(profiles),
    ...chosen.problems,
    // A profile that nobody uses today is to be right tomorrow. Where there is
    // enough to mend already, it can wait.
    ...(chosen.problems.length > TOLD ? [] : known).filter((name) =>
      name !== profile
    ).flatMap((name) =>
      check(document, schema, { profile: name }).problems
        .filter(({ source }) => source?.kind === "profile")
    ),
  ];
  const [first, ...rest] = problems;
  if (first) {
    return fail(refuse([first, ...rest], { file, places: findPlaces(text) }));
  }
  const { result, engine } = chosen;
  if (!result.success || !engine.success) {
    throw new Error("refused without a problem");
  }
  return ok({
    config: result.output,
    executor: engine.output.executor,
    cache: engine.output.cache,
    text,
  });
}

/** A document with what is laid over it, against the schema. */
function check<T>(
  document: Table,
  schema: v.GenericSchema<unknown, T>,
  laid: Overlay,
) {
  const { table, sources, problems } = overlay(document, laid);
  const { executor, cache, ...experiment } = table;
  const own = inspect(experiment, schema, table, sources);
  const engine = inspect({ executor, cache }, engineSchema, table, sources);
  return {
    result: own.result,
    engine: engine.result,
    problems: [...problems, ...own.problems, ...engine.problems],
  };
}

/** A part of a table, against its schema. */
function inspect<T>(
  part: Table,
  schema: v.GenericSchema<unknown, T>,
  table: Table,
  sources: Sources,
) {
  const unknown = unknownKeys(schema, part);
  const guess = guesser(schema);
  const misspelled = new Set<string>();
  const result = v.safeParse(schema, part);
  const found: Problem[] = [];
  for (const one of unknown) {
    const around = one.keys.slice(0, -1).join(".");
    const near = guess(one);
    if (near !== undefined) {
      misspelled.add([...one.keys.slice(0, -1), near].join("\0"));
    }
    found.push(problem(one.keys, {
      what: "is not a setting",
      seen: `${around === "" ? "there are" : `${around} has`} ${
        one.siblings.join(", ")
      }`,
      hint: near && `did you mean "${near}"?`,
    }));
  }
  const told = new Set(unknown.map(({ keys }) => keys.join("\0")));
  for (const issue of result.issues ?? []) {
    const keys = (issue.path ?? []).map(({ key }) => String(key));
    if (issue.type === "strict_object" && issue.expected === "never") {
      if (told.has(keys.join("\0"))) continue;
      // In one form of several that a value may have: no table says its keys.
      found.push(problem(keys, { what: "is not a setting" }));
      continue;
    }
    if (issue.received === "undefined") {
      // The same mistake told twice: a key that is there under a wrong name.
      if (misspelled.has(keys.join("\0"))) continue;
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
  if (result.success && found.length === 0) {
    const keys = endless(result.output);
    if (keys) {
      found.push(problem(keys, {
        what: `is ${show(get(table, keys))}`,
        seen: "allowed are finite numbers",
      }));
    }
  }
  // A check in several steps may give the same answer at each.
  const distinct = new Map(
    found.map((one) => [[...one.keys, one.what, one.seen].join("\0"), one]),
  );
  return { result, problems: [...distinct.values()] };

  function problem(
    keys: readonly string[],
    { what, ...rest }: Pick<Problem, "what" | "seen" | "hint">,
  ): Problem {
    const key = named(table, keys) || "the configuration";
    return { keys, source: sources.of(keys), what: `${key} ${what}`, ...rest };
  }
}

/**
 * The keys of a number that is infinite or none. Whatever a schema allows, a
 * configuration becomes facts, and those are JSON.
 */
function endless(
  value: unknown,
  keys: readonly string[] = [],
): readonly string[] | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : keys;
  }
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = endless(inner, [...keys, key]);
    if (found) return found;
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
    seen: "allowed are tables such as [profile.NAME.TABLE]",
  }));
}

/** A key in the words of the text: an entry of a list by its `id`, if it has one. */
function named(table: Table, keys: readonly string[]): string {
  return keys.map((key, depth) => {
    const around = get(table, keys.slice(0, depth));
    const entry = get(table, keys.slice(0, depth + 1));
    return Array.isArray(around) && isTable(entry) &&
        typeof entry.id === "string"
      ? short(entry.id)
      : short(key);
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
  return short(text);
}
