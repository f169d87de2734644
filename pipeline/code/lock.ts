/** The npm packages of deno.lock: the digest of each, and the systems that it is for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../store/disk.ts";

/** A system as npm names it: `linux` and `x64`. */
export interface System {
  readonly os: string;
  readonly cpu: string;
}

/** One package of the lock. */
interface LockedPackage {
  /** The registry's digest of its tarball. */
  readonly integrity: string;
  /** The systems that it is made for, where it is not made for all. */
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** The packages by Deno's names: `sharp@0.35.5`, `x@1.0.0_y@2.0.0` with a peer. */
export type LockedPackages = ReadonlyMap<string, LockedPackage>;

/** Reads the packages of a project's lock; a project without one has none. */
export function readPackages(root: string): LockedPackages {
  try {
    const text = readFileSync(join(root, "deno.lock"), "utf8");
    return new Map(Object.entries(JSON.parse(text).npm ?? {}));
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
}

const CPU = { x86_64: "x64", aarch64: "arm64" } as const;
const OS: { readonly [os: string]: string } = { windows: "win32" };

/** The system that this program runs on. */
export const HERE: System = {
  os: OS[Deno.build.os] ?? Deno.build.os,
  cpu: CPU[Deno.build.arch],
};

/** Whether a package is made for a system, among others. */
export function fitsSystem(
  { os, cpu }: LockedPackage,
  system: System,
): boolean {
  return (!os || os.includes(system.os)) && (!cpu || cpu.includes(system.cpu));
}
