/**
 * The program: reads the command line, runs one command, and turns whatever
 * happened into an exit code. The only place that catches failures.
 *
 * Exit codes: 0 done · 1 a stage failed or a claim is false · 2 usage or
 * configuration · 3 not up to date · 130, 143 interrupted.
 */
import { parseArguments, type Parsed } from "./arguments.ts";
import { Failed, type Failure } from "../failure.ts";
import { type Console, openConsole } from "./console.ts";
import { installPackages } from "./packages.ts";
import { helpLines } from "./help.ts";
import type { Project } from "../project/project.ts";
import { failureLines } from "../render/failure.ts";
import { commandsOf } from "./table.ts";

/** A command, given the project and the command line. Returns the exit code. */
type Action = <Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
) => Promise<number>;

/** One module a command: only the one that is asked for is loaded. */
const ACTIONS: { readonly [command: string]: () => Promise<Action> } = {
  reproduce: async () =>
    (await import("./commands/reproduce.ts")).reproduceCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  why: async () => (await import("./commands/why.ts")).whyCommand,
  graph: async () => (await import("./commands/graph.ts")).graphCommand,
  runs: async () => (await import("./commands/runs.ts")).runsCommand,
  diff: async () => (await import("./commands/diff.ts")).diffCommand,
  clean: async () => (await import("./commands/clean.ts")).cleanCommand,
  completion: async () =>
    (await import("./commands/completion.ts")).completionCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  restore: async () => (await import("./commands/restore.ts")).restoreCommand,
  archive: async () => (await import("./commands/archive.ts")).archiveCommand,
  deposit: async () => (await import("./commands/deposit.ts")).depositCommand,
  publish: async () => (await import("./commands/publish.ts")).publishCommand,
};

/** Runs the program. Returns the exit code; throws only for bugs. */
export async function main<Config>(
  args: readonly string[],
  project: Project<Config>,
): Promise<number> {
  const console = openConsole();
  const commands = commandsOf(project);
  const asked = parseArguments(args, commands);
  if (!asked.ok) return complain(asked.failure, console);
  if (asked.value.kind === "help") {
    console.out(helpLines(asked.value.command, commands).join("\n") + "\n");
    return said(0, console);
  }
  const { parsed } = asked.value;
  const installed = await installPackages(
    project.root,
    (line) => console.err(line + "\n"),
  );
  if (!installed.ok) return complain(installed.failure, console);
  const action = await ACTIONS[parsed.command.name]!(); // the table has every command
  try {
    return said(await action(project, parsed, console), console);
  } catch (error) {
    if (error instanceof Failed) return complain(error.failure, console);
    throw error;
  }
}

/** An exit code; what could not be said is no success. */
function said(code: number, console: Console): number {
  const trouble = console.trouble();
  return trouble ? Math.max(code, complain(trouble, console)) : code;
}

function complain(failure: Failure, { err, style }: Console): number {
  err(failureLines(failure, style).join("\n") + "\n");
  return 2;
}
