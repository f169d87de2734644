/**
 * Results by content, and the records of what made them.
 *
 *   objects/<sha256>                      one output, read-only, named after its content
 *   records/<stage>/<fingerprint>.json    what a fingerprint produced
 *   latest/<instance>                     the fingerprint it had last, to explain a rerun
 *   checkpoints/<prefix>/<n>-<sha256>     states of unfinished or extendable instances
 *   leases/  work/  runs/  cache/         see lease.ts, run.ts, history.ts
 *
 * Nothing is changed in place. A name appears by rename after fsync, objects
 * before the record that names them, so a record that exists is complete. It is
 * still not believed blindly: an object counts only while its content has the
 * digest that is its name.
 */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { canonicalPretty, type Json } from "./json.ts";
import { type Digest, digestFile, isDigest } from "./digest.ts";
import {
  isDraft,
  isMissing,
  moveDurably,
  writeDurably,
  writeWhole,
} from "./disk.ts";
import type { Facts } from "./fingerprint.ts";
import { look } from "./inode.ts";
import type { StatCache } from "./stat.ts";
import type { Checkpoint } from "./task.ts";

/** One output in a record. */
export interface Kept {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/** What a fingerprint produced, and how. */
export interface Record {
  readonly instance: string;
  readonly fingerprint: Digest;
  readonly facts: Facts;
  readonly outputs: { readonly [output: string]: Kept };
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** When it ended, ISO 8601, UTC. */
  readonly made: string;
  /** What kept the stage's process in: `deno`, `landlock`, `bwrap`. */
  readonly wall: string;
  /** Set when the result is a stand-in, with the reason. */
  readonly provisional?: string;
  /** What the stage said of the result: told again whenever that is used again. */
  readonly remarks?: readonly string[];
  /** Set when it was not made here: the archive's root digest. */
  readonly from?: Origin;
}

/** Where a result comes from that nobody made here. */
export interface Origin {
  readonly archive: Digest;
}

const VERSION = 1;

/** The part of a store that a test or a second store may want to replace: where it is. */
export class Store {
  readonly objects: string;
  readonly records: string;
  readonly checkpoints: string;

  constructor(readonly folder: string, private readonly stat: StatCache) {
    this.objects = join(folder, "objects");
    this.records = join(folder, "records");
    this.checkpoints = join(folder, "checkpoints");
  }

  /** Where the content with a digest is, if it is there. */
  object(digest: Digest): string {
    return join(this.objects, digest);
  }

  /** Whether an object is there and its content is what its name says. */
  holds(digest: Digest): boolean {
    return this.stat.digest(this.object(digest)) === digest;
  }

  /** Moves a file into the store. */
  keep(path: string): Kept {
    const digest = digestFile(path);
    const { size } = statSync(path);
    // Also over an object of that name: it may be there with broken content.
    moveDurably(path, this.object(digest), 0o444);
    return { digest, size };
  }

  /** The record of a fingerprint, or why there is none to be believed. */
  record(stage: string, fingerprint: Digest): Record | undefined {
    return readRecord(this.#recordPath(stage, fingerprint), fingerprint);
  }

  /** Writes a record and makes it the instance's latest. Its objects must be in the store. */
  write(stage: string, record: Record): void {
    const path = this.#recordPath(stage, record.fingerprint);
    const { version, ...rest } = { ...record, version: VERSION };
    writeDurably(
      path,
      canonicalPretty({ version, ...rest } as unknown as Json),
    );
    this.point(record.instance, record.fingerprint);
  }

  /** Says which fingerprint an instance has now. */
  point(instance: string, fingerprint: Digest): void {
    if (this.#latest(instance) === fingerprint) return;
    // Only explains a rerun: not worth waiting for the disk.
    writeWhole(this.#latestPath(instance), fingerprint + "\n");
  }

  /** The record that an instance had last. */
  latest(stage: string, instance: string): Record | undefined {
    const fingerprint = this.#latest(instance);
    return fingerprint && this.record(stage, fingerprint);
  }

  /** Moves a checkpoint's file into the store. */
  keepCheckpoint(prefix: Digest, { position, path }: Checkpoint): void {
    const name = `${position}-${digestFile(path)}`;
    moveDurably(path, join(this.checkpoints, prefix, name), 0o444);
  }

  /** The furthest whole checkpoint up to a position. */
  checkpoint(prefix: Digest, upTo: number): Checkpoint | undefined {
    const folder = join(this.checkpoints, prefix);
    const found = list(folder).flatMap((name) => {
      const [, position, digest] = /^(\d+)-([0-9a-f]{64})$/.exec(name) ?? [];
      return position !== undefined && Number(position) <= upTo
        ? [{ position: Number(position), path: join(folder, name), digest }]
        : [];
    }).sort((a, b) => b.position - a.position);
    for (const { position, path, digest } of found) {
      if (digestFile(path) === digest) return { position, path };
      rmSync(path, { force: true });
    }
  }

  #recordPath(stage: string, fingerprint: Digest): string {
    return join(this.records, stage, `${fingerprint}.json`);
  }

  #latestPath(instance: string): string {
    return join(this.folder, "latest", encodeURIComponent(instance));
  }

  #latest(instance: string): Digest | undefined {
    const text = read(this.#latestPath(instance))?.trim();
    return text !== undefined && isDigest(text) ? text : undefined;
  }
}

/**
 * A record as it stands on the disk, if it is whole: of this version, under the
 * fingerprint that its facts have. A truncated or edited one is as good as none.
 */
export function readRecord(
  path: string,
  fingerprint: Digest,
): Record | undefined {
  const text = read(path);
  if (text === undefined) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  const record = value as Partial<Record> & { version?: number };
  const whole = record?.version === VERSION &&
    record.fingerprint === fingerprint && typeof record.instance === "string" &&
    typeof record.seconds === "number" && typeof record.facts === "object" &&
    typeof record.outputs === "object" && record.outputs !== null &&
    Object.values(record.outputs).every((kept) =>
      typeof kept?.digest === "string" && isDigest(kept.digest)
    ) &&
    (record.from === undefined || isDigest(String(record.from?.archive)));
  return whole ? record as Record : undefined;
}

/** The names in a folder, sorted, without the drafts of killed processes; none if it is not there. */
export function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !isDraft(name)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function read(path: string): string | undefined {
  // Asked first, since most of what is looked for here is not there, and an
  // exception takes ten times as long.
  if (look(path) === undefined) return;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
}
