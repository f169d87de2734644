/**
 * SHA-256, as 64 lowercase hexadecimal digits: the same that `sha256sum`
 * prints, so that anybody can check an artifact without this program.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { canonical, type Json } from "./json.ts";

/** 64 lowercase hexadecimal digits. */
export type Digest = string & { readonly __digest: unique symbol };

/** Whether a text has the form of a digest. */
export function isDigest(text: string): text is Digest {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The digest of bytes, or of a text's UTF-8 bytes. */
export function digestBytes(bytes: Uint8Array | string): Digest {
  return createHash("sha256").update(bytes).digest("hex") as Digest;
}

/**
 * The digest of a value of one kind. The kind is hashed too, so that a file can
 * never pass for a fingerprint that happens to have the same bytes.
 */
export function digestJson(kind: string, value: Json): Digest {
  return digestBytes(canonical([kind, value]));
}

/** One for all: to allocate it takes longer than to hash a small file. */
const buffer = new Uint8Array(1 << 20);

/**
 * The digest of a file's content, read in pieces of 1 MiB. Synchronous reads:
 * measured 1.5 times as fast as a stream, and no slower in total with two files
 * at once.
 */
export function digestFile(path: string): Digest {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return hash.digest("hex") as Digest;
      hash.update(buffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
