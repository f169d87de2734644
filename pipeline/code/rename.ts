/** Names for local variables that do not depend on those which they had. */

/**
 * Prints what a text's exports and its loading reach, with short names for its
 * variables; with `keepNames`, functions still tell the name that they had.
 */
export type Print = (text: string, keepNames: boolean) => Promise<string>;

/** The most usual first: the filling below grows with the rank of those in use. */
const LETTERS =
  "etnriaoscludfpmhgvybxwkjzqSCTEDOAMNPFILRBVHUWGKJYXZQ_$0123456789";

/**
 * A text whose local variables have names that do not depend on those which
 * they had. esbuild gives out letters by their frequency in the text, without
 * those in uses of names that it will replace, but with those in declarations.
 * Here the names are short already, and a filling that nobody uses, and that is
 * gone from what is printed, fixes the order of frequencies: every letter comes
 * before the next even if all names that hold it were not counted.
 */
export async function rename(
  text: string,
  loads: readonly string[],
  print: Print,
): Promise<string> {
  const frame = `${text}\nexport{};var ${LETTERS}=""`;
  const counts = letters(frame);
  // esbuild does not count the names of what is imported.
  for (const path of loads) letters(path, counts, -1);
  const names = text.match(/(?<![\w$])[a-zA-Z_$][\w$]?(?![\w$])/g) ?? [];
  const named = letters(names.join(""));
  const ranks = Math.min(LETTERS.length, new Set(names).size + 2);
  const of = (letter: string, counts: Int32Array) =>
    counts[letter.charCodeAt(0)]!; // ASCII
  const most = Math.max(...Array.from(LETTERS, (one) => of(one, counts)));
  let filling = "";
  let lead = 0;
  // The letters that no name needs stay behind without any filling.
  for (let rank = ranks - 1; rank >= 0; rank--) {
    const letter = LETTERS.charAt(rank);
    lead += of(letter, named) + 1;
    filling += letter.repeat(most - of(letter, counts) + lead);
  }
  return await print(`${frame.slice(0, -1)}${filling}"`, false);
}

/** Adds `by` for every letter of a text to the counts, which are by code. */
function letters(
  text: string,
  counts: Int32Array = new Int32Array(128),
  by = 1,
): Int32Array {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128) counts[code]! += by; // in range
  }
  return counts;
}
