/**
 * A record as it travels: what a fingerprint produced, who made it and where, and a
 * signature over all of that if there is one. Whoever can write to a cache can write
 * anything here, so it is read as a stranger's: bounded, of exactly this form, under
 * the fingerprint that its own facts have.
 */
import * as v from "valibot";
import { canonical, canonicalPretty, type Json } from "../stage/json.ts";
import type { Digest } from "../store/digest.ts";
import { type BuildRecord, isRecord } from "../store/record.ts";

/** In bytes: the facts of an instance that reads from thousands of others take some. */
export const LARGEST = 16 * 1024 * 1024;

/** An object is refused that says it is larger than any disk. */
const LARGEST_OBJECT = 2 ** 45;

/** What is nested deeper is no record, and would overflow a stack. */
const DEEPEST = 40;

/** A signature, and whose. */
export interface Signature {
  /** `ed25519:…` */
  readonly key: string;
  /** Base64. */
  readonly value: string;
}

/** A record with its maker. */
export interface Entry {
  readonly record: BuildRecord;
  readonly who: string;
  readonly where: string;
  readonly signature?: Signature;
}

const VERSION = 1;

/** What is said of a record of another version of this program. */
export const OTHER = "a record of it is of another version";

const VERSIONED = v.object({ version: v.number() });
const WORD = v.pipe(v.string(), v.maxLength(200));
const ENTRY = v.strictObject({
  version: v.literal(VERSION),
  record: v.unknown(),
  who: WORD,
  where: WORD,
  signature: v.optional(
    v.strictObject({
      key: v.pipe(v.string(), v.maxLength(100)),
      value: v.pipe(v.string(), v.maxLength(200)),
    }),
  ),
});

/** What a record may say; the rest of what a stranger wrote is left out. */
const KNOWN = [
  ...["instance", "fingerprint", "facts", "outputs", "seconds", "working"],
  ...["share", "work", "made", "wall", "remarks"],
] as const;

/** The text of an entry. */
export function entryText({ record, who, where, signature }: Entry): string {
  return canonicalPretty({
    version: VERSION,
    record: { version: VERSION, ...record },
    who,
    where,
    ...(signature && { signature }),
  } as unknown as Json);
}

/** What is signed: everything but the signature, and what it is about. */
export function signedBytes(
  { record, who, where }: Entry,
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    "facsimile cache entry 1\n" +
      canonical({ record, who, where } as unknown as Json),
  );
}

/** What a text says, if it is an entry for this fingerprint; else why it is not to be believed. */
export function parseEntry(text: string, fingerprint: Digest): Entry | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return "a record of it is no JSON";
    throw error;
  }
  if (!isTame(value, 0)) return "a record of it is no record";
  if (v.is(VERSIONED, value) && value.version !== VERSION) return OTHER;
  if (!v.is(ENTRY, value)) return "a record of it has another form";
  const { record, who, where, signature } = value;
  if (!isRecord(record, fingerprint)) {
    return "a record of it is not of the fingerprint that it stands under";
  }
  const { made, outputs, seconds, provisional } = record;
  if (
    provisional !== undefined || !(seconds >= 0) ||
    !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(made) ||
    Object.values(outputs).some(({ size }) =>
      !Number.isSafeInteger(size) || size < 0 || size > LARGEST_OBJECT
    )
  ) return "a record of it says what no record can";
  return {
    record: told(record),
    who,
    where,
    ...(signature && { signature }),
  };
}

/** A record without what is nobody else's matter, or nobody knows. */
export function told(record: BuildRecord): BuildRecord {
  return Object.fromEntries(
    KNOWN.flatMap((name) =>
      record[name] === undefined ? [] : [[name, record[name]]]
    ),
  ) as unknown as BuildRecord;
}

/** Whether a value is one that every function here can take: not too deep, its numbers finite. */
function isTame(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (value === null || typeof value !== "object") return true;
  return depth < DEEPEST &&
    Object.values(value).every((inner) => isTame(inner, depth + 1));
}
