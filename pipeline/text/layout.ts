/**
 * Text on a terminal: how many columns it takes, and how it is cut, filled and
 * broken. Escape sequences for styles take no room and are never cut.
 */

// deno-lint-ignore no-control-regex -- the escapes are what is looked for
const STYLE = /(\x1b\[[0-9;]*m)/;

/** Letters, arrows, lines and blocks of which each surely takes one column: most of what is shown. */
const SINGLE =
  /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian wide and full-width letters, and what is drawn as a picture. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$|^\p{Emoji_Presentation}$/u;

/** Splits a text into what a person takes for one character. */
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The columns that a text takes. */
export function width(text: string): number {
  const plain = text.includes("\x1b") ? text.split(STYLE) : [text];
  let columns = 0;
  for (const part of plain) {
    if (part.startsWith("\x1b[")) continue;
    if (SINGLE.test(part)) columns += part.length;
    else {for (const { segment } of segmenter.segment(part)) {
        columns += widthOf(segment);
      }}
  }
  return columns;
}

/** One character's columns: those of its widest part, two if it is a picture. */
function widthOf(character: string): number {
  if (character.includes("\ufe0f")) return 2;
  let columns = 0;
  for (const point of character) {
    if (NO_WIDTH.test(point)) continue;
    columns = Math.max(columns, WIDE.test(point) ? 2 : 1);
  }
  return columns;
}

/** Cuts a text to at most so many columns, with an ellipsis where it was cut. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let room = Math.max(0, columns - 1);
  let out = "";
  let cut = false;
  for (const part of text.split(STYLE)) {
    if (part.startsWith("\x1b[")) {
      out += part;
      continue;
    }
    if (cut) continue;
    for (const { segment } of segmenter.segment(part)) {
      const size = widthOf(segment);
      if (size > room) {
        if (columns > 0) out += "…";
        cut = true;
        break;
      }
      out += segment;
      room -= size;
    }
  }
  return out;
}

/** Fills a text up with spaces on its right. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** Fills a text up with spaces on its left. */
export function padLeft(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - width(text))) + text;
}

/**
 * Breaks a text without styles into lines of at most so many columns, between
 * words where it can, but not at a no-break space (`solid`), which becomes a
 * common one. An empty text has no lines.
 */
export function wrap(text: string, columns: number): string[] {
  const room = Math.max(8, columns);
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(/[ \t\n]+/).filter(Boolean)) {
    if (line !== "" && width(line) + 1 + width(word) > room) {
      lines.push(line);
      line = "";
    }
    while (line === "" && width(word) > room) {
      const [head, rest] = split(word, room);
      lines.push(head);
      word = rest;
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.map((line) => line.replaceAll("\u00a0", " "));
}

/** A text that `wrap` does not break. */
export function solid(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

/** A word in two, the first of at most so many columns, after a `/` or `,` if there is one. */
function split(word: string, columns: number): [string, string] {
  let head = "";
  for (const { segment } of segmenter.segment(word)) {
    if (width(head + segment) > columns) break;
    head += segment;
  }
  const mark = Math.max(head.lastIndexOf("/"), head.lastIndexOf(","));
  if (mark > head.length / 2) head = head.slice(0, mark + 1);
  return [head, word.slice(head.length)];
}

/** The least room in which a text is set beside its head, and not below it. */
const BESIDE = 24;

/**
 * A head with a longer text beside it, whose further lines hang below its first
 * one; under the head where there is no room beside it.
 */
export function hang(
  head: string,
  text: string,
  columns: number,
  paint: (text: string) => string = (text) => text,
): string[] {
  const indent = width(head);
  const below = columns - indent < BESIDE && indent + width(text) > columns;
  const margin = below ? 4 : indent;
  const lines = wrap(text, columns - margin).map(paint);
  if (below || lines.length === 0) {
    return [head.trimEnd(), ...lines.map((line) => " ".repeat(margin) + line)];
  }
  return lines.map((line, row) =>
    (row === 0 ? head : " ".repeat(margin)) + line
  );
}

/** Rows of cells as lines, each column as wide as its widest cell. */
export function table(
  rows: readonly (readonly string[])[],
  { right = [], indent = "", gap = "  " }: {
    /** Columns whose cells stand at their right. */
    readonly right?: readonly number[];
    readonly indent?: string;
    readonly gap?: string;
  } = {},
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) =>
      widths[at] = Math.max(widths[at] ?? 0, width(cell))
    );
  }
  return rows.map((row) =>
    (indent +
      row.map((cell, at) =>
        (right.includes(at) ? padLeft : pad)(cell, widths[at]!) // one for each column
      ).join(gap)).trimEnd()
  );
}
