/** Numbers below each other. The page's own code writes them so, and the report its tables. */

/** Invisible, and as wide as a digit, or as a point. */
const [DIGIT, POINT] = ["\u2007", "\u2008"];

/**
 * Texts of numbers, filled up at both ends so that their decimal points stand below each other.
 * @param {readonly string[]} texts
 * @returns {string[]}
 */
export function aligned(texts) {
  const whole = texts.map((text) => /^-?\d*/.exec(text)[0].length);
  const decimals = texts.map((text) => /\.(\d+)$/.exec(text)?.[1].length ?? 0);
  const [before, after] = [whole, decimals].map((all) => Math.max(0, ...all));
  return texts.map((text, index) => {
    const point = decimals[index] === 0 && after > 0 ? POINT : "";
    return DIGIT.repeat(before - whole[index]) + text + point +
      DIGIT.repeat(after - decimals[index]);
  });
}
