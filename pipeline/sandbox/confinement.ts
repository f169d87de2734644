/**
 * What the process of one instance may touch. Deno's flags, the kernel's rules and
 * the audit all follow from this, and nothing else in the sandbox decides anything.
 */
import type { Permissions, Runs } from "../stage/declaration.ts";
import type { Checkpoint } from "../stage/task.ts";
import type { Built } from "./program/environment.ts";
import type { Given } from "./process/taskfile.ts";
import type { KernelWall } from "./wall/wall.ts";

/** What one instance is given, and where it may write. All paths are absolute. */
export interface Confinement extends Given {
  /** The instance's name, for messages. */
  readonly instance: string;
  /** The project's root, a real path. */
  readonly root: string;
  readonly runs: Runs;
  /** The local modules that it may import: its graph, contract included. */
  readonly code: readonly string[];
  /** It may read them, too, and not only import them. */
  readonly readable: boolean;
  /** Real folders of the npm packages that it reaches, or all of `node_modules`. */
  readonly packages: readonly string[];
  /** File names in the output folder. */
  readonly outputs: { readonly [name: string]: string };
  /**
   * The private folder; exists, is empty, and is all that can be written.
   * Outputs land in `output/`, the stage's own files in `scratch/`; the engine
   * keeps task, log and audit beside them.
   */
  readonly folder: string;
  readonly checkpoint: Checkpoint | undefined;
  /** The packages of a command, if it has its own. */
  readonly environment?: Built | undefined;
  /** Cores: so many threads numeric libraries are told to use. */
  readonly cpus: number;
  /** Threads beside the first, in which a module may share its work. */
  readonly threads: number;
  readonly permissions: Permissions;
  /** The process may use graphics cards: their devices are behind the wall with it. */
  readonly gpu: boolean;
  /** Of several graphics cards, those that are its own, as the driver names them. */
  readonly cards?: readonly string[];
  /** With `kernel`, native code and commands do not start without a kernel wall. */
  readonly require: "deno" | "kernel";
}

/**
 * What stood between a process and the rest of the machine. `deno`: the
 * permissions of the runtime, which suffice where no native code runs. `none`:
 * native code ran and nothing held it.
 */
export type Wall = "deno" | KernelWall;

/** The paths that the stage may read: its inputs, and what it declares beside them. */
export function declaredReads(
  { inputs, permissions, checkpoint }: Confinement,
): readonly string[] {
  return [
    ...Object.values(inputs).flatMap((value) =>
      typeof value === "string" ? [value] : value.map(({ path }) => path)
    ),
    ...(permissions.read ?? []),
    ...(checkpoint ? [checkpoint.path] : []),
  ];
}

/** Where the stage's outputs appear. */
export function outputFolder(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/output`;
}

/** Where the stage may keep files of its own. */
export function scratchFolder(
  confinement: { readonly folder: string },
): string {
  return `${confinement.folder}/scratch`;
}

/**
 * Copies of a command's code, in the folders that it has in the project. An
 * interpreter lists the folder of its script to find what that imports: there it
 * finds what is declared, and nothing else.
 */
export function codeFolder(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/code`;
}

/** What the stage and its programs said, apart from messages. */
export function logFile(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/log.txt`;
}
