/**
 * What the records say in brief, kept in one file: reading ten thousand records
 * takes half a second, looking whether they are still the same a tenth of that.
 * An entry is found by the digest of the record's own text, and the file is sealed:
 * it can be missing but not wrong.
 */
import { join } from "node:path";
import type { Digest } from "./digest.ts";
import { readCache, writeCache } from "./cache.ts";
import type { StatCache } from "./stat.ts";
import {
  type BuildRecord,
  digestsOf,
  type Origin,
  readRecord,
} from "./record.ts";
import type { Store } from "./store.ts";

/** A record without its facts. */
interface Brief {
  readonly fingerprint: Digest;
  readonly outputs: { readonly [output: string]: Digest };
  readonly seconds: number;
  readonly provisional?: string;
  readonly remarks?: readonly string[];
  readonly from?: Origin;
}

/** By the digest of the record's text. */
interface Briefs {
  [digest: string]: Brief;
}

const VERSION = "facsimile records 2";

/** The records in brief. */
export class Index {
  readonly #path: string;
  readonly #old: Briefs;
  readonly #used: Briefs = {};
  #changed = false;

  constructor(
    private readonly store: Store,
    private readonly stat: StatCache,
  ) {
    this.#path = join(store.folder, "cache", "records.json");
    // Sealed: it is as it was written.
    this.#old = (readCache(this.#path, VERSION) ?? {}) as Briefs;
  }

  /** The record of a fingerprint in brief, if there is one to be believed. */
  find(stage: string, fingerprint: Digest): Brief | undefined {
    const path = join(this.store.records, stage, `${fingerprint}.json`);
    const digest = this.stat.digest(path);
    if (digest === undefined) return;
    let found = this.#used[digest] ?? this.#old[digest];
    if (!found) {
      const record = readRecord(path, fingerprint);
      if (!record) return;
      found = brief(record);
      this.#changed = true;
    }
    if (found.fingerprint !== fingerprint) return;
    return this.#used[digest] = found;
  }

  /** Keeps what this run looked at. */
  save(): void {
    const count = Object.keys(this.#used).length;
    // Entries of other configurations stay until there are too many of them.
    const all = Object.keys(this.#old).length > 4 * count + 1000
      ? this.#used
      : { ...this.#old, ...this.#used };
    if (this.#changed) {
      writeCache(this.#path, VERSION, all);
    }
  }
}

function brief(
  { fingerprint, outputs, seconds, provisional, remarks, from }: BuildRecord,
): Brief {
  return {
    fingerprint,
    outputs: digestsOf({ outputs }),
    seconds,
    ...(provisional !== undefined && { provisional }),
    ...(remarks !== undefined && { remarks }),
    ...(from !== undefined && { from }),
  };
}
