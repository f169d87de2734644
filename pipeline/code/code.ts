/**
 * Reads the code of each stage: the parts of the modules that it really uses, each
 * as the digest of its text without comments, layout and types, and the npm packages
 * that these reach, each by its integrity in deno.lock.
 *
 * All of it is kept in a cache file and read anew only when a file has changed.
 * This module is what an up-to-date run loads; the rest is loaded when needed.
 */
import { type Digest, digestJson } from "../store/digest.ts";
import { ok, type Result } from "../failure.ts";
import type { Json } from "../stage/json.ts";
import { readCache, writeCache } from "../store/cache.ts";
import type { StatCache } from "../store/stat.ts";
import type { Code, Entry } from "./identity.ts";

export type { Code, Entry } from "./identity.ts";

/** What to read, and what is remembered of the last time. */
interface Query {
  readonly root: string;
  readonly entries: readonly Entry[];
  /** The cache file. */
  readonly cache: string;
  readonly stat: StatCache;
}

const VERSION = 11;
const SEAL = "facsimile code";

interface Cached {
  readonly version: number;
  /** Digest of the entries and of the program that read them. */
  readonly key: Digest;
  /** Every file that was looked at, with its digest then; `null` if it was not there. */
  readonly files: { readonly [path: string]: Digest | null };
  readonly codes: { readonly [module: string]: Code };
  /** Modules split into their exports, by text: JSON in a string, parsed only when needed. */
  readonly parts: string;
}

/**
 * Reads the code of all entries. Fails on a module that is missing or does not
 * parse, on a package that is not locked, and on imports that are computed, since
 * nobody can know beforehand what they would load.
 */
export async function readCode(
  { root, entries, cache, stat }: Query,
): Promise<Result<Map<string, Code>>> {
  const key = digestJson("entries", [
    Deno.version.deno,
    // Paths are absolute: a copied project must not look at the original.
    root,
    entries as unknown as Json,
  ]);
  const old = load(cache);
  if (old?.key === key && same(old.files, stat)) {
    return ok(new Map(Object.entries(old.codes)));
  }
  const { scan } = await import("./scan.ts");
  const fresh = await scan(root, entries, stat, old?.parts);
  if (!fresh.ok) return fresh;
  const { codes, files, parts, settled } = fresh.value;
  if (settled) {
    const cached: Cached = { version: VERSION, key, files, codes, parts };
    try {
      writeCache(cache, SEAL, cached);
    } catch (error) {
      // A store that cannot be written costs time, not results.
      if (!(error instanceof Error)) throw error;
    }
  }
  return ok(new Map(Object.entries(codes)));
}

function same(
  files: { readonly [path: string]: Digest | null },
  stat: StatCache,
): boolean {
  return Object.entries(files).every(([path, digest]) =>
    (stat.digest(path) ?? null) === digest
  );
}

function load(path: string): Cached | undefined {
  const value = readCache(path, SEAL) as Cached | undefined;
  return value?.version === VERSION ? value : undefined;
}
