/**
 * Ring 2: the kernel's wall around native code and commands, which Deno's
 * permissions do not hold. Landlock before bwrap, which fails in most containers.
 */
import { fail, ok, type Result } from "../failure.ts";
import { bwrapArguments, bwrapWorks } from "./bwrap.ts";
import type { Confinement, Wall } from "./confinement.ts";
import { compile } from "./compiled.ts";
import { denoDir, engineCode, type Invocation } from "./flags.ts";
import { landlockAbi, type Restriction } from "./landlock.ts";
import { distinct, realPath } from "./path.ts";
import type { Rule } from "./rule.ts";
import { machineRules, SYSTEM_PATH } from "./machine.ts";

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
        'Use Linux 5.13 or later with Landlock, install bubblewrap, or set sandbox.require = "deno"',
    });
  }
  return ok(available);
}

const launcher = realPath(`${import.meta.dirname}/launcher.ts`);

/** The file that tells the launcher what to restrict. */
function wallFile(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/wall.json`;
}

/** An invocation behind a wall. Writes what the launcher needs into the private folder. */
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
  const { program, args, env } = invocation;
  const restriction: Restriction = {
    rules: rules(confinement, invocation),
    net: (confinement.permissions.net ?? []).length > 0,
    program,
    args,
    env,
  };
  if (wall === "bwrap") {
    return {
      ...invocation,
      program: "/usr/bin/env",
      args: ["bwrap", ...bwrapArguments(restriction, invocation.cwd)],
      // `env` finds bwrap by it, and so does the program find its own.
      env: { PATH: SYSTEM_PATH, ...env },
    };
  }
  Deno.writeTextFileSync(wallFile(confinement), JSON.stringify(restriction));
  return {
    ...invocation,
    program: Deno.execPath(),
    // The program's own variables are its restriction's: these are the launcher's.
    env: { DENO_DIR: denoDir(), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-check",
      "--cached-only",
      "--allow-all",
      launcher,
      wallFile(confinement),
      ...(engine === undefined ? [] : [String(engine)]),
    ],
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
