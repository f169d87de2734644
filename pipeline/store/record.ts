/** The record of an instance: what a fingerprint produced, and how. */
import * as v from "valibot";
import { canonicalPretty, type Json } from "../stage/json.ts";
import type { Digest } from "./digest.ts";
import { type Facts, fingerprint as fingerprintOf } from "./fingerprint.ts";
import { DIGEST, readJson } from "./read.ts";

/** One output in a record. */
export interface Kept {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/** What a fingerprint produced, and how. */
export interface BuildRecord {
  readonly instance: string;
  readonly fingerprint: Digest;
  readonly facts: Facts;
  readonly outputs: { readonly [output: string]: Kept };
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** Those of the seconds that go with the work, by its progress: the rest are to start and to end. */
  readonly working?: number;
  /** The part of it that was left to do, where it went on from a checkpoint: below 1. */
  readonly share?: number;
  /** How much work all of it is, if the stage says so, in its own unit. */
  readonly work?: number;
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

/**
 * A record as it stands on the disk, if it is whole: of this version, under the
 * fingerprint that its facts have. A truncated or edited one is as good as none.
 */
export function readRecord(
  path: string,
  fingerprint: Digest,
): BuildRecord | undefined {
  const record = readJson(path, RECORD);
  return record?.fingerprint === fingerprint &&
      fingerprintOf(record.facts as Facts) === fingerprint
    ? record as unknown as BuildRecord
    : undefined;
}

/** What a record must be for the rest to be believed. */
const RECORD = v.object({
  version: v.literal(VERSION),
  instance: v.string(),
  fingerprint: DIGEST,
  facts: v.record(v.string(), v.unknown()),
  outputs: v.record(
    v.string(),
    v.object({ digest: DIGEST, size: v.number() }),
  ),
  seconds: v.number(),
  working: v.optional(v.number()),
  share: v.optional(v.number()),
  work: v.optional(v.number()),
  made: v.string(),
  wall: v.string(),
  provisional: v.optional(v.string()),
  remarks: v.optional(v.array(v.string())),
  from: v.optional(v.object({ archive: DIGEST })),
});

/** The text of a record, as it is written. */
export function recordText(record: BuildRecord): string {
  return canonicalPretty({ version: VERSION, ...record } as unknown as Json);
}
