/** The npm packages of deno.lock: what each one's bytes are, and for which systems. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../store/disk.ts";

/** One package of the lock. */
export interface Locked {
  /** The registry's digest of its tarball. */
  readonly integrity: string;
  /** Made for every system, for this one, or for others. */
  readonly system: "any" | "this" | "other";
  /** Its name in a fact, without the versions of its peers where that is unique. */
  readonly name: string;
}

/** The lock, by Deno's names: `sharp@0.35.5`, `x@1.0.0_y@2.0.0` with a peer. */
export type Lock = ReadonlyMap<string, Locked>;

interface Entry {
  readonly integrity: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** Reads a project's lock; one without has no packages. */
export function readLock(root: string): Lock {
  let text: string;
  try {
    text = readFileSync(join(root, "deno.lock"), "utf8");
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
  const entries: { [id: string]: Entry } = JSON.parse(text).npm ?? {};
  const times = new Map<string, number>();
  for (const id of Object.keys(entries)) {
    times.set(withoutPeers(id), (times.get(withoutPeers(id)) ?? 0) + 1);
  }
  return new Map(
    Object.entries(entries).map(([id, entry]) => [id, {
      integrity: entry.integrity,
      system: systemOf(entry),
      name: times.get(withoutPeers(id)) === 1 ? withoutPeers(id) : id,
    }]),
  );
}

/** `x@1.0.0_y@2.0.0` → `x@1.0.0`; an underscore in the name itself stays. */
function withoutPeers(id: string): string {
  const version = id.indexOf("@", 1);
  return id.slice(0, version) + id.slice(version).replace(/_.*$/, "");
}

const CPU = { x86_64: "x64", aarch64: "arm64" } as const;
const OS: { readonly [os: string]: string } = { windows: "win32" };

function systemOf({ os, cpu }: Entry): Locked["system"] {
  if (!os && !cpu) return "any";
  const fits = (!os || os.includes(OS[Deno.build.os] ?? Deno.build.os)) &&
    (!cpu || cpu.includes(CPU[Deno.build.arch]));
  return fits ? "this" : "other";
}
