/** Where two texts or JSON values part: the place, what is seen there, and what was expected. */
import { canonical, type Json, type JsonObject } from "../stage/json.ts";

/** One place. */
interface Parting {
  /** `instances.count.facts.param size`, or `line 12`. */
  readonly at: string;
  readonly seen: string;
  readonly expected: string;
}

/** More than these say nothing new. */
const MOST = 5;

/** The first places where JSON values part; none if they are equal. */
export function partings(
  seen: Json | undefined,
  expected: Json | undefined,
): Parting[] {
  const found: Parting[] = [];
  const walk = (
    seen: Json | undefined,
    expected: Json | undefined,
    at: string,
  ): void => {
    if (found.length >= MOST) return;
    const [left, right] = [members(seen), members(expected)];
    if (left && right && left.list === right.list) {
      for (const key of new Set([...right.of.keys(), ...left.of.keys()])) {
        const name = /^[A-Za-z_][\w ]*$/.test(key)
          ? `${at === "" ? "" : "."}${key}`
          : `[${/^\d+$/.test(key) ? key : JSON.stringify(key)}]`;
        walk(left.of.get(key), right.of.get(key), at + name);
      }
      return;
    }
    const [a, b] = [text(seen), text(expected)];
    if (a !== b) found.push({ at, ...around(a, b) });
  };
  walk(seen, expected, "");
  return found;
}

/** The first line in which texts part. */
export function lineParting(
  seen: string,
  expected: string,
): Parting | undefined {
  if (seen === expected) return undefined;
  const [left, right] = [seen.split("\n"), expected.split("\n")];
  const line = left.findIndex((text, index) => text !== right[index]);
  const at = line < 0 ? left.length : line;
  return { at: `line ${at + 1}`, ...around(left[at], right[at]) };
}

/** A parting as a sentence about a document. */
export function partingText(
  name: string,
  { at, seen, expected }: Parting,
  source: string,
): string {
  const place = at === "" ? name : `${name} at ${at}`;
  return `${place}: ${seen}, but ${source} ${expected}`;
}

/**
 * The members of an object or a list by key. Those of a list of things with ids go
 * by their ids, so that one that is missing does not shift all others.
 */
function members(
  value: Json | undefined,
): { list: boolean; of: Map<string, Json | undefined> } | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (!Array.isArray(value)) {
    return { list: false, of: new Map(Object.entries(value as JsonObject)) };
  }
  const ids = value.map((one) => {
    const { "@id": id, id: other } = (one ?? {}) as JsonObject;
    return typeof id === "string" ? id : other;
  });
  const named = ids.every((id) => typeof id === "string") &&
    new Set(ids).size === ids.length;
  return {
    list: true,
    of: new Map(
      value.map((one, index) => [named ? String(ids[index]) : `${index}`, one]),
    ),
  };
}

function text(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonical(value);
}

/** So much of a long text is shown, from a little before where it differs. */
const SHOWN = { before: 20, all: 90 };

/** Two texts, or what of them is around the first difference. */
function around(
  seen: string | undefined,
  expected: string | undefined,
): Pick<Parting, "seen" | "expected"> {
  const [a, b] = [seen ?? "", expected ?? ""];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const cut = (text: string | undefined) => {
    if (text === undefined) return "nothing";
    const from = text.length > SHOWN.all ? Math.max(0, same - SHOWN.before) : 0;
    const shown = text.slice(from, from + SHOWN.all);
    return (from > 0 ? "…" : "") + shown +
      (from + shown.length < text.length ? "…" : "");
  };
  return { seen: cut(seen), expected: cut(expected) };
}
