/** One level of checking an archive, and what came of it. */
import { visible } from "../text/visible.ts";

/** The names of the levels that run no code of the archive, from 0. */
const NAMES = ["integrity", "record", "claims"] as const;

/**
 * What a level found. `yes` and `no` are answers; `open` says that there is none,
 * which is neither.
 */
export interface Level {
  readonly level: number;
  /** From level 3 on, what the project calls it. */
  readonly name?: string;
  readonly answer: "yes" | "no" | "open";
  /** What was looked at, in a few words. */
  readonly seen: string;
  /** What is wrong, or why there is no answer. */
  readonly findings: readonly string[];
}

/** The exit code of all levels: 0 yes, 1 no, 2 could not judge. */
export function exitCode(levels: readonly Level[]): number {
  if (levels.some(({ answer }) => answer === "no")) return 1;
  return levels.length > 0 && levels.every(({ answer }) => answer === "yes")
    ? 0
    : 2;
}

const WORDS = { yes: "ok", no: "NO", open: "could not judge" } as const;

/** The lines about a level, at most so many findings; what an archive says is only shown. */
export function levelLines(
  { level, name = NAMES[level] ?? "", answer, seen, findings }: Level,
  most = 20,
): string[] {
  const shown = findings.slice(0, most);
  const rest = findings.length - shown.length;
  return [
    `level ${level}  ${name.padEnd(9)}  ${WORDS[answer]}: ${visible(seen)}`,
    ...shown.map((finding) => `         ${visible(finding)}`),
    ...(rest > 0 ? [`         and ${rest} more`] : []),
  ];
}
