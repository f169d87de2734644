/**
 * Ring 2: the kernel's wall around native code and commands, which Deno's
 * permissions do not hold. Landlock before bwrap, which fails in most containers.
 */
import { existsSync } from "node:fs";
import { fail, ok, type Result } from "../../failure.ts";
import { bwrapArguments, bwrapWorks, FILTER } from "./bwrap.ts";
import type { Confinement, Wall } from "../confinement.ts";
import { compile } from "./cache.ts";
import { denoDir, engineCode, type Invocation } from "../flags.ts";
import { landlockAbi, type Restriction } from "./landlock.ts";
import { machineRules, SYSTEM_PATH } from "./system.ts";
import { entrance } from "./namespace.ts";
import { distinct, realPath } from "../../store/path.ts";
import type { Rule } from "./rule.ts";
import { filter, seccompWorks } from "./seccomp.ts";

/** The walls that a kernel can give. */
export type KernelWall = Extract<Wall, "landlock" | "bwrap" | "none">;

let probed: KernelWall | undefined;

/** The best wall of this machine; asked once. */
export function probeWall(): KernelWall {
  probed ??= landlockAbi() > 0 ? "landlock" : bwrapWorks() ? "bwrap" : "none";
  return probed;
}

/** Whether Deno's permissions do not suffice: native code, or no Deno at all. */
export function needsKernel(
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

const launcher = realPath(`${import.meta.dirname}/../process/launcher.ts`);

/** An invocation behind a wall. Writes what the wall needs into the private folder. */
export function behind(
  wall: Wall,
  invocation: Invocation,
  confinement: Confinement,
  engine: number | undefined,
): Invocation {
  if (wall === "deno" || wall === "none") return invocation;
  if (confinement.runs.kind === "module") {
    compile([...engineCode(), launcher, ...confinement.code], confinement.root);
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

/** The command line that puts up a wall and becomes the program. */
export function walled(
  wall: Exclude<KernelWall, "none">,
  restriction: Restriction,
  { cwd, folder, engine }: {
    readonly cwd: string;
    /** Where the wall's own files go. */
    readonly folder: string;
    readonly engine: number | undefined;
  },
): Pick<Invocation, "program" | "args" | "env"> {
  switch (wall) {
    case "landlock": {
      const file = `${folder}/wall.json`;
      Deno.writeTextFileSync(file, JSON.stringify(restriction));
      const [program = Deno.execPath(), ...args] = [
        ...entrance(),
        Deno.execPath(),
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--no-lock",
        "--no-check",
        "--cached-only",
        "--allow-all",
        launcher,
        file,
        ...(engine === undefined ? [] : [String(engine)]),
      ];
      // The program's own variables are its restriction's: these are the launcher's.
      const env = {
        DENO_DIR: denoDir(),
        DENO_NO_UPDATE_CHECK: "1",
        NO_COLOR: "1",
      };
      return { program, args, env };
    }
    case "bwrap": {
      const calls = seccompWorks() ? filter(restriction) : undefined;
      const args = bwrapArguments(restriction, cwd, calls !== undefined);
      // A program finds others by it; so do `env` and `sh` find bwrap.
      const env = { PATH: SYSTEM_PATH, ...restriction.env };
      if (calls === undefined) {
        return { program: "/usr/bin/env", args: ["bwrap", ...args], env };
      }
      const file = `${folder}/wall.bpf`;
      Deno.writeFileSync(file, calls);
      // Deno cannot leave a file open for the program that it starts.
      const script = `exec bwrap "$@" ${FILTER}<"$0"`;
      return { program: "/bin/sh", args: ["-c", script, file, ...args], env };
    }
  }
}

function rules(
  confinement: Confinement,
  { reads, runs, writes }: Invocation,
): readonly Rule[] {
  const rule = (access: Rule["access"]) => (path: string): Rule => ({
    path,
    access,
  });
  return [
    ...machineRules({
      net: (confinement.permissions.net ?? []).length > 0,
      gpu: confinement.gpu,
    }),
    ...distinct(reads).map(rule("read")),
    ...distinct(writes).map(rule("write")),
    ...distinct(runs).map(rule("run")),
  ];
}
