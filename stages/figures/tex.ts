/** Plain text in TeX: for captions and for entries of a bibliography. */
const SPECIAL: { readonly [character: string]: string } = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "–": "--",
  "×": "$\\times$",
  "≥": "$\\geq$",
};

/** Text as TeX prints it: what TeX would read as a command is escaped. */
export function escapeTex(text: string): string {
  return text.replace(
    /[\\~^–×≥&%$#_{}]/g,
    (character) => SPECIAL[character] ?? `\\${character}`,
  );
}
