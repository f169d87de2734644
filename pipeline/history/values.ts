/**
 * The values of a run by name: what it was, its settings, what it measured. Tables
 * of runs choose, order and filter by them. Nothing here knows what a number means.
 */
import { fail, type Failure, nearest, ok, type Result } from "../failure.ts";
import type { Json } from "../stage/json.ts";

/** One value, by the keys that lead to it: a key may hold a dot. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: Json;
}

/** All leaves of a JSON value: tables and lists of tables are taken apart, other lists are values. */
export function leaves(value: Json, path: readonly string[] = []): Leaf[] {
  if (value === null || typeof value !== "object") return [{ path, value }];
  const tables = value as { readonly [key: string]: Json } | readonly Json[];
  if (Array.isArray(value)) {
    const taken = value.length > 0 &&
      value.every((one) => one !== null && typeof one === "object");
    if (!taken) return [{ path, value }];
  }
  return Object.entries(tables).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? String(+key + 1) : key])
  );
}

/** A column: a path that values of runs have. */
export interface Column {
  /** The word that asked for it. */
  readonly word: string;
  readonly path: readonly string[];
}

/** A run as far as its values go. */
export interface Valued {
  readonly values: Values;
}

/** Values by their paths. */
type Values = ReadonlyMap<string, Leaf>;

/** Values by their paths, the first of each, in their order. */
export function valuesOf(leaves: readonly Leaf[]): Values {
  const values = new Map<string, Leaf>();
  for (const leaf of leaves) {
    if (!values.has(key(leaf))) values.set(key(leaf), leaf);
  }
  return values;
}

/** The value of a run in a column. */
export function valueOf({ values }: Valued, column: Column): Json | undefined {
  return values.get(key(column))?.value;
}

function key({ path }: { readonly path: readonly string[] }): string {
  return path.join("\0");
}

/**
 * The columns that a word asks for: a name, the end of one (`test.mse`), or either
 * with `*` for anything (`*.mse`); if none is one, a name with these words in this order,
 * as claims call what a stage measured (`fit.error` at all points). In the order in
 * which the runs have them.
 */
export function columnsOf(word: string, runs: readonly Valued[]): Column[] {
  const pattern = word.split("*").map(literal).join(".*");
  const found = columnsFitting(word, pattern, runs);
  return found.length > 0
    ? found
    : columnsFitting(word, pattern.replaceAll("\\.", "\\.(.*\\.)?"), runs);
}

/** A text as it stands in a regular expression. */
function literal(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}

function columnsFitting(
  word: string,
  pattern: string,
  runs: readonly Valued[],
): Column[] {
  const fits = new RegExp(`^(.*\\.)?${pattern}$`, "s");
  const found = new Map<string, Column>();
  for (const { values } of runs) {
    for (const [key, { path }] of values) {
      if (!found.has(key) && fits.test(path.join("."))) {
        found.set(key, { word, path });
      }
    }
  }
  // A name itself is meant, also where it is the end of others.
  const exact = [...found.values()].filter(({ path }) =>
    path.join(".") === word
  );
  return exact.length > 0 ? exact : [...found.values()];
}

/** The columns of a word that has to ask for some. */
export function askedColumns(
  option: string,
  word: string,
  runs: readonly Valued[],
): Result<Column[]> {
  const columns = columnsOf(word, runs);
  return columns.length > 0 ? ok(columns) : fail(unknown(option, word, runs));
}

/** Runs in the order of a column, those without it last; `-NAME` turns it round. */
export function sorted<Run extends Valued>(
  runs: readonly Run[],
  word: string,
): Result<Run[]> {
  const down = word.startsWith("-");
  const asked = askedColumns("sort", down ? word.slice(1) : word, runs);
  if (!asked.ok) return asked;
  const [column, ...others] = asked.value;
  if (column === undefined || others.length > 0) {
    return fail({
      kind: "usage",
      what: `Cannot sort by "${word}"`,
      seen: `it fits ${asked.value.length} values, such as ${
        asked.value.slice(0, 3).map(({ path }) => path.join(".")).join(", ")
      }`,
      hint: "name one of them",
    });
  }
  const sign = down ? -1 : 1;
  return ok(runs.toSorted((a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined);
    }
    return sign * compare(x, y);
  }));
}

/** How a value may be asked about; the longest signs first. */
const SIGNS = ["!=", "<=", ">=", "=", "<", ">", "~"] as const;

/** The runs that fit a condition: `test.mse<0.01`, `ended=failed`, `note~wide`. */
export function filtered<Run extends Valued>(
  runs: readonly Run[],
  condition: string,
): Result<Run[]> {
  const found = SIGNS.map((sign) => ({ sign, at: condition.indexOf(sign) }))
    .filter(({ at }) => at > 0)
    .toSorted((a, b) => a.at - b.at || b.sign.length - a.sign.length)[0];
  if (!found) {
    return fail({
      kind: "usage",
      what: `Cannot filter by "${condition}"`,
      seen: "it is no NAME=VALUE",
      hint: `use one of ${SIGNS.join(" ")} between a name and a value`,
    });
  }
  const { sign, at } = found;
  const word = condition.slice(0, at).trim();
  const wanted = condition.slice(at + sign.length).trim();
  const asked = askedColumns("filter", word, runs);
  if (!asked.ok) return asked;
  return ok(runs.filter((run) => {
    const holds = asked.value.some((column) => {
      const value = valueOf(run, column);
      return value !== undefined && fits(value, sign, wanted);
    });
    return sign === "!=" ? !holds : holds;
  }));
}

/** Whether a value fits; of a list, whether one of its entries does. `!=` is turned round by the caller. */
function fits(
  value: Json,
  sign: typeof SIGNS[number],
  wanted: string,
): boolean {
  if (Array.isArray(value) && text(value) !== wanted) {
    return value.some((one: Json) => fits(one, sign, wanted));
  }
  const order = compare(value, typeof value === "number" ? +wanted : wanted);
  switch (sign) {
    case "=":
    case "!=":
      return order === 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "~":
      return text(value).includes(wanted);
  }
}

/** Numbers by size, all else as texts, by code unit: a locale would order differently by machine. NaN fits nothing. */
function compare(a: Json, b: Json): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [text(a), text(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function text(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function unknown(
  option: string,
  word: string,
  runs: readonly Valued[],
): Failure {
  const names = [
    ...new Set(
      runs.flatMap(({ values }) =>
        Array.from(values.values(), ({ path }) => path.join("."))
      ),
    ),
  ];
  const ends = names.flatMap((name) => {
    const keys = name.split(".");
    return keys.map((_, at) => keys.slice(at).join("."));
  });
  const guess = nearest(word, ends);
  return {
    kind: "usage",
    what: `Cannot find "${word}" of --${option} in these runs`,
    seen: names.length === 0
      ? "there are no runs"
      : `they have ${names.length} values, such as ${
        names.slice(0, 8).join(", ")
      }`,
    hint: guess === undefined
      ? "see deno task runs --json --columns '*' for all"
      : `did you mean "${guess}"?`,
  };
}
