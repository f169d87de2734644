/**
 * What this process may occupy of its machine: cores, memory and graphics cards of
 * the machine, less what a container or a job of a cluster gives it no part of.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { names } from "../store/disk.ts";

/** What there is to be occupied. */
export interface Capacity {
  readonly cpus: number;
  /** One more long instance than there are cores may run, and share them: nobody said how many to use. */
  readonly shares: boolean;
  readonly gpu: number;
  /** In MiB. */
  readonly memory: number;
}

/** A part of the memory is for the engine and the machine. */
const SHARE = 0.9;

/** What there is, with so many cores if the user says so. */
export function capacityOf(jobs: number | undefined): Capacity {
  return {
    // Deno asks for affinity and for quotas of cgroups, of both versions.
    cpus: jobs ?? navigator.hardwareConcurrency,
    shares: jobs === undefined,
    // A stage that asks for a card may get along with what imitates one.
    gpu: Math.max(1, cardsOf().length),
    memory: Math.floor(memoryOf() / 2 ** 20 * SHARE),
  };
}

/** The memory of the machine, or as much as every cgroup around this process allows, in bytes. */
function memoryOf(): number {
  return Math.min(Deno.systemMemoryInfo().total, ...limits());
}

/**
 * The limits of the cgroup that this process is in, and of those around it.
 *
 * @param root where the files are, for a test
 */
export function limits(root = "/"): number[] {
  const found: number[] = [];
  for (const line of read(join(root, "proc/self/cgroup")).split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const unified = controllers === "";
    if (!unified && !controllers.split(",").includes("memory")) continue;
    const base = join(root, "sys/fs/cgroup", unified ? "" : "memory");
    const file = unified ? "memory.max" : "memory.limit_in_bytes";
    for (let at = path;; at = dirname(at)) {
      // No limit is `max`, or a number beyond any memory.
      const limit = Number(read(join(base, at, file)).trim() || NaN);
      if (limit > 0) found.push(limit);
      if (at === "/") break;
    }
  }
  return found;
}

/**
 * The graphics cards that this process may use, as `CUDA_VISIBLE_DEVICES` names
 * them: those that a cluster gave it, else those that the kernel shows.
 */
export function cardsOf(
  given: string | undefined = Deno.env.get("CUDA_VISIBLE_DEVICES"),
  devices = "/dev",
): readonly string[] {
  if (given !== undefined) {
    return given.split(",").map((card) => card.trim())
      .filter((card) => card !== "" && card !== "-1" && card !== "NoDevFiles");
  }
  return shown(devices).flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? [])
    .sort((a, b) => Number(a) - Number(b));
}

/** Behind a wall, as an archive's code is, nobody sees the devices, nor could use one. */
function shown(devices: string): readonly string[] {
  try {
    return names(devices);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return ""; // no cgroups, or none that this process may see
  }
}
