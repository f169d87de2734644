/**
 * What a run measured as series of numbers, for programs that draw such: found by the
 * form of the JSON alone, whatever it is about.
 */
import type { Json, JsonObject } from "../stage/json.ts";

/** Numbers in their order; a single number is a series of one. */
export interface Series {
  /** `steps/error` */
  readonly name: string;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/** Series of one thing that was measured: the same names in each can be compared. */
export interface Group {
  /** The keys that lead to it; none for what belongs to the whole. */
  readonly path: readonly string[];
  readonly series: readonly Series[];
}

/**
 * The groups of what was measured. A table that has nothing but tables, such as one
 * entry for each member of a study, is one of groups; all else is of the group
 * around it. The whole is a group too.
 */
export function groupsOf(measured: Json): Group[] {
  if (!isTable(measured)) return [];
  const groups: Group[] = [];
  const own: Series[] = [];
  for (const [key, value] of Object.entries(measured)) {
    if (isOfTables(value)) gather(value, [key], groups);
    else own.push(...seriesOf(value, [key]));
  }
  return [{ path: [], series: own }, ...groups].filter(({ series }) =>
    series.length > 0
  );
}

function gather(
  table: JsonObject,
  path: readonly string[],
  into: Group[],
): void {
  for (const [key, value] of Object.entries(table)) {
    const inner = [...path, key];
    if (isOfTables(value)) gather(value, inner, into);
    else into.push({ path: inner, series: seriesOf(value as Json, []) });
  }
}

/** All series in a value, each named by the keys that lead to it. */
function seriesOf(value: Json, path: readonly string[]): Series[] {
  const name = path.join("/");
  if (typeof value === "number") return [{ name, points: [{ at: 0, value }] }];
  if (Array.isArray(value)) return listed(value, name);
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    seriesOf(inner as Json, [...path, key])
  );
}

/** The series of a list: of numbers, or of tables with numbers, one for each of their keys. */
function listed(list: readonly Json[], name: string): Series[] {
  if (list.length === 0) return [];
  if (list.every((one) => typeof one === "number")) {
    return [{ name, points: list.map((value, at) => ({ at: at + 1, value })) }];
  }
  if (!list.every(isTable)) return [];
  const columns = Object.keys(list[0]!).map((key) => ({
    key,
    values: list.map((row) => row[key]),
  })).filter((one): one is { key: string; values: number[] } =>
    one.values.every((value) => typeof value === "number")
  );
  // What counts is where the others stand: `{ step: 20, error: … }`.
  const count = columns.find(({ values }) =>
    values.every((value, at) =>
      Number.isInteger(value) && (at === 0 || value > values[at - 1]!)
    )
  );
  return columns.filter((one) => one !== count).map(({ key, values }) => ({
    name: `${name}/${key}`,
    points: values.map((value, at) => ({
      at: count?.values[at] ?? at + 1,
      value,
    })),
  }));
}

function isTable(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isOfTables(value: unknown): value is JsonObject {
  return isTable(value) && Object.keys(value).length > 0 &&
    Object.values(value).every(isTable);
}
