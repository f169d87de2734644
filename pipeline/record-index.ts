/**
 * What the records say in brief, kept in one file: reading ten thousand records
 * takes half a second, looking whether they are still the same a tenth of that.
 * An entry is found by the digest of the record's own text, so it can be
 * missing but not wrong.
 */
import { join } from "node:path";
import { readFileSync } from "node:fs";
import type { Digest } from "./digest.ts";
import { isMissing, writeWhole } from "./disk.ts";
import type { StatCache } from "./stat.ts";
import {
  type Origin,
  readRecord,
  type Record as StoreRecord,
  type Store,
} from "./store.ts";

/** A record without its facts. */
export interface Brief {
  readonly fingerprint: Digest;
  readonly outputs: { readonly [output: string]: Digest };
  readonly seconds: number;
  readonly provisional?: string;
  readonly remarks?: readonly string[];
  readonly from?: Origin;
}

const VERSION = 1;

/** The records in brief. */
export class Index {
  readonly #path: string;
  readonly #old: { [digest: string]: Brief };
  readonly #used: { [digest: string]: Brief } = {};
  #changed = false;

  constructor(
    private readonly store: Store,
    private readonly stat: StatCache,
  ) {
    this.#path = join(store.folder, "cache", "records.json");
    this.#old = load(this.#path);
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
      writeWhole(
        this.#path,
        JSON.stringify({ version: VERSION, records: all }),
      );
    }
  }
}

function brief(
  { fingerprint, outputs, seconds, provisional, remarks, from }: StoreRecord,
): Brief {
  return {
    fingerprint,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, { digest }]) => [name, digest]),
    ),
    seconds,
    ...(provisional !== undefined && { provisional }),
    ...(remarks !== undefined && { remarks }),
    ...(from !== undefined && { from }),
  };
}

function load(path: string): { [digest: string]: Brief } {
  try {
    const { version, records } = JSON.parse(readFileSync(path, "utf8"));
    return version === VERSION ? records : {};
  } catch (error) {
    // Not there, or cut off in the middle: the records themselves are still right.
    if (error instanceof SyntaxError) return {};
    if (isMissing(error)) return {};
    throw error;
  }
}
