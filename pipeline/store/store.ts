/**
 * Results by content, and the records of what made them.
 *
 *   objects/<sha256>                      one output, read-only, named after its content
 *   records/<stage>/<fingerprint>.json    what a fingerprint produced
 *   latest/<instance>                     the fingerprints that it had, the last one first,
 *                                         to explain a rerun by the nearest of them
 *   checkpoints/<prefix>/<n>-<digest>     states of unfinished or extendable instances;
 *                                         the digest is of prefix, position and content
 *   leases/  cache/                       see lease.ts, cache.ts
 *   work/  failed/                        see run/workdir.ts
 *   jobs/  arrays/                        see executor/slurm/layout.ts
 *   runs/  generations/                   see history/runs.ts, artifacts/generation.ts
 *
 * Nothing is changed in place. A name appears after fsync, objects before the
 * record that names them, so a record that exists is complete. It is still not
 * believed blindly: an object counts only while its content has the digest that is
 * its name.
 *
 * What is whole is never replaced, not even by the same: a process that runs may
 * have been given it, and the kernel's wall lets it read that file, not another of
 * the same name.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import {
  type Digest,
  digestFile,
  digestJson,
  digestOpen,
  isDigest,
} from "./digest.ts";
import {
  claimName,
  codeOf,
  inFolder,
  inStore,
  names,
  openLock,
  openPlain,
  readStored,
} from "./disk.ts";
import {
  isDraft,
  writeDurably,
  writeDurablyBeside,
  writeWhole,
} from "./write.ts";
import type { Ingested } from "./ingest.ts";
import {
  type BuildRecord,
  type Kept,
  readRecord,
  recordText,
} from "./record.ts";
import type { StatCache } from "./stat.ts";
import type { Checkpoint } from "../stage/task.ts";

/** What was taken in. */
type Taken = Extract<Ingested, { kind: "taken" }>;

/**
 * So many fingerprints of an instance are remembered: more changes than anybody
 * tries in a week, and a file that is read in one go.
 */
const REMEMBERED = 64;

