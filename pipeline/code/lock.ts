/** The npm packages of deno.lock: who needs whom, and what each one's bytes are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One package of the lock. */
export interface Package {
  /** The registry's digest of its tarball. */
  readonly integrity: string;
  readonly needs: readonly string[];
  /** Made for every system, for this one, or for others. */
  readonly system: "any" | "this" | "other";
}

/** The lock, by Deno's names: `sharp@0.35.5`, `x@1.0.0_y@2.0.0` with a peer. */
export interface Lock {
  readonly packages: ReadonlyMap<string, Package>;
}

interface Entry {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** Reads a project's lock; a project without one reaches no packages. */
export function readLock(root: string): Lock {
  let text: string;
  try {
    text = readFileSync(join(root, "deno.lock"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return { packages: new Map() };
    }
    throw error;
  }
  const npm: { [id: string]: Entry } = JSON.parse(text).npm ?? {};
  const ids = new Map<string, string[]>();
  for (const id of Object.keys(npm)) {
    const name = id.slice(0, id.indexOf("@", 1));
    ids.set(name, [...(ids.get(name) ?? []), id]);
  }
  // The lock shortens `tslib@2.9.1` to `tslib` where there is only one.
  const resolve = (reference: string): string[] => {
    if (npm[reference]) return [reference];
    const name = reference.indexOf("@", 1) < 0
      ? reference
      : reference.slice(0, reference.indexOf("@", 1));
    const all = ids.get(name) ?? [];
    const exact = all.filter((id) =>
      id === reference || id.startsWith(`${reference}_`)
    );
    return exact.length > 0 ? exact : all;
  };
  const packages = new Map<string, Package>();
  for (const [id, entry] of Object.entries(npm)) {
    packages.set(id, {
      integrity: entry.integrity,
      needs: [...entry.dependencies ?? [], ...entry.optionalDependencies ?? []]
        .flatMap(resolve),
      system: systemOf(entry),
    });
  }
  return { packages };
}

/** Some packages and all that they need, sorted. */
export function closure(lock: Lock, roots: Iterable<string>): string[] {
  const seen = new Set<string>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const found = lock.packages.get(id);
    if (!found || seen.has(id)) continue;
    seen.add(id);
    open.push(...found.needs);
  }
  return [...seen].sort();
}

const CPU = { x86_64: "x64", aarch64: "arm64" } as const;

function systemOf({ os, cpu }: Entry): Package["system"] {
  if (!os && !cpu) return "any";
  const fits = (!os || os.includes(Deno.build.os)) &&
    (!cpu || cpu.includes(CPU[Deno.build.arch]));
  return fits ? "this" : "other";
}
