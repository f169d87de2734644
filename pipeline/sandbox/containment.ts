/**
 * The kernel's wall around one instance: whether it needs one, and its command line
 * behind it. Ring 2, for native code and commands, which Deno's permissions do not
 * hold.
 */
import { existsSync } from "node:fs";
import { fail, ok, type Result } from "../failure.ts";
import { distinct } from "../store/path.ts";
import type { Confinement, Wall } from "./confinement.ts";
import { engineCode, type Invocation } from "./flags.ts";
import { without } from "./program/environment.ts";
import { compile } from "./wall/cache.ts";
import type { Restriction, Rule } from "./wall/restriction.ts";
import { systemRules } from "./wall/system.ts";
import { type KernelWall, LAUNCHER, walled } from "./wall/wall.ts";

/** Whether Deno's permissions do not suffice: native code, or no Deno at all. */
function needsKernel(
  { runs, permissions }: Pick<Confinement, "runs" | "permissions">,
): boolean {
  return runs.kind === "command" || (permissions.ffi ?? []).length > 0;
}

/** The wall that will stand around an instance; a failure if a better one is demanded. */
export function wallOf(
  confinement: Pick<
    Confinement,
    "instance" | "runs" | "permissions" | "require"
  >,
  available: KernelWall,
): Result<Wall> {
  if (!needsKernel(confinement)) return ok("deno");
  if (available === "none" && confinement.require === "kernel") {
    return fail({
      kind: "no-wall",
      what: `Cannot run ${confinement.instance} behind a kernel wall`,
      seen: confinement.runs.kind === "command"
        ? "it runs a command; this machine has neither Landlock nor a working bwrap"
        : "it loads native code; this machine has neither Landlock nor a working bwrap",
      hint:
        'use Linux 5.13 or later with Landlock, install bubblewrap, or set sandbox.require = "deno"',
    });
  }
  return ok(available);
}

/** What is open behind a wall on a kernel without filters of system calls. */
export function wallWarning(wall: Wall, filters: boolean): string | undefined {
  if (wall === "deno" || wall === "none" || filters) return undefined;
  return "this kernel has no seccomp filter: native code and commands reach unix sockets, multipath TCP, shared memory and other processes' priorities";
}

/** An invocation behind a wall. Writes what the wall needs into the private folder. */
export function behind(
  wall: Wall,
  invocation: Invocation,
  confinement: Confinement,
  engine: number | undefined,
): Invocation {
  if (wall === "deno" || wall === "none") return invocation;
  if (confinement.runs.kind === "module") {
    compile([...engineCode(), LAUNCHER, ...confinement.code], confinement.root);
  }
  const { gpu, folder, permissions } = confinement;
  const { program, args, env, cwd } = invocation;
  const restriction: Restriction = {
    rules: rules(confinement, invocation),
    // All of it, or a file could not be moved from one part to the other.
    writable: [folder, ...(gpu && existsSync("/dev/shm") ? ["/dev/shm"] : [])],
    net: (permissions.net ?? []).length > 0,
    gpu,
    program,
    args,
    env,
  };
  return {
    ...invocation,
    ...walled(wall, restriction, { cwd, folder, engine }),
  };
}

function rules(
  confinement: Confinement,
  { reads, runs, writes }: Invocation,
): readonly Rule[] {
  const rule = (access: Rule["access"]) => (path: string): Rule => ({
    path,
    access,
  });
  const all = [
    ...systemRules({
      net: (confinement.permissions.net ?? []).length > 0,
      gpu: confinement.gpu,
    }),
    ...distinct(reads).map(rule("read")),
    ...distinct(writes).map(rule("write")),
    ...distinct(runs).map(rule("run")),
  ];
  const hidden = confinement.environment?.hidden ?? [];
  return hidden.length === 0 ? all : without(all, hidden);
}
