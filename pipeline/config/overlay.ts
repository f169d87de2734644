/** What is laid over a TOML document: a profile's tables, then single settings. */
import { parse, TomlError } from "smol-toml";
import { short } from "../failure.ts";
import {
  DEEPEST,
  isTable,
  plain,
  reason,
  type Table,
  tooDeep,
} from "./document.ts";
import { type Problem, TOLD } from "./problem.ts";
import { Sources } from "./source.ts";

/** The table that counts, where overlaid values come from, and what could not be laid over it. */
interface Overlaid {
  readonly table: Table;
  readonly sources: Sources;
  readonly problems: readonly Problem[];
}

/** What is laid over a document. */
export interface Overlay {
  /** A table of the document's `[profile]`. */
  readonly profile?: string | undefined;
  /** `table.key=5`, in order. */
  readonly set?: readonly string[];
}

/** Lays a profile and settings over a document, whose `[profile]` tables vanish. */
export function overlay(
  document: Table,
  { profile, set = [] }: Overlay,
): Overlaid {
  const { profile: profiles, ...rest } = document;
  const table: Table = structuredClone(rest);
  const sources = new Sources();
  const problems: Problem[] = [];
  const chosen = profile !== undefined && isTable(profiles)
    ? own(profiles, profile)
    : undefined;
  if (profile !== undefined && isTable(chosen)) {
    const source = { kind: "profile", name: profile } as const;
    merge(
      table,
      structuredClone(chosen),
      [],
      (keys) => sources.note(keys, source),
    );
  }
  for (const setting of set) {
    const source = { kind: "set", setting } as const;
    const laid = lay(table, setting);
    if ("keys" in laid) sources.note(laid.keys, source);
    else problems.push({ keys: [], source, ...laid });
  }
  return { table, sources, problems };
}

/** Tables are joined, everything else is replaced. */
function merge(
  into: Table,
  from: Table,
  path: readonly string[],
  note: (keys: readonly string[]) => void,
): void {
  for (const [key, value] of Object.entries(from)) {
    const here = own(into, key);
    if (isTable(value) && isTable(here)) {
      merge(here, value, [...path, key], note);
    } else {
      put(into, key, value);
      note([...path, key]);
    }
  }
}

type Laid = { readonly keys: readonly string[] } | Wrong;
type Wrong = Pick<Problem, "what" | "seen">;

function lay(table: Table, setting: string): Laid {
  const { keys, rest } = keysOf(setting);
  if (keys.length === 0 || keys.includes("")) {
    return {
      what: `"${short(setting)}" names no setting`,
      seen: "write it as table.key=5",
    };
  }
  if (keys.length > DEEPEST) {
    return {
      what: `--set names a setting that lies ${keys.length} deep`,
      seen: `at most ${DEEPEST} tables or lists lie in each other`,
    };
  }
  const value = readValue(rest);
  return "what" in value ? value : place(table, keys, value.value);
}

/** One key with what follows it: in quotes, which may hold dots and more, or plain. */
const KEY = /\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^.="']*?))\s*(\.|=|$)/y;

/** The keys of a setting, none if they cannot be read, and what stands behind its `=`. */
function keysOf(
  setting: string,
): { readonly keys: readonly string[]; readonly rest: string } {
  const keys: string[] = [];
  KEY.lastIndex = 0;
  for (;;) {
    const found = KEY.exec(setting);
    if (!found) return { keys: [], rest: "" };
    const [, double, single, plain, sign] = found;
    keys.push(double ?? single ?? plain ?? "");
    if (sign === "=") {
      return { keys, rest: setting.slice(KEY.lastIndex).trim() };
    }
    if (sign === "") return { keys: [], rest: "" };
  }
}

/** Sets a value; into a list by its index from 0, or by the `id` of an entry. */
function place(
  table: Table,
  keys: readonly string[],
  value: unknown,
): Laid {
  const path: string[] = [];
  let made: number | undefined;
  let at: unknown = table;
  for (const [depth, name] of keys.entries()) {
    const key = Array.isArray(at) ? indexOf(at, name) : name;
    if (key === undefined) {
      return {
        what: `${short(keys.join("."))} is not there`,
        seen: `${path.join(".")} has the entries ${entries(at as unknown[])}`,
      };
    }
    if (!isTable(at) && !Array.isArray(at)) {
      return {
        what: `${short(keys.join("."))} is not there`,
        seen: `${path.join(".")} is a single value and holds no "${
          short(name)
        }"`,
      };
    }
    path.push(key);
    const inside = at as Table; // a list's indices are keys too
    if (depth === keys.length - 1) put(inside, key, value);
    else if (own(inside, key) === undefined) {
      made ??= depth + 1;
      put(inside, key, {});
    }
    at = own(inside, key);
  }
  // A table that was not there before comes from the setting too.
  return { keys: path.slice(0, made) };
}

function indexOf(list: readonly unknown[], key: string): string | undefined {
  const index = list.findIndex((one) => isTable(one) && one.id === key);
  if (index >= 0) return String(index);
  return /^\d+$/.test(key) && Number(key) < list.length
    ? String(Number(key))
    : undefined;
}

function entries(list: readonly unknown[]): string {
  return list.slice(0, TOLD).map((one, index) =>
    isTable(one) && typeof one.id === "string" ? short(one.id) : String(index)
  ).join(", ") + (list.length > TOLD ? ", …" : "");
}

/** A value as TOML writes it; what cannot be meant as TOML is a text. */
function readValue(text: string): { readonly value: unknown } | Wrong {
  try {
    const { value, ...more } = parse(`value = ${text}`);
    if (Object.keys(more).length > 0) {
      return {
        what: "a setting has more than one line",
        seen: "use --set once for each",
      };
    }
    if (tooDeep(value)) {
      return {
        what: "a setting lies too deep",
        seen: `at most ${DEEPEST} tables or lists lie in each other`,
      };
    }
    return { value: plain(value) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    if (!/^["'[{]/.test(text)) return { value: text };
    return { what: `${short(text)} is not a value`, seen: reason(error) };
  }
}

/** A table's own value: no key finds what every object inherits. */
function own(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Sets a key of any name; assigning to `__proto__` would set something else. */
function put(table: Table, key: string, value: unknown): void {
  Object.defineProperty(table, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
