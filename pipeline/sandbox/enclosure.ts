/**
 * A whole program behind the kernel's wall, with all that it starts: for code
 * that is nobody's here, such as an archive's. The stages that it runs put walls
 * of their own inside.
 */
import { bwrapArguments } from "./bwrap.ts";
import { denoDir } from "./flags.ts";
import type { Restriction } from "./landlock.ts";
import { machineRules, SYSTEM_PATH } from "./machine.ts";
import { realPath } from "./path.ts";
import type { Rule } from "./rule.ts";
import { type KernelWall, probeWall } from "./wall.ts";

/** What is to be run, and what it may touch besides the machine's programs. */
export interface Enclosed {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly rules: readonly Rule[];
}

/** Its output, when it has ended. */
export interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const launcher = realPath(`${import.meta.dirname}/launcher.ts`);

/** The wall that will stand. */
export function enclosingWall(): KernelWall {
  return probeWall();
}

/** Runs a program to its end. Network is allowed: packages and data come over it. */
export async function enclose(
  { program, args, cwd, env, rules }: Enclosed,
  signal: AbortSignal,
): Promise<Output> {
  const restriction: Restriction = {
    rules: [...machineRules({ net: true, gpu: false }), ...rules],
    net: true,
    program,
    args,
    env: { PATH: SYSTEM_PATH, ...env },
  };
  const file = `${cwd}/.wall.json`;
  const command = ((): Deno.Command => {
    switch (enclosingWall()) {
      case "landlock":
        Deno.writeTextFileSync(file, JSON.stringify(restriction));
        return new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "--quiet",
            "--no-prompt",
            "--no-config",
            "--no-lock",
            "--no-check",
            "--allow-all",
            launcher,
            file,
          ],
          env: { DENO_DIR: denoDir(), DENO_NO_UPDATE_CHECK: "1" },
          ...COMMON,
          cwd,
          signal,
        });
      case "bwrap":
        return new Deno.Command("/usr/bin/env", {
          args: ["bwrap", ...bwrapArguments(restriction, cwd)],
          env: restriction.env,
          ...COMMON,
          cwd,
          signal,
        });
      case "none":
        return new Deno.Command(program, {
          args: [...args],
          env: restriction.env,
          ...COMMON,
          cwd,
          signal,
        });
    }
  })();
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const COMMON = {
  stdin: "null",
  stdout: "piped",
  stderr: "piped",
  clearEnv: true,
} as const;
