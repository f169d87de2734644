/**
 * Finds what can be removed from a store: results that neither a kept run nor the
 * last record of an instance names, and what failures and killed runs left behind.
 */
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  environmentKey,
  environmentsFolder,
} from "../sandbox/program/environment.ts";
import { isDigest } from "../store/digest.ts";
import { deadDrafts } from "../store/write.ts";
import { readStored, removeTree } from "../store/disk.ts";
import { readReport } from "../artifacts/report.ts";
import { marksPath, readMarks } from "./marks.ts";
import { reportPath, runIds } from "./runs.ts";
import { list, type Store } from "../store/store.ts";
import { readRecord } from "../store/record.ts";

/** How long a job may wait for its head, in milliseconds: a month. */
const JOB = 30 * 24 * 3_600_000;

/** One thing to be removed. */
export interface Waste {
  readonly path: string;
  readonly kind:
    | "object"
    | "record"
    | "checkpoint"
    | "failure"
    | "run"
    | "note"
    | "former"
    | "cache"
    | "environment"
    | "draft"
    | "work folder";
  /** In bytes. */
  readonly size: number;
}

/** What is needed whatever the history says. */
export interface Needed {
  /** Fingerprints whose records stay, and their objects. */
  readonly fingerprints: Iterable<string>;
  /** Objects that stay. */
  readonly objects: Iterable<string>;
  /** The run whose files are in `artifacts/`. */
  readonly run: string | undefined;
}

/**
 * Finds what nobody needs. Kept are the last record of every instance, the
 * records of the newest `runs` runs and of those with a word, and whatever is `needed`,
 * their objects and environments, and the furthest whole checkpoint of every prefix, from which a
 * longer run can continue.
 */
export function findWaste(
  store: Store,
  runs: number,
  needed: Needed,
): Waste[] {
  const waste: Waste[] = [];
  const add = (kind: Waste["kind"], path: string) =>
    waste.push(wasteAt(kind, path));

  const all = runIds(store);
  const kept = new Set(all.slice(Math.max(0, all.length - runs)));
  if (needed.run !== undefined) kept.add(needed.run);
  for (const id of all) {
    // Whoever gave a run a word counts on it.
    if (readMarks(store, id).tags.length > 0) kept.add(id);
  }
  const wanted = new Set(needed.fingerprints);
  for (const id of all) {
    if (!kept.has(id)) {
      add("run", reportPath(store, id));
      if (existsSync(marksPath(store, id))) add("note", marksPath(store, id));
    } else {
      for (
        const { fingerprint } of Object.values(
          readReport(reportPath(store, id))?.instances ?? {},
        )
      ) {
        if (fingerprint) wanted.add(fingerprint);
      }
    }
  }
  const latest = join(store.folder, "latest");
  for (const name of list(latest)) {
    const [last = ""] = readStored(join(latest, name))?.split("\n") ?? [];
    wanted.add(last);
  }

  const objects = new Set(needed.objects);
  const environments = new Set<string>();
  for (const stage of list(store.records)) {
    for (const name of list(join(store.records, stage))) {
      const path = join(store.records, stage, name);
      const fingerprint = name.replace(/\.json$/, "");
      const record = isDigest(fingerprint)
        ? readRecord(path, fingerprint)
        : undefined;
      if (!record || !wanted.has(fingerprint)) add("record", path);
      else {
        for (const { digest } of Object.values(record.outputs)) {
          objects.add(digest);
        }
        const environment = environmentKey(record.facts);
        if (environment !== undefined) environments.add(environment);
      }
    }
  }
  for (const name of list(store.objects)) {
    if (!objects.has(name)) add("object", join(store.objects, name));
  }
  const built = environmentsFolder(store.folder);
  for (const name of list(built)) {
    if (!environments.has(name)) add("environment", join(built, name));
  }
  for (const prefix of list(store.checkpoints)) {
    const folder = join(store.checkpoints, prefix);
    const furthest = isDigest(prefix)
      ? store.checkpoint(prefix, Infinity)?.path
      : undefined;
    for (const name of list(folder)) {
      const path = join(folder, name);
      if (path !== furthest) add("checkpoint", path);
    }
  }
  const failed = join(store.folder, "failed");
  for (const name of list(failed)) add("failure", join(failed, name));
  const cache = join(store.folder, "cache");
  for (const name of list(cache)) {
    if (name.startsWith("noop-")) add("cache", join(cache, name));
  }
  const records = list(store.records).map((stage) => join("records", stage));
  for (const folder of ["cache", "latest", "marks", ...records, "runs"]) {
    const path = join(store.folder, folder);
    for (const name of deadDrafts(path)) add("draft", join(path, name));
  }
  // Of runs that were killed: whoever cleans has the store for himself.
  const work = join(store.folder, "work");
  for (const name of list(work)) add("work folder", join(work, name));
  for (const folder of ["jobs", "arrays"]) {
    for (const name of list(join(store.folder, folder))) {
      // A job that a killed head left may still be in a cluster's queue.
      const path = join(store.folder, folder, name);
      if (Date.now() - lstatSync(path).mtimeMs > JOB) add("work folder", path);
    }
  }
  return waste;
}

/** Removes what was found: records first, so that none speaks of an object that is gone. */
export function removeWaste(waste: readonly Waste[]): void {
  const first = (kind: Waste["kind"]) => kind === "record" ? 0 : 1;
  for (
    const { path } of waste.toSorted((a, b) => first(a.kind) - first(b.kind))
  ) {
    removeTree(path);
  }
}

/** One thing to be removed, with its size. */
export function wasteAt(kind: Waste["kind"], path: string): Waste {
  return { kind, path, size: sizeOf(path) };
}

/** In bytes, of what may be read; what may not is removed nevertheless. */
function sizeOf(path: string): number {
  const stat = lstatSync(path);
  // To remove one of several links frees nothing.
  if (!stat.isDirectory()) return stat.nlink > 1 ? 0 : stat.size;
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    return 0;
  }
  return names.reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
