/**
 * The configuration: a TOML text, a profile and settings laid over it, checked
 * against a schema. A pure function of the text and the overlays.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse, TomlDate, TomlError } from "smol-toml";
import * as v from "valibot";
import { fail, type Failure, nearest, ok, type Result } from "../failure.ts";
import { locate, quote } from "./locate.ts";
import { overlay, type Table } from "./overlay.ts";

/** What is read, and what is laid over it. */
export interface Reading<T> {
  readonly path: string;
  /** Instead of the file's content. */
  readonly text?: string;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly profile?: string;
  /** `training.epochs=5`, in order. */
  readonly set?: readonly string[];
}

/** The checked configuration and the text that it was read from. */
export interface Configuration<T> {
  readonly config: T;
  readonly text: string;
}

/** Reads a configuration; a failure names every problem with its line. */
export function readConfig<T>(
  { path, text: given, schema, profile, set = [] }: Reading<T>,
): Result<Configuration<T>> {
  const name = basename(path);
  const read = given === undefined ? readText(path) : ok(given);
  if (!read.ok) return read;
  const text = read.value;
  let document: Table;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return fail({
      kind: "toml-syntax",
      what: `Read ${name}, line ${error.line}, column ${error.column}`,
      seen: `${reason(error)}\n${quote(text, error.line, error.column)}`,
      hint: "correct the line; the format is described at toml.io",
    });
  }
  const laid = overlay(document, profile, set);
  if (!laid.ok) return laid;
  const { table, sources } = laid.value;
  const checked = v.safeParse(schema, plain(table));
  if (checked.success) return ok({ config: checked.output, text });
  const problems = checked.issues.map((issue) => problem(issue));
  return fail(describe(problems, name, text, sources));

  function problem(issue: v.BaseIssue<unknown>): Problem {
    const keys = (issue.path ?? []).map(({ key }) => String(key));
    const unknown = issue.type === "strict_object" &&
      issue.expected === "never";
    const missing = issue.received === "undefined";
    const last = issue.path?.at(-1);
    const siblings = unknown && last?.type === "object"
      ? known(schema, keys.slice(0, -1))
      : [];
    return {
      keys,
      what: unknown
        ? "is not a setting"
        : missing
        ? "is missing"
        : `is ${show(issue.input)}`,
      allowed: unknown
        ? guess(keys.at(-1) ?? "", siblings)
        : missing
        ? "add it, see the comments in the published experiment.toml"
        : issue.message,
    };
  }
}

/** One thing that is wrong. */
interface Problem {
  readonly keys: readonly string[];
  readonly what: string;
  readonly allowed: string;
}

function describe(
  problems: readonly Problem[],
  name: string,
  text: string,
  sources: ReadonlyMap<string, string>,
): Failure {
  const lines = problems.map(({ keys, what, allowed }) => {
    const key = keys.join(".") || "the configuration";
    const set = overlaid(keys, sources);
    const line = locate(text, keys);
    const where = set ?? (line === undefined ? name : `${name}:${line}`);
    return { where, key, what, allowed };
  });
  const [first, ...rest] = lines;
  if (!first) throw new Error("a refused configuration without a problem");
  return {
    kind: "config",
    what: `Use ${name}: ${first.key} ${first.what}`,
    seen: [
      `${first.where}: ${first.allowed}`,
      ...rest.map(({ where, key, what, allowed }) =>
        `${where}: ${key} ${what}; ${allowed}`
      ),
    ].join("\n"),
  };
}

/** Where an overlaid value comes from: its own setting, or that of a table or list around it. */
function overlaid(
  keys: readonly string[],
  sources: ReadonlyMap<string, string>,
): string | undefined {
  for (let depth = keys.length; depth > 0; depth--) {
    const source = sources.get(keys.slice(0, depth).join("."));
    if (source !== undefined) return source;
  }
  return undefined;
}

function guess(typed: string, siblings: readonly string[]): string {
  const near = nearest(typed, siblings);
  return near === undefined
    ? `known here: ${siblings.join(", ")}`
    : `did you mean "${near}"?`;
}

/** The keys that a schema knows at a path. */
function known(schema: unknown, path: readonly string[]): string[] {
  let at = schema as {
    entries?: Record<string, unknown>;
    wrapped?: unknown;
    item?: unknown;
    value?: unknown;
    pipe?: unknown[];
  };
  const unwrap = () => {
    while (at && !at.entries && !at.item && (at.wrapped ?? at.pipe?.[0])) {
      at = (at.wrapped ?? at.pipe?.[0]) as typeof at;
    }
  };
  for (const key of path) {
    unwrap();
    at = (at?.entries?.[key] ?? at?.item ?? at?.value ?? {}) as typeof at;
  }
  unwrap();
  return Object.keys(at?.entries ?? {});
}

function readText(path: string): Result<string> {
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail({
      kind: "config-unreadable",
      what: `Read the configuration ${path}`,
      seen: code === "ENOENT" ? "there is no such file" : message,
      hint: "run from the folder of the project",
    });
  }
}

function reason(error: TomlError): string {
  return error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
}

/** smol-toml's dates as the texts that they are: nothing here has use for a clock. */
function plain(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, plain(inner)]),
  );
}

function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  return JSON.stringify(value) ?? String(value);
}
