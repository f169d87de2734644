/** What is laid over a TOML document: a profile's tables, then single settings. */
import { parse, TomlError } from "smol-toml";
import { fail, nearest, ok, type Result } from "../failure.ts";

/** A TOML table. */
export type Table = { [key: string]: unknown };

/** The table that counts, and where overlaid values come from, by dotted key. */
export interface Overlaid {
  readonly table: Table;
  readonly sources: ReadonlyMap<string, string>;
}

/** Lays a profile and settings over a document, whose `[profile]` tables vanish. */
export function overlay(
  document: Table,
  profile: string | undefined,
  set: readonly string[],
): Result<Overlaid> {
  const { profile: profiles = {}, ...rest } = structuredClone(document);
  const table: Table = rest;
  const sources = new Map<string, string>();
  if (profile !== undefined) {
    const known = isTable(profiles) ? Object.keys(profiles) : [];
    const chosen = isTable(profiles) ? profiles[profile] : undefined;
    if (!isTable(chosen)) {
      const near = nearest(profile, known);
      return fail({
        kind: "unknown-profile",
        what: `Use the profile "${profile}"`,
        seen: known.length > 0
          ? `profiles: ${known.join(", ")}`
          : "there are no profiles",
        ...(near !== undefined && { hint: `did you mean "${near}"?` }),
      });
    }
    merge(table, chosen, [], (key) => sources.set(key, `profile ${profile}`));
  }
  for (const setting of set) {
    const equals = setting.indexOf("=");
    if (equals < 1) {
      return fail({
        kind: "setting",
        what: `Use the setting "--set ${setting}"`,
        seen: "no key and value",
        hint: "write it as --set training.epochs=5",
      });
    }
    const keys = setting.slice(0, equals).trim().split(".");
    const value = parseValue(setting.slice(equals + 1).trim());
    const placed = place(table, keys, value);
    if (!placed.ok) return placed;
    sources.set(keys.join("."), `--set ${setting}`);
  }
  return ok({ table, sources });
}

/** Tables are joined, everything else is replaced. */
function merge(
  into: Table,
  from: Table,
  path: readonly string[],
  note: (key: string) => void,
): void {
  for (const [key, value] of Object.entries(from)) {
    const here = into[key];
    if (isTable(value) && isTable(here)) {
      merge(here, value, [...path, key], note);
    } else {
      into[key] = value;
      note([...path, key].join("."));
    }
  }
}

/** Sets a value; into a list of tables by index, or by the entry's `id`. */
function place(
  table: Table,
  keys: readonly string[],
  value: unknown,
): Result<void> {
  let at: unknown = table;
  for (const key of keys.slice(0, -1)) {
    if (Array.isArray(at)) at = entry(at, key);
    else if (isTable(at)) at = at[key] ??= {};
    if (at === undefined || at === null || typeof at !== "object") {
      return fail({
        kind: "setting",
        what: `Set ${keys.join(".")}`,
        seen: `"${key}" is no table`,
      });
    }
  }
  const last = keys.at(-1)!; // a text split is never empty
  if (Array.isArray(at)) {
    at[at.findIndex((one) => one === entry(at as unknown[], last))] = value;
  } else (at as Table)[last] = value;
  return ok(undefined);
}

function entry(list: readonly unknown[], key: string): unknown {
  return list.find((one) => isTable(one) && one.id === key) ??
    list[Number(key)];
}

/** A value as TOML writes it; what is no TOML is meant as a text. */
function parseValue(text: string): unknown {
  try {
    return parse(`value = ${text}`).value;
  } catch (error) {
    if (error instanceof TomlError) return text;
    throw error;
  }
}

function isTable(value: unknown): value is Table {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
