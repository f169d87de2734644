/**
 * Receiving from a cache what may be anything: no more bytes than were promised, no
 * slower than a slow line, and of an object only the content that its name says.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fsync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import type { Digest } from "../store/digest.ts";
import type { Kept } from "../store/record.ts";
import { type Incoming, Trouble } from "./transport.ts";

/** Bytes a second: whoever is slower is taken for dead. */
const SLOWEST = 16 * 1024;

/** The pieces of what comes in: at most `most` bytes, and never slower than a slow line. */
async function* pieces(
  { body, size }: Incoming,
  most: number,
  patience: number,
): AsyncGenerator<Uint8Array> {
  const tooMuch = new Trouble(
    `it sent more than ${most} bytes where that is all there can be`,
  );
  if (size !== undefined && size > most) {
    await body.cancel().catch(() => {});
    throw tooMuch;
  }
  const reader = body.getReader();
  let [total, window, began] = [0, 0, performance.now()];
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), patience);
      if (done) return;
      total += value.length;
      window += value.length;
      if (total > most) throw tooMuch;
      yield value;
      const now = performance.now();
      if (now - began < patience) continue;
      if (window < SLOWEST * (now - began) / 1000) {
        throw new Trouble("it sends too slowly", true);
      }
      [window, began] = [0, now];
    }
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (!(error instanceof Error)) throw error;
    // Whatever a connection can break by.
    throw new Trouble("the connection broke off");
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A promise's value, or that nobody answers. */
async function within<Value>(
  promise: Promise<Value>,
  milliseconds: number,
): Promise<Value> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Trouble("it does not go on sending", true)),
    milliseconds,
  );
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** A text of at most so many bytes. */
export async function receiveText(
  incoming: Incoming,
  most: number,
  patience: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces(incoming, most, patience)) {
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** Content of at most so many bytes, written to a new file as it comes: what arrived. */
export async function receiveFile(
  incoming: Incoming,
  most: number,
  path: string,
  patience: number,
): Promise<Kept> {
  const hash = createHash("sha256");
  const file = openSync(path, "wx", 0o600);
  let whole = false;
  let size = 0;
  try {
    for await (const piece of pieces(incoming, most, patience)) {
      hash.update(piece);
      for (let at = 0; at < piece.length;) {
        at += writeSync(file, piece, at, piece.length - at, null);
      }
      size += piece.length;
    }
    fchmodSync(file, 0o444);
    await promisify(fsync)(file);
    whole = true;
    return { digest: hash.digest("hex") as Digest, size };
  } finally {
    closeSync(file);
    if (!whole) rmSync(path, { force: true });
  }
}

/** An object, in a new file that is gone again if it is not what its name says. */
export async function receiveObject(
  incoming: Incoming,
  { digest, size }: Kept,
  path: string,
  patience: number,
): Promise<void> {
  const arrived = await receiveFile(incoming, size, path, patience);
  if (arrived.size === size && arrived.digest === digest) return;
  rmSync(path);
  throw new Trouble(
    arrived.size < size
      ? `it sent ${arrived.size} of ${size} bytes of an object`
      : "what it sent is not what its name says",
  );
}
