/** Where keys stand in a TOML text, for messages. */

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

/**
 * Finds the places of all keys. Only for a text that a TOML parser has accepted:
 * values are skipped, not understood. It exists because no TOML parser tells
 * where a value stood.
 */
export function findPlaces(text: string): Places {
  const places = new Map<string, Place>();
  const lists = new Map<string, number>();
  let at = 0;

  let line = 1;
  let start = 0;
  let counted = 0;
  function note(path: readonly string[], offset: number): void {
    if (path.length > DEEPEST) return;
    // Offsets only grow, but for the parts of one dotted key.
    for (; counted < offset; counted++) {
      if (text[counted] === "\n") [line, start] = [line + 1, counted + 1];
    }
    const key = name(path);
    if (!places.has(key)) places.set(key, { line, column: offset - start + 1 });
  }

  function skip(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  }

  function key(): string[] {
    const parts: string[] = [];
    do {
      skip(SPACE);
      const part = skip(KEY);
      if (parts.length < DEEPEST) {
        parts.push(/^["']/.test(part) ? part.slice(1, -1) : part);
      }
      skip(SPACE);
    } while (skip(DOT) !== "");
    return parts;
  }

  function pair(table: readonly string[]): void {
    const from = at;
    const keys = key();
    keys.forEach((_, depth) =>
      note([...table, ...keys.slice(0, depth + 1)], from)
    );
    skip(EQUALS);
    value([...table, ...keys]);
  }

  function value(path: readonly string[]): void {
    const open = text[at];
    if (open !== "[" && open !== "{") {
      if (skip(STRING) === "") skip(PLAIN);
      return;
    }
    at++;
    for (let index = 0; skip(BLANK), at < text.length; index++) {
      if (text[at] === "]" || text[at] === "}") break;
      if (open === "[") {
        const inner = path.length > DEEPEST ? path : [...path, String(index)];
        note(inner, at);
        value(inner);
      } else pair(path);
      skip(BLANK);
      if (text[at] === ",") at++;
    }
    at++;
  }

  /**
   * The path of a table's head, which also makes the tables around it. In a list
   * of tables it is the last entry so far.
   */
  function head(keys: readonly string[], opensEntry: boolean): string[] {
    const path: string[] = [];
    keys.forEach((part, depth) => {
      path.push(part);
      note(path, at);
      const list = name(path);
      if (opensEntry && depth === keys.length - 1) {
        lists.set(list, (lists.get(list) ?? -1) + 1);
      }
      const last = lists.get(list);
      if (last !== undefined) path.push(String(last));
    });
    note(path, at);
    return path;
  }

  let table: string[] = [];
  while (skip(BLANK), at < text.length) {
    const before = at;
    if (text[at] === "[") {
      const opensEntry = text[at + 1] === "[";
      at += opensEntry ? 2 : 1;
      const keys = key();
      at = before;
      table = head(keys, opensEntry);
      skip(REST);
    } else pair(table);
    if (at === before) break; // Not TOML: better no place than no end.
  }
  return places;
}

const SPACE = /[ \t]*/y;
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const REST = /[^\n]*/y;
const DOT = /\./y;
const EQUALS = /[ \t]*=[ \t]*/y;
const KEY = /"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\w-]+/y;
const STRING =
  /"""(?:\\[^]|[^\\])*?"{3,5}|'''[^]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'/y;
const PLAIN = /[^,\]}\r\n#]*/y;

/** A path as one text; no key holds a zero. */
function name(keys: readonly string[]): string {
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
