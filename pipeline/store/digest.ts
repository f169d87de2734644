/**
 * SHA-256, as 64 lowercase hexadecimal digits: the same that `sha256sum`
 * prints, so that anybody can check an artifact without this program.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { canonical, type Json } from "../stage/json.ts";

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

/** After so many bytes others have their turn: a tenth of a second. */
const TURN = 1 << 25;

/**
 * The digest of the first `size` bytes of an open file, or of all if it has less;
 * `undefined` if the signal came first. A small file is read at once, with a large
 * one others have their turn in between, and Ctrl-C is heard. `each` sees every
 * piece and where it begins, and must be done with it when it returns.
 */
export async function digestOpen(
  file: number,
  size: number,
  signal: AbortSignal,
  each?: (piece: Uint8Array, at: number) => void,
): Promise<Digest | undefined> {
  const hash = createHash("sha256");
  let turn = TURN;
  for (let at = 0; at < size;) {
    const most = Math.min(buffer.length, size - at);
    const count = readSync(file, buffer, 0, most, null);
    if (count === 0) break;
    const piece = buffer.subarray(0, count);
    hash.update(piece);
    each?.(piece, at);
    at += count;
    if (at < turn) continue;
    turn = at + TURN;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal.aborted) return undefined;
  }
  return hash.digest("hex") as Digest;
}
