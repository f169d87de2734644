/**
 * Writes a ZIP whose bytes depend on names and contents alone: members stored in
 * the order of their names' bytes, all at 1980-01-01 00:00 and mode 0644. The
 * folder of the sources has an entry, since the crate describes it.
 * Deflate would differ between versions of the runtime, and DOS times are local.
 */
import { createWriteStream, openSync } from "node:fs";
import { closeSync, fsyncSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Piece } from "./release.ts";
import { compareBytes } from "./container.ts";
import { CODE } from "./layout.ts";

const OPTIONS = {
  compress: false,
  forceDosTimestamp: true,
  // Local time, as yazl reads it: a time in UTC would not exist west of Greenwich.
  mtime: new Date(1980, 0, 1),
  mode: 0o100644,
} as const;

/** What is used of yazl, which has no types. */
interface ZipFile {
  readonly outputStream: NodeJS.ReadableStream;
  addFile(path: string, name: string, options: typeof OPTIONS): void;
  addEmptyDirectory(name: string, options: object): void;
  addBuffer(bytes: Uint8Array, name: string, options: typeof OPTIONS): void;
  end(): void;
  on(event: "error", listener: (error: Error) => void): void;
}

/** Writes the pieces to a new file, durably; memory does not grow with them. */
export async function pack(
  pieces: ReadonlyMap<string, Piece>,
  path: string,
): Promise<void> {
  const { default: yazl } = await import("yazl");
  const { Buffer } = await import("node:buffer");
  const zip: ZipFile = new yazl.ZipFile();
  const output = createWriteStream(path, { flags: "wx", mode: 0o644 });
  const failed = new Promise<never>((_, reject) => zip.on("error", reject));
  const written = pipeline(zip.outputStream, output);
  const entries: (readonly [string, Piece | undefined])[] = [...pieces];
  if (entries.some(([name]) => name.startsWith(CODE))) {
    entries.push([CODE, undefined]);
  }
  for (
    const [name, piece] of entries.sort(([a], [b]) => compareBytes(a, b))
  ) {
    if (!piece) {
      const { forceDosTimestamp, mtime } = OPTIONS;
      zip.addEmptyDirectory(name, { forceDosTimestamp, mtime, mode: 0o040755 });
    } else if (piece.kind === "file") zip.addFile(piece.path, name, OPTIONS);
    else zip.addBuffer(Buffer.from(piece.text), name, OPTIONS);
  }
  zip.end();
  await Promise.race([written, failed]);
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
