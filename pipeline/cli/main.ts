/**
 * The program: reads the command line, runs one command, and turns whatever
 * happened into an exit code. The only place that catches failures.
 *
 * Exit codes: 0 done · 1 a stage failed or a claim is false · 2 usage or
 * configuration · 3 not up to date · 130, 143 interrupted.
 */
import { parseArguments, type Parsed } from "./arguments.ts";
import { Failed, type Failure, unwrap } from "../failure.ts";
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

/** Runs the program on the project in `root`. Returns the exit code; throws only for bugs. */
export async function main<Config>(
  root: string,
  args: readonly string[],
  load: () => Promise<Project<Config>>,
): Promise<number> {
  const console = openConsole();
  try {
    return said(await run(root, args, load, console), console);
  } catch (error) {
    if (error instanceof Failed) return complain(error.failure, console);
    throw error;
  }
}

async function run<Config>(
  root: string,
  args: readonly string[],
  load: () => Promise<Project<Config>>,
  console: Console,
): Promise<number> {
  let project: Project<Config>;
  try {
    project = await load();
  } catch (error) {
    // Whatever is wrong with what declares the stages: it is shown, and its repair
    // waited for.
    const path = new URL("commands/watch.ts", import.meta.url).href;
    const { watch, watches }: typeof import("./commands/watch.ts") =
      await import(path);
    if (!watches(args)) throw error;
    return watch(root, console);
  }
  const commands = commandsOf(project);
  const asked = unwrap(parseArguments(args, commands));
  if (asked.kind === "help") {
    console.out(helpLines(asked.command, commands).join("\n") + "\n");
    return 0;
  }
  const { parsed } = asked;
  unwrap(
    await installPackages(project.root, (line) => console.err(line + "\n")),
  );
  const action = await actionOf(parsed.command.name);
  return await action(project, parsed, console);
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
