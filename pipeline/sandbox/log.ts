/** The log of one process: all of it in a file, its end in memory. */
import type { Failure } from "../failure.ts";
import { storageFailure } from "./storage.ts";

/** How many lines of the end are kept. */
const TAIL = 20;

/** Lines in the order in which they came. */
export class Log {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  readonly #tail: string[] = [];
  #failure: Failure | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#file = Deno.openSync(path, {
      create: true,
      write: true,
      truncate: true,
    });
  }

  /** Adds a line. A full disk does not stop the process whose log it is. */
  line(text: string): void {
    this.#tail.push(text);
    if (this.#tail.length > TAIL) this.#tail.shift();
    if (this.#failure) return;
    const bytes = this.#encoder.encode(text + "\n");
    try {
      for (let at = 0; at < bytes.length;) {
        at += this.#file.writeSync(bytes.subarray(at));
      }
    } catch (error) {
      this.#failure = storageFailure(error, "write the log", this.#path);
      if (this.#failure === undefined) throw error;
    }
  }

  /** The last lines. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Why the log is not whole, if it is not. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  close(): void {
    this.#file.close();
  }
}
