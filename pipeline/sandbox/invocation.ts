/**
 * Everything before the start: the private folder, the task file, and the
 * command line behind the wall that the instance needs.
 */
import { canonicalPretty, type JsonObject } from "../json.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { TaskFile } from "./taskfile.ts";
import {
  type Confinement,
  outputFolder,
  scratchFolder,
  type Wall,
} from "./confinement.ts";
import {
  auditFile,
  denoInvocation,
  type Invocation,
  taskFile,
} from "./flags.ts";
import { storageFailure } from "./storage.ts";

/** What is to be started. */
export interface Prepared {
  readonly invocation: Invocation;
  readonly wall: Wall;
  /** Deno writes down its accesses; nobody does so for a command. */
  readonly audited: boolean;
}

/** Lays out the private folder and words the command line. */
export async function prepare(
  confinement: Confinement,
): Promise<Result<Prepared>> {
  try {
    await layOut(confinement);
  } catch (error) {
    const failure = storageFailure(
      error,
      `prepare ${confinement.instance}`,
      confinement.folder,
    );
    if (failure) return fail(failure);
    throw error;
  }
  return word(confinement, Deno.pid);
}

/** The shell command that runs it again by hand, in the same sandbox. */
export function commandLine(confinement: Confinement): string {
  const worded = word(confinement, undefined);
  if (!worded.ok) return `# ${worded.failure.what}`;
  const { program, args, env, cwd } = worded.value.invocation;
  const variables = Object.entries(env).map(([name, value]) =>
    `${name}=${quote(value)}`
  );
  return [
    `cd ${quote(cwd)} &&`,
    "env -i",
    ...variables,
    ...[program, ...args].map(quote),
  ].join(" ");
}

function word(
  confinement: Confinement,
  engine: number | undefined,
): Result<Prepared> {
  const invocation = denoInvocation(confinement, engine);
  if (!invocation.ok) return invocation;
  return ok({ invocation: invocation.value, wall: "deno", audited: true });
}

async function layOut(confinement: Confinement): Promise<void> {
  const { runs, root } = confinement;
  await Deno.mkdir(outputFolder(confinement));
  await Deno.mkdir(scratchFolder(confinement));
  await Deno.writeTextFile(auditFile(confinement), "");
  const outputs: { [name: string]: string } = {};
  for (const [name, file] of Object.entries(confinement.outputs)) {
    outputs[name] = `${outputFolder(confinement)}/${file}`;
  }
  const task: TaskFile = {
    module: runs.kind === "module" ? `${root}/${runs.module}` : "",
    params: confinement.params,
    hints: confinement.hints,
    point: confinement.point,
    inputs: confinement.inputs,
    outputs,
    scratch: scratchFolder(confinement),
    checkpoint: confinement.checkpoint ?? null,
  };
  await Deno.writeTextFile(
    taskFile(confinement),
    canonicalPretty(task as unknown as JsonObject),
  );
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
