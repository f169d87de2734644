/**
 * Digests of files, remembered while the files are untouched: by device, inode,
 * size, time of modification and time of change. The last cannot be set by a
 * program, so an edit that keeps size and modification time is still noticed.
 *
 * As in git, a file that was touched in the very moment of being hashed is not
 * trusted the next time: another write within the same tick of the clock would
 * leave the same times behind.
 */
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { type Digest, digestFile } from "./digest.ts";
import { writeWhole } from "./disk.ts";

const VERSION = "facsimile stat 1";

/**
 * How much older than its hashing a file must be to be trusted, in ns. The
 * kernel's clock for files ticks every 4 ms (1 to 10, by configuration);
 * network file systems are coarser.
 */
const SETTLED = 100_000_000n;

interface Entry {
  readonly state: string;
  readonly digest: Digest;
}

/** Remembers digests in one flat file: a line an entry. */
export class StatCache {
  readonly #old = new Map<string, Entry>();
  readonly #used = new Map<string, Entry>();
  /** Seen in this process, trusted for its life only where the file had settled. */
  #changed = false;

  private constructor(private readonly path: string) {}

  /** Opens a cache; a broken or missing file is an empty one. */
  static open(path: string): StatCache {
    const cache = new StatCache(path);
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return cache;
      throw error;
    }
    const lines = text.split("\n");
    if (lines[0] !== VERSION || lines.at(-1) !== "end") return cache;
    for (let i = 1; i < lines.length - 1; i++) {
      const [digest, state, name] = lines[i]!.split("\t");
      if (name === undefined) continue;
      cache.#old.set(name, { state: state!, digest: digest as Digest });
    }
    return cache;
  }

  /**
   * The digest of a plain file's content; `undefined` if there is none of that
   * name. With `within`, a link that leads out of that folder is as good as none.
   */
  digest(path: string, within?: string): Digest | undefined {
    let stat = look(path);
    let real = path;
    if (stat?.isSymbolicLink()) {
      const target = follow(path);
      if (target === undefined) return;
      if (within !== undefined && !target.startsWith(within + sep)) return;
      real = target;
      stat = look(real);
    }
    if (!stat?.isFile()) return;
    const state =
      `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
    const known = this.#used.get(path) ?? this.#old.get(path);
    if (known?.state === state) {
      this.#used.set(path, known);
      return known.digest;
    }
    const now = BigInt(Date.now()) * 1_000_000n;
    const digest = digestFile(real);
    const touched = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
    // Also after a clock that went backwards: then the file is from the future.
    if (touched + SETTLED < now) {
      this.#used.set(path, { state, digest });
      this.#changed = true;
    } else if (known) {
      this.#used.delete(path);
      this.#old.delete(path);
      this.#changed = true;
    }
    return digest;
  }

  /** Keeps what is known, if that is more than before. */
  save(): void {
    if (!this.#changed) return;
    // What this run did not look at stays, until it is most of the file.
    const all = this.#old.size > 4 * this.#used.size + 10_000
      ? this.#used
      : new Map([...this.#old, ...this.#used]);
    const lines = [VERSION];
    for (const [name, { state, digest }] of all) {
      if (!/[\t\n]/.test(name)) lines.push(`${digest}\t${state}\t${name}`);
    }
    lines.push("end");
    writeWhole(this.path, lines.join("\n"));
    this.#changed = false;
  }
}

function look(path: string) {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function follow(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
