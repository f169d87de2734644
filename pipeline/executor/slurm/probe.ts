/**
 * What a probe job does on its node: looks whether it sees what the head sees, and
 * whether locks and first names hold between the two, and says what the node has.
 *
 *   probe.ts FOLDER
 */
import {
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { seccompWorks } from "../../sandbox/wall/seccomp.ts";
import { type KernelWall, probeWall } from "../../sandbox/wall/wall.ts";
import { codeOf } from "../../store/disk.ts";
import { cardsOf } from "../machine.ts";

/** What a node says of itself. */
export interface Probe {
  readonly node: string;
  readonly deno: string;
  readonly arch: string;
  readonly wall: KernelWall;
  readonly seccomp: boolean;
  /** What it read in the head's file; missing if it sees none. */
  readonly word?: string;
  /** A lock of the head kept it out. */
  readonly locked: boolean;
  /** A name that the head has taken could not be taken again. */
  readonly exclusive: boolean;
  /** In milliseconds, by its clock. */
  readonly time: number;
  readonly cpus: number;
  /** In MiB. */
  readonly memory: number;
  readonly cards: readonly string[];
}

if (import.meta.main) {
  const [folder = "."] = Deno.args;
  const probe: Probe = {
    node: Deno.env.get("SLURMD_NODENAME") ?? hostname(),
    deno: Deno.version.deno,
    arch: Deno.build.arch,
    wall: probeWall(),
    seccomp: seccompWorks(),
    ...read(join(folder, "word")),
    locked: isLocked(join(folder, "held")),
    exclusive: isExclusive(folder),
    time: Date.now(),
    cpus: navigator.hardwareConcurrency,
    memory: Math.floor(Deno.systemMemoryInfo().total / 2 ** 20),
    cards: cardsOf(),
  };
  writeFileSync(join(folder, "probe.part"), JSON.stringify(probe));
  renameSync(join(folder, "probe.part"), join(folder, "probe.json"));
}

function read(path: string): { word?: string } {
  try {
    return { word: readFileSync(path, "utf8") };
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return {};
  }
}

function isLocked(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    return !file.tryLockSync(true);
  } catch (error) {
    // A file system without locks says so; one that is not shared has no file.
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

/** By both ways in which the engine takes a name: a link, and a new file. */
function isExclusive(folder: string): boolean {
  const taken = join(folder, "word");
  const tries = [
    () => openSync(taken, "wx"),
    () => {
      writeFileSync(join(folder, "mine"), "");
      linkSync(join(folder, "mine"), taken);
    },
  ];
  return tries.every((take) => {
    try {
      take();
      return false;
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return codeOf(error) === "EEXIST";
    }
  });
}
