/**
 * The names that this program gives to things, and what each may look like. A
 * record that somebody else wrote is believed to name a stage, an instance or a
 * file only in these forms: so no name leads out of a folder, no name is one that
 * JavaScript's objects have of their own, and none speaks to a terminal.
 */

/** Control and format characters (escapes, marks of direction) and halves of a character. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What every object has without having been given it. */
const INHERITED: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

const LONGEST = 1000;
/** An instance's name is a file's, once encoded; a draft of that is 30 longer, and 255 the end. */
const LONGEST_FILE = 220;

/** A name of anything: an output, a fact, a claim. */
export function isName(text: string): boolean {
  return text !== "" && text.length <= LONGEST && !UNPRINTABLE.test(text) &&
    !INHERITED.has(text);
}

/** `draw` */
export function isStageName(text: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(text) && isName(text);
}

/** `draw[size=2,seed=1]`, of that stage. */
export function isInstanceOf(text: string, stage: string): boolean {
  return isStageName(stage) && isName(text) && text.startsWith(stage) &&
    /^(\[[^[\]/\\]+\])?$/.test(text.slice(stage.length)) &&
    encodeURIComponent(text).length <= LONGEST_FILE;
}

/** A path below a folder, with `/` between its parts: `pictures/size-2.png`. */
export function isPathBelow(text: string): boolean {
  return isName(text) && !text.includes("\\") &&
    text.split("/").every((part) =>
      part !== "" && part !== "." && part !== ".."
    );
}

/** A key of parameters as it stands in a fact: `"a.b"` in quotes, or it could be `b` of `a`. */
export function factKey(key: string): string {
  return /^[^.\s"]+$/.test(key) ? key : JSON.stringify(key);
}
