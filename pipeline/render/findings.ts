/** What the doctor found, a line each, with what to do about it. */
import type { Finding } from "../project/finding.ts";
import { hang, pad } from "../text/layout.ts";
import type { Style } from "../text/style.ts";
import { clean } from "../text/visible.ts";

const SIGNS = {
  good: ["✓", "green"],
  doubt: ["!", "yellow"],
  bad: ["✗", "red"],
} as const;

/** The room of the longest name of what is looked at. */
const NAME = 21;

/** The lines of one finding. */
export function findingLines(
  { kind, subject, found, hint }: Finding,
  width: number,
  style: Style,
): string[] {
  const [sign, paint] = SIGNS[kind];
  const head = `${style[paint](sign)} ${pad(subject, NAME)}  `;
  return [
    ...hang(head, clean(found), width),
    ...(hint === undefined ? [] : hang(
      `  ${pad("", NAME)}  ${style.bold("hint:")} `,
      clean(hint),
      width,
    )),
  ];
}
