/** Slips of words that are made from values: what no text may have, whatever it says. */

const NOUN =
  "network|seed|epoch|image|step|map|claim|learning rate|value|filter|level|number|pixel";

const SLIPS = [
  /undefined|\bNaN\b|\[object|\bnull\b|-?Infinity/g,
  // "1 networks", but neither "0.1 networks" nor "2, 1 maps".
  new RegExp(`(?<![\\d.,:$×–-] ?)\\b1 (?:${NOUN})s\\b`, "g"),
  // "3 network", but not "0.3 network" or "seed 3 step".
  new RegExp(
    `(?<![\\d.×–-])\\b(?:0|[2-9]|[1-9][\\d,]*\\d) (?:${NOUN})\\b`,
    "g",
  ),
];

/** Values that are none, and counts that do not fit their nouns. */
export function slips(text: string): string[] {
  return SLIPS.flatMap((slip) =>
    [...text.matchAll(slip)].map(({ index }) =>
      text.slice(Math.max(0, index - 30), index + 40)
    )
  );
}