/** The results of one project, in a folder. */
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

  /** Moves a file of the engine's own into the store. */
  keep(path: string): Kept {
    const digest = digestFile(path);
    const { size } = statSync(path);
    chmodSync(path, 0o444);
    const file = openSync(path, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    const object = this.object(digest);
    if (!claimName(path, object)) this.#mend(path, object, digest);
    return { digest, size };
  }

  /** Moves what was taken in from a stage into the store. */
  async place({ path, digest }: Taken, signal: AbortSignal): Promise<void> {
    await this.#give(path, this.object(digest), digest, signal);
  }

  /** The record of a fingerprint, if there is one to be believed. */
  record(stage: string, fingerprint: Digest): BuildRecord | undefined {
    return readRecord(this.#recordPath(stage, fingerprint), fingerprint);
  }

  /** Writes a record and makes it the instance's latest. Its objects must be in the store. */
  write(stage: string, record: BuildRecord): void {
    const path = this.#recordPath(stage, record.fingerprint);
    inStore(this.folder, path, () => writeDurably(path, recordText(record)));
    this.point(record.instance, record.fingerprint);
  }

  /** As `write`, for one of many records that come at once. */
  async writeBeside(stage: string, record: BuildRecord): Promise<void> {
    const path = this.#recordPath(stage, record.fingerprint);
    const text = recordText(record);
    try {
      await writeDurablyBeside(path, text);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      // Something is in the way: that takes its time.
      inStore(this.folder, path, () => writeDurably(path, text));
    }
    this.point(record.instance, record.fingerprint);
  }

  /** Says which fingerprint an instance has now. */
  point(instance: string, fingerprint: Digest): void {
    const had = this.fingerprints(instance);
    if (had[0] === fingerprint) return;
    const all = [fingerprint, ...had.filter((one) => one !== fingerprint)];
    // Only explains a rerun: not worth waiting for the disk.
    const path = this.#latestPath(instance);
    const text = all.slice(0, REMEMBERED).join("\n") + "\n";
    inStore(this.folder, path, () => writeWhole(path, text));
  }

  /** The fingerprints that an instance had, the last one first. Their records may be gone. */
  fingerprints(instance: string): Digest[] {
    const text = readStored(this.#latestPath(instance)) ?? "";
    return text.split("\n").filter(isDigest);
  }

  /** The record that an instance had last. */
  latest(stage: string, instance: string): BuildRecord | undefined {
    const [fingerprint] = this.fingerprints(instance);
    return fingerprint && this.record(stage, fingerprint);
  }

  /** All instances of a stage that ever had a record here, sorted by name. */
  instances(stage: string): string[] {
    const whole = encodeURIComponent(stage);
    const point = encodeURIComponent(`${stage}[`);
    return list(join(this.folder, "latest"))
      .filter((name) => name === whole || name.startsWith(point))
      .flatMap((name) => decoded(name) ?? []);
  }

  /** Moves a checkpoint that was taken in from a stage into the store. */
  async placeCheckpoint(
    prefix: Digest,
    position: number,
    { path, digest }: Taken,
    signal: AbortSignal,
  ): Promise<void> {
    const name = checkpointName(prefix, position, digest);
    const place = join(this.checkpoints, prefix, name);
    await this.#give(path, place, digest, signal);
  }

  /**
   * The furthest whole checkpoint up to a position. A broken one is left alone: it
   * is replaced when its name is needed.
   */
  checkpoint(prefix: Digest, upTo: number): Checkpoint | undefined {
    const folder = join(this.checkpoints, prefix);
    const found = list(folder).flatMap((name) => {
      const [, position] = /^(\d+)-[0-9a-f]{64}$/.exec(name) ?? [];
      return position !== undefined && Number(position) <= upTo
        ? [{ position: Number(position), name }]
        : [];
    }).sort((a, b) => b.position - a.position);
    for (const { position, name } of found) {
      const path = join(folder, name);
      const content = this.stat.digest(path, folder);
      if (content && checkpointName(prefix, position, content) === name) {
        return { position, path };
      }
    }
    return undefined;
  }

  /** Gives a sealed file its name, if what has that name is not the same already. */
  async #give(
    from: string,
    to: string,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<void> {
    if (claimName(from, to)) return;
    if (await digestOf(to, signal) === digest) rmSync(from);
    else if (!signal.aborted) this.#mend(from, to, digest);
  }

  /**
   * Puts a file in the place of one that is broken, if it still is: one at a time,
   * since whoever comes second would replace what the first has made whole.
   */
  #mend(from: string, to: string, digest: Digest): void {
    using lock = openLock(this.folder, join(this.folder, "mending"));
    lock.lockSync(true);
    if (this.stat.digest(to) === digest) return rmSync(from);
    inStore(this.folder, to, () => inFolder(to, () => renameSync(from, to)));
  }

  #recordPath(stage: string, fingerprint: Digest): string {
    return join(this.records, stage, `${fingerprint}.json`);
  }

  #latestPath(instance: string): string {
    return join(this.folder, "latest", encodeURIComponent(instance));
  }
}

/**
 * What a checkpoint is called. All of it is hashed: content under another position,
 * or of another instance, is none.
 */
function checkpointName(
  prefix: Digest,
  position: number,
  content: Digest,
): string {
  const digest = digestJson("checkpoint", [prefix, position, content]);
  return `${position}-${digest}`;
}

/** What was encoded as a file's name; nothing for a name that nobody encoded. */
function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The digest of a plain file, read so that others have their turn. */
async function digestOf(
  path: string,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const opened = openPlain(path);
  if (!opened) return;
  try {
    return await digestOpen(opened.file, opened.size, signal);
  } finally {
    closeSync(opened.file);
  }
}

/** The names in a folder, sorted, without the drafts of killed processes; none if it is not there. */
export function list(folder: string): string[] {
  return names(folder).filter((name) => !isDraft(name));
}
