/**
 * Prepares the start of an instance: its private folder, its task file, and the
 * command line behind the wall that it needs.
 */
import { dirname, join, relative } from "node:path";
import { canonicalPretty, type JsonObject } from "../stage/json.ts";
import { fail, ok, type Result } from "../failure.ts";
import { diskFailure } from "../store/disk.ts";
import type { TaskFile } from "./process/taskfile.ts";
import { seccompWorks } from "./wall/seccomp.ts";
import { type KernelWall, probeWall } from "./wall/wall.ts";
import { behind, wallOf, wallWarning } from "./containment.ts";
import {
  codeFolder,
  type Confinement,
  outputFolder,
  scratchFolder,
  type Wall,
} from "./confinement.ts";
import {
  allowed,
  auditFile,
  coresFile,
  denoInvocation,
  type Engine,
  type Invocation,
  taskFile,
} from "./flags.ts";
import { commandInvocation, paramsFile } from "./command.ts";
import { followsEngine } from "./session.ts";

/** What is to be started. */
export interface Prepared {
  readonly invocation: Invocation;
  readonly wall: Wall;
  /** Deno writes down its accesses; nobody does so for a command. */
  readonly audited: boolean;
  /** What the user has to know of the wall, if it does not hold what it should. */
  readonly warning: string | undefined;
}

/** Lays out the private folder and words the command line. */
export function prepare(
  confinement: Confinement,
  available: KernelWall,
): Result<Prepared> {
  try {
    layOut(confinement);
    return word(confinement, available, Deno.pid);
  } catch (error) {
    const { instance, folder } = confinement;
    const what = `Cannot prepare ${instance} in ${folder}`;
    const failure = diskFailure(what, error);
    if (failure) return fail(failure);
    throw error;
  }
}

/**
 * The shell command that runs it again by hand, in the same sandbox and the same
 * private folder; a comment that says why there is none.
 */
export function commandLine(
  confinement: Confinement,
  available: KernelWall = probeWall(),
): string {
  let worded: Result<Prepared>;
  try {
    // The folder may have been moved since it ran: its task says where it is.
    layOut(confinement);
    worded = word(confinement, available, undefined);
  } catch (error) {
    const failure = diskFailure(
      `Cannot lay out ${confinement.folder} for another run`,
      error,
    );
    if (failure === undefined) throw error;
    worded = fail(failure);
  }
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

/** Writes what the wall needs into the private folder. */
function word(
  confinement: Confinement,
  available: KernelWall,
  engine: number | undefined,
): Result<Prepared> {
  const wall = wallOf(confinement, available);
  if (!wall.ok) return wall;
  const { runs } = confinement;
  const invocation = runs.kind === "command"
    ? commandInvocation(confinement, runs)
    : denoInvocation(confinement, follower(wall.value, engine));
  if (!invocation.ok) return invocation;
  return ok({
    invocation: behind(wall.value, invocation.value, confinement, engine),
    wall: wall.value,
    audited: runs.kind === "module",
    warning: wallWarning(wall.value, seccompWorks()),
  });
}

/** What the process has to know of the engine. */
function follower(wall: Wall, pid: number | undefined): Engine | undefined {
  // Behind bwrap a process sees another parent; bwrap itself follows ours.
  if (pid === undefined || wall === "bwrap") return undefined;
  return { pid, look: wall !== "landlock" && !followsEngine() };
}

/** Synchronous: six small calls take 1 ms less than their asynchronous kin (measured). */
function layOut(confinement: Confinement): void {
  const { runs } = confinement;
  Deno.mkdirSync(outputFolder(confinement), { recursive: true });
  Deno.mkdirSync(scratchFolder(confinement), { recursive: true });
  Deno.writeTextFileSync(auditFile(confinement), "");
  if (confinement.threads > 0) {
    Deno.writeTextFileSync(coresFile(confinement), String(confinement.cpus));
  }
  if (runs.kind === "command") {
    Deno.writeTextFileSync(
      paramsFile(confinement),
      canonicalPretty(confinement.params),
    );
    Deno.mkdirSync(codeFolder(confinement), { recursive: true });
    for (const path of confinement.code) {
      const copy = join(
        codeFolder(confinement),
        relative(confinement.root, path),
      );
      Deno.mkdirSync(dirname(copy), { recursive: true });
      Deno.copyFileSync(path, copy);
    }
  }
  const outputs: { [name: string]: string } = {};
  for (const [name, file] of Object.entries(confinement.outputs)) {
    outputs[name] = `${outputFolder(confinement)}/${file}`;
  }
  const task: TaskFile = {
    params: confinement.params,
    hints: confinement.hints,
    point: confinement.point,
    inputs: confinement.inputs,
    outputs,
    scratch: scratchFolder(confinement),
    checkpoint: confinement.checkpoint ?? null,
    cores: coresFile(confinement),
    threads: confinement.threads,
    modules: allowed(confinement).load,
  };
  Deno.writeTextFileSync(
    taskFile(confinement),
    canonicalPretty(task as unknown as JsonObject),
  );
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
