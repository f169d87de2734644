/**
 * The kernel's wall around a program: which one this machine can put up, and the
 * command line that does. Landlock before bwrap, which fails in most containers.
 */
import { bwrapArguments, bwrapWorks, FILTER } from "./bwrap.ts";
import { denoDir } from "./cache.ts";
import { landlockAbi } from "./landlock.ts";
import type { Restriction } from "./restriction.ts";
import { SYSTEM_PATH } from "./system.ts";
import { realPath } from "../../store/path.ts";
import { filter, seccompWorks } from "./seccomp.ts";
import { succeeds } from "./trial.ts";

/** The walls that a kernel can give; with `none`, it gives none. */
export type KernelWall = "landlock" | "bwrap" | "none";

let probed: KernelWall | undefined;

/** The best wall of this machine; asked once. */
export function probeWall(): KernelWall {
  probed ??= landlockAbi() > 0 ? "landlock" : bwrapWorks() ? "bwrap" : "none";
  return probed;
}

/** The module that becomes another program behind Landlock. */
export const LAUNCHER: string = realPath(
  `${import.meta.dirname}/../process/launcher.ts`,
);

const UNSHARE = "/usr/bin/unshare";

/** Enters a user namespace in which the user is who they are, with the right to mount. */
const ENTER = ["--user", "--map-current-user", "--keep-caps"];

let enters: boolean | undefined;

/**
 * The command line that brings the launcher where it may make its view of the file
 * system read-only; asked once. Only a process with one thread may enter a user
 * namespace, so `unshare` of util-linux does it, and becomes the launcher.
 */
function entrance(): readonly string[] {
  if (Deno.uid() === 0) return [];
  enters ??= succeeds(UNSHARE, [...ENTER, "true"]);
  return enters ? [UNSHARE, ...ENTER] : [];
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
): Pick<Restriction, "program" | "args" | "env"> {
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
        LAUNCHER,
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
