/**
 * Taking in a file that a stage made: only a plain one, hashed as it is kept, and
 * out of reach of whatever the stage may have left behind.
 *
 * A process that is not gone for certain may have the file open or mapped into its
 * memory, and a second name of it would be another way in. Its content is therefore
 * copied, and the copy is what is hashed. The price is that it is written twice.
 * Where no process can be left, the file itself is taken.
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { Buffer } from "node:buffer";
import { type Digest, digestOpen } from "./digest.ts";
import { openPlain } from "./disk.ts";

/** What became of a file. */
export type Ingested =
  /** Sealed and on the disk, at `path`: to be given its name. */
  | {
    readonly kind: "taken";
    readonly path: string;
    readonly digest: Digest;
    readonly size: number;
  }
  /** There is no plain file of that name. */
  | { readonly kind: "refused" }
  | { readonly kind: "aborted" };

/** Takes in a file; by a copy at `copy` unless it is `sole`: nobody else can have it. */
export async function ingest(
  path: string,
  copy: string,
  sole: boolean,
  signal: AbortSignal,
): Promise<Ingested> {
  const opened = openPlain(path);
  if (!opened) return { kind: "refused" };
  const { file, size, links } = opened;
  try {
    if (!sole || links > 1) return await copied(file, size, copy, signal);
    fchmodSync(file, 0o444);
    const digest = await digestOpen(file, size, signal);
    if (digest === undefined) return { kind: "aborted" };
    fsyncSync(file);
    return { kind: "taken", path, digest, size };
  } finally {
    closeSync(file);
  }
}

async function copied(
  from: number,
  most: number,
  path: string,
  signal: AbortSignal,
): Promise<Ingested> {
  const to = openSync(path, "wx", 0o444);
  let size = 0;
  let done = false;
  try {
    const digest = await digestOpen(from, most, signal, (piece, at) => {
      size = at + piece.length;
      if (!isEmpty(piece)) write(to, piece, at);
    });
    if (digest === undefined) return { kind: "aborted" };
    ftruncateSync(to, size);
    fchmodSync(to, 0o444); // whatever the umask is
    fsyncSync(to);
    done = true;
    return { kind: "taken", path, digest, size };
  } finally {
    closeSync(to);
    if (!done) rmSync(path, { force: true });
  }
}

const zeros = new Uint8Array(1 << 20);

/** A file with holes, tens of gigabytes by name, keeps them. */
function isEmpty(piece: Uint8Array): boolean {
  return piece[0] === 0 && piece.length <= zeros.length &&
    Buffer.compare(piece, zeros.subarray(0, piece.length)) === 0;
}

function write(file: number, piece: Uint8Array, at: number): void {
  for (let done = 0; done < piece.length;) {
    done += writeSync(file, piece, done, piece.length - done, at + done);
  }
}
