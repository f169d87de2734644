/** `completion`: a script for the reader's shell. */
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import type { Project } from "../../project/project.ts";
import { completionScript, type Shell } from "../completion.ts";

/** The command `completion`. */
export function completionCommand<Config>(
  { pipeline: { stages } }: Project<Config>,
  parsed: Parsed,
  { out }: Console,
): Promise<number> {
  // The command line has checked that it is one of the shells.
  const shell = parsed.operands[0] as Shell;
  out(completionScript(shell, stages.map(({ name }) => name)));
  return Promise.resolve(0);
}
