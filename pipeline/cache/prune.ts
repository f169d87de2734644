/**
 * What can go from a cache in a folder: records that nobody used for long, and then
 * objects that no record names. What is new stays in any case: somebody may be about
 * to write the record that names it.
 */
import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { names } from "../store/disk.ts";
import { type Digest, isDigest } from "../store/digest.ts";
import { readStored } from "../store/disk.ts";
import { parseEntry } from "./entry.ts";

const DAY = 24 * 3_600_000;

/** A file that can go. */
interface Old {
  readonly path: string;
  readonly size: number;
}

/**
 * Finds what is older than so many days; records under fingerprints and objects that
 * are `kept` stay whatever their age, and so does what kept records name.
 */
export function findOld(
  folder: string,
  days: number,
  kept: ReadonlySet<string>,
  objects: ReadonlySet<string>,
): Old[] {
  const old: Old[] = [];
  const named = new Set(objects);
  const limit = Date.now() - days * DAY;
  const isOld = (path: string) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat || stat.mtimeMs > limit || !stat.isFile()) return false;
    old.push({ path, size: stat.size });
    return true;
  };
  for (const name of names(join(folder, "ac"))) {
    const path = join(folder, "ac", name);
    if (!isDigest(name)) {
      // What a killed writer left.
      if (name.endsWith(".part")) isOld(path);
      continue;
    }
    if (!kept.has(name) && isOld(path)) continue;
    for (const digest of objectsOf(path, name)) named.add(digest);
  }
  for (const name of names(join(folder, "cas"))) {
    if (named.has(name) || !isDigest(name) && !name.endsWith(".part")) continue;
    isOld(join(folder, "cas", name));
  }
  return old;
}

function objectsOf(path: string, fingerprint: Digest): readonly string[] {
  const entry = parseEntry(readStored(path) ?? "", fingerprint);
  return typeof entry === "string"
    ? []
    : Object.values(entry.record.outputs).map(({ digest }) => digest);
}

/** Removes what was found, records first: none shall name what is gone. */
export function removeOld(old: readonly Old[]): void {
  for (const { path } of old) rmSync(path, { force: true });
}
