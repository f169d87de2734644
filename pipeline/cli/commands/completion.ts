/** `completion`: a script for the reader's shell. */
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import type { Project } from "../../project/project.ts";
import { completionScript, type Shell } from "../completion.ts";
import { commandsOf } from "../table.ts";

/** The command `completion`. */
export default function completionCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out }: Console,
): Promise<number> {
  // The command line has checked that it is one of the shells.
  const shell = parsed.operands[0] as Shell;
  const stages = project.pipeline.stages.map(({ name }) => name);
  out(completionScript(shell, stages, commandsOf(project)));
  return Promise.resolve(0);
}
