/**
 * A cache in a folder that several people see: `cas/<sha256>` and `ac/<fingerprint>`,
 * as a web server would serve them. Whose it is, and what lies there, is not ours to
 * say: no link is followed, nothing is waited for, and a file gets its name complete.
 */
import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  read,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf, openPlain } from "../store/disk.ts";
import {
  type Incoming,
  type Key,
  type Outgoing,
  type Transport,
  Trouble,
} from "./transport.ts";

const PIECE = 1 << 20;

/** A cache in a folder. */
export class Folder implements Transport {
  readonly unlisted = undefined;

  constructor(readonly name: string, readonly path: string) {}

  get(key: Key): Promise<Incoming | undefined> {
    return this.#try(() => {
      const opened = openPlain(join(this.path, key));
      if (!opened) {
        // To lack one thing is not to be missing.
        this.#check();
        return undefined;
      }
      const { file, size } = opened;
      return { size, body: stream(file) };
    });
  }

  has(key: Key): Promise<boolean> {
    return this.#try(() => {
      const opened = openPlain(join(this.path, key));
      if (opened) closeSync(opened.file);
      return opened !== undefined;
    });
  }

  put(key: Key, content: Outgoing, signal: AbortSignal): Promise<void> {
    return this.#try(async () => {
      this.#check();
      const place = join(this.path, key);
      mkdirSync(join(place, ".."), { recursive: true });
      const part = `${place}.${randomUUID()}.part`;
      try {
        await write(part, content, signal);
        // What has the name already goes: whoever reads it has it open.
        renameSync(part, place);
      } finally {
        rmSync(part, { force: true });
      }
    });
  }

  /** Says that something was used, for whoever prunes by age. */
  touch(key: Key): void {
    const now = new Date();
    try {
      utimesSync(join(this.path, key), now, now);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
    }
  }

  #check(): void {
    if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory()) return;
    throw new Trouble(
      existsSync(this.path) ? "it is no folder" : "there is no such folder",
      true,
    );
  }

  /** Does something with the disk, whose errors are trouble. */
  async #try<Value>(act: () => Value | Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      throw new Trouble((error as Error).message, true);
    }
  }
}

/** The content of an open file, read by another thread: a network may be behind it. */
function stream(file: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let open = true;
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  return new ReadableStream({
    pull(controller) {
      const piece = Buffer.alloc(PIECE);
      return new Promise((resolve, reject) =>
        read(file, piece, 0, PIECE, null, (error, count) => {
          if (error) {
            close();
            reject(error);
          } else if (count === 0) {
            close();
            controller.close();
            resolve();
          } else {
            controller.enqueue(new Uint8Array(piece.buffer, 0, count));
            resolve();
          }
        })
      );
    },
    cancel: close,
  }, { highWaterMark: 0 });
}

async function write(
  path: string,
  content: Outgoing,
  signal: AbortSignal,
): Promise<void> {
  const to = openSync(path, "wx", 0o644);
  try {
    if (content.kind === "text") {
      writeAll(to, new TextEncoder().encode(content.text));
    } else {
      const from = openSync(content.path, "r");
      try {
        const piece = new Uint8Array(PIECE);
        for (;;) {
          const count = readSync(from, piece, 0, PIECE, null);
          if (count === 0) break;
          writeAll(to, piece.subarray(0, count));
          await new Promise((resolve) => setTimeout(resolve, 0));
          if (signal.aborted) {
            throw new Trouble("there was no time to give it all");
          }
        }
      } finally {
        closeSync(from);
      }
    }
    fchmodSync(to, 0o444);
    fsyncSync(to);
  } finally {
    closeSync(to);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(file, bytes, at, bytes.length - at, null);
  }
}
