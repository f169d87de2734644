/** Plain text in TeX: for captions and for entries of a bibliography. */
const SPECIAL: { readonly [character: string]: string } = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "–": "--",
  "×": "$\\times$",
  "≥": "$\\geq$",
  "±": "$\\pm$",
  "σ": "$\\sigma$",
};

/** Text as TeX prints it: what TeX would read as a command is escaped. */
export function escapeTex(text: string): string {
  return text.replace(
    /[\\~^–×≥±σ&%$#_{}]/g,
    (character) => SPECIAL[character] ?? `\\${character}`,
  );
}
