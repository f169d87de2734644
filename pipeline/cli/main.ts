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

/**
 * The module of one command, by its name in the table. No literal: Deno would read
 * ahead all modules that it may ever be, and resolve their packages, which takes a
 * third of the time of `status`.
 */
async function actionOf(command: string): Promise<Action> {
  const path = new URL(`commands/${command}.ts`, import.meta.url).href;
  const module: { readonly default: Action } = await import(path);
  return module.default;
}

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
  const action = await actionOf(parsed.command.name);
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
