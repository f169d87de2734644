/** The program of the verifier that goes into an archive. */
import type { Judge } from "../project/publication.ts";
import { jsonLine } from "../text/visible.ts";
import { inspect } from "./inspection.ts";
import { exitCode, levelLines } from "./level.ts";

/** Checks the archive that the arguments name, here by default; returns the exit code. */
export function standalone(
  args: readonly string[],
  judge: Judge,
  print: (text: string) => void,
): number {
  const path = args.find((word) => !word.startsWith("-")) ?? ".";
  const { root, levels } = inspect(path, judge, 2);
  if (args.includes("--json")) {
    print(jsonLine({ root, levels }));
  } else {
    const lines = levels.flatMap((level) => levelLines(level));
    print([...lines, ...rootLines(root), ""].join("\n"));
  }
  return exitCode(levels);
}

/** What an archive is called, and what to do with it. */
export function rootLines(root: string): string[] {
  return root === "" ? [] : [
    `root digest ${root}`,
    "compare it with the published one: nothing in an archive can vouch for itself",
  ];
}
