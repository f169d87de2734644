/** Where keys stand in a TOML text, for messages. */
import { type AST, ParseError, parseTOML } from "toml-eslint-parser";

/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The places of all keys and list entries of a text, by path. */
export type Places = ReadonlyMap<string, Place>;

/** Places that lie deeper have no name: those names would be as long as the text, each. */
const DEEPEST = 40;

/** The place of a key, or of what is nearest around it. */
export function locate(
  places: Places,
  keys: readonly string[],
): Place | undefined {
  for (let depth = keys.length; depth > 0; depth--) {
    const place = places.get(name(keys.slice(0, depth)));
    if (place) return place;
  }
}

type Keys = readonly (string | number)[];

/**
 * Finds the places of all keys: with a parser that keeps them, while the one that
 * reads the values is faster and knows no places. A text that is no TOML has none.
 */
export function findPlaces(text: string): Places {
  const places = new Map<string, Place>();

  function note(path: Keys, { start: { line, column } }: AST.SourceLocation) {
    if (path.length > DEEPEST) return;
    const key = name(path);
    if (!places.has(key)) places.set(key, { line, column: column + 1 });
  }

  function around(table: Keys, keys: Keys, place: AST.SourceLocation): void {
    keys.slice(0, DEEPEST).forEach((_, depth) =>
      note([...table, ...keys.slice(0, depth + 1)], place)
    );
  }

  function pair(table: Keys, { key, value }: AST.TOMLKeyValue): void {
    const keys = key.keys.map((part) =>
      part.type === "TOMLBare" ? part.name : part.value
    );
    around(table, keys, key.loc);
    inside([...table, ...keys], value);
  }

  function inside(path: Keys, value: AST.TOMLContentNode): void {
    if (path.length > DEEPEST) return;
    if (value.type === "TOMLInlineTable") {
      for (const one of value.body) pair(path, one);
    } else if (value.type === "TOMLArray") {
      value.elements.forEach((one, index) => {
        note([...path, index], one.loc);
        inside([...path, index], one);
      });
    }
  }

  for (const node of parsed(text)?.body[0].body ?? []) {
    if (node.type === "TOMLKeyValue") pair([], node);
    else {
      around([], node.resolvedKey, node.loc);
      for (const one of node.body) pair(node.resolvedKey, one);
    }
  }
  return places;
}

function parsed(text: string): AST.TOMLProgram | undefined {
  try {
    return parseTOML(text, { tomlVersion: "1.1" });
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** A path as one text; no key holds a zero. */
function name(keys: Keys): string {
  return keys.join("\0");
}

/** Columns of a line that are shown on each side of a place. */
const AROUND = 60;

/** A line of a text with a caret below a column, both from 1. */
export function quote(text: string, { line, column }: Place): string {
  const number = String(line);
  const whole = (text.split("\n", line)[line - 1] ?? "").replace(/\r$/, "");
  const start = whole.length > 2 * AROUND
    ? Math.max(0, column - 1 - AROUND)
    : 0;
  const end = whole.length > 2 * AROUND ? column + AROUND : whole.length;
  const content = (start > 0 ? "…" : "") + whole.slice(start, end) +
    (end < whole.length ? "…" : "");
  const before = Math.max(0, column - 1 - start) + (start > 0 ? 1 : 0);
  // Tabs stay tabs, so that the caret stands below what it means.
  const indent = content.slice(0, before).replace(/[^\t]/g, " ")
    .padEnd(before);
  return `${number} | ${content}\n${" ".repeat(number.length)} | ${indent}^`;
}
