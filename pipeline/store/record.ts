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
  /** Set when it was not made here. */
  readonly from?: Origin;
}

/** Where a result comes from that nobody made here. Records of earlier versions tell the two apart by these names. */
export type Origin = ArchiveOrigin | CacheOrigin;

/** An archive, by its root digest. */
interface ArchiveOrigin {
  readonly archive: Digest;
}

/** A cache that is shared with others. */
export interface CacheOrigin {
  /** Its address. */
  readonly cache: string;
  /** Who made it, and on what machine, as the record says. */
  readonly who: string;
  readonly where: string;
  /** When it was made: ISO 8601, UTC. */
  readonly made: string;
  /** The accepted key that it was signed with, so that it cannot say anybody's name. */
  readonly key?: string;
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

/** Whether a value that a stranger gave is the record of a fingerprint. */
export function isRecord(
  value: unknown,
  fingerprint: Digest,
): value is BuildRecord {
  return v.is(RECORD, value) && value.fingerprint === fingerprint &&
    fingerprintOf(value.facts as Facts) === fingerprint;
}

/** Where a result comes from, in what is read. */
export const ORIGIN = v.union([
  v.object({ archive: DIGEST }),
  v.object({
    cache: v.string(),
    who: v.string(),
    where: v.string(),
    made: v.string(),
    key: v.optional(v.string()),
  }),
]);

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
  from: v.optional(ORIGIN),
});

/** The digests of its outputs. */
export function digestsOf(
  { outputs }: Pick<BuildRecord, "outputs">,
): { readonly [output: string]: Digest } {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { digest }]) => [name, digest]),
  );
}

/** The text of a record, as it is written. */
export function recordText(record: BuildRecord): string {
  return canonicalPretty({ version: VERSION, ...record } as unknown as Json);
}
