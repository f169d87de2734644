/** A failure as it is shown: what, what was seen, what to do. */
import type { Failure } from "../failure.ts";
import type { Style } from "./style.ts";

/** The lines of a failure. */
export function failureLines(
  { what, seen, hint }: Failure,
  { red, dim, bold }: Style,
): string[] {
  return [
    `${red("error:")} ${bold(what)}`,
    ...(seen ?? "").split("\n").filter(Boolean).map((line) =>
      `  ${dim("|")} ${line}`
    ),
    ...(hint ? [`  ${bold("hint:")} ${hint}`] : []),
  ];
}
