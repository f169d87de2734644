/**
 * Puts the results of an archive into a store, with the records that say what
 * they were made from: whoever changes a parameter then runs only what depends
 * on it. Only instances whose every output is in the archive come back; the
 * others are made again from these when something asks for them.
 *
 * An archive can be consistent and wrong: nothing in it proves that anybody ran
 * anything. So a record of one's own stays, and one that is restored says from
 * which archive it is.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../store/digest.ts";
import { fingerprint } from "../store/fingerprint.ts";
import { take } from "../store/lease.ts";
import type { Store } from "../store/store.ts";
import { readRun } from "./documents.ts";
import { archivePath } from "./layout.ts";
import { extract } from "./unpacking.ts";
import { type Container, Refused } from "./container.ts";

/** What came back. */
export interface Restored {
  readonly instances: readonly string[];
  /** Instances with a result of one's own, which was kept, or that a run is at; `differs` if the archive's is another. */
  readonly own: readonly {
    readonly instance: string;
    readonly differs: boolean;
  }[];
  /** Instances that have results which no archive holds. */
  readonly left: readonly string[];
}

/** Restores from an archive that passed levels 0 and 1, and whose root digest is `archive`. */
export function importResults(
  container: Container,
  store: Store,
  archive: Digest,
): Restored {
  const { instances, artifacts } = readRun(container);
  const names = new Map(
    Object.entries(artifacts).map(([path, { digest }]) => [
      digest,
      archivePath(path),
    ]),
  );
  const restored: string[] = [];
  const own: { instance: string; differs: boolean }[] = [];
  const left: string[] = [];
  for (const [id, instance] of Object.entries(instances)) {
    const { outputs, facts, seconds, made, wall, stage } = instance;
    const whole = Object.values(outputs).every(({ digest }) =>
      names.has(digest)
    );
    if (!whole) {
      left.push(id);
      continue;
    }
    const mark = fingerprint(facts);
    // Else a run could write its record between our look and ours.
    using lease = take(join(store.folder, "leases"), mark);
    if (lease.kind === "taken") {
      own.push({ instance: id, differs: false });
      continue;
    }
    const there = store.record(stage, mark);
    const isOwn = there !== undefined && there.from === undefined &&
      there.provisional === undefined;
    if (isOwn) {
      const differs = Object.entries(outputs).some(([output, { digest }]) =>
        there.outputs[output]?.digest !== digest
      );
      own.push({ instance: id, differs });
      if (differs) continue;
    }
    // Contents are what their digest says, whoever brings them.
    for (const { digest } of Object.values(outputs)) {
      if (store.holds(digest)) continue;
      const kept = bring(container, names.get(digest)!, store); // it is whole
      if (kept !== digest) {
        throw new Refused(`${names.get(digest)} has changed`);
      }
    }
    if (isOwn) continue;
    store.write(stage, {
      instance: id,
      fingerprint: mark,
      facts,
      outputs,
      seconds,
      made,
      wall,
      from: { archive },
    });
    restored.push(id);
  }
  return { instances: restored, own, left };
}

/** Copies one member into the store; returns the digest of what arrived. */
function bring(container: Container, name: string, store: Store): string {
  const folder = join(store.folder, "work");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `restore-${Deno.pid}`);
  rmSync(path, { force: true });
  extract(container, name, path);
  return store.keep(path).digest;
}
