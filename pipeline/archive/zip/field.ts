/** Pieces of a ZIP: bytes that have to be there, numbers, names. */
import { readSync } from "node:fs";
import { Refused } from "../container.ts";

/** So many bytes from a place on; throws `Refused`, naming `what`, if the file ends before. */
export function exactly(
  file: number,
  at: number,
  length: number,
  what: string,
): Uint8Array<ArrayBuffer> {
  if (at < 0 || !Number.isSafeInteger(at + length)) {
    throw new Refused(`${what} is nowhere`);
  }
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  if (done < length) throw new Refused(`${what} is cut off`);
  return bytes;
}

/** An 8-byte number; throws `Refused` for one that no file has. */
export function number(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Refused(`absurd: a size of ${value} bytes`);
  }
  return Number(value);
}

/** A name; throws `Refused` for one that is no UTF-8. */
export function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refused("a name is no UTF-8");
  }
}
