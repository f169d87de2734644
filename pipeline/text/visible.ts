/**
 * Texts of others on a terminal, which must not obey them: nothing may move the
 * cursor, clear the screen, begin a line or turn the direction of writing. What
 * an archive, a server or a record says is shown with escapes, so that nothing is
 * hidden; from what a stage writes, colours are left out. Part of every archive's
 * verifier.
 */

/** The sequences with which programs colour what they print. */
const ESCAPES =
  // deno-lint-ignore no-control-regex -- the escapes are what is looked for
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?/g;

/** C0, C1, marks of direction, separators of lines, halves of a character. */
const OBEYED =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** The text, in one line, with escapes for what is no letter. */
export function visible(text: string): string {
  return text.replace(OBEYED, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** JSON for a stream that may be a terminal: the same value, in letters that it only shows. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    OBEYED,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  ) + "\n";
}

/** A text of several lines without what a terminal would obey. */
export function clean(text: string): string {
  return text.replace(ESCAPES, "").replaceAll("\t", "    ")
    .replace(OBEYED, (character) => character === "\n" ? character : "");
}
