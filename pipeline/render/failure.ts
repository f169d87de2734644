/** A failure as it is shown: what, what was seen, what to do. */
import type { Failure } from "../failure.ts";
import type { Style } from "../text/style.ts";
import { clean } from "../text/visible.ts";

/** The lines of a failure. Long ones are left to the terminal, so that what is in them can be copied. */
export function failureLines(
  { what, seen = "", hint = "" }: Failure,
  { red, dim, bold }: Style,
): string[] {
  const [first = "", ...more] = lines(hint);
  return [
    `${red(bold("error:"))} ${bold(clean(what))}`,
    ...lines(seen).map((line) => `  ${dim("|")} ${line}`),
    ...(first ? [`  ${bold("hint:")} ${first}`] : []),
    ...more.map((line) => `        ${line}`),
  ];
}

function lines(text: string): string[] {
  return text.split("\n").map((line) => clean(line).trimEnd()).filter(Boolean);
}
