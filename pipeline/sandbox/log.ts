/**
 * Writes the log of one process to a file, and keeps its end in memory. Of a flood
 * the file has the beginning, the end, and how many lines are missing in between.
 */
import type { Failure } from "../failure.ts";
import { diskFailure } from "../store/disk.ts";

/** How many lines of the end are kept. */
const TAIL = 20;

/** What V8 says before it gives up, of Deno and of Node; a long stack comes after it. */
const FATAL = /^(?:# Fatal |FATAL ERROR: )/;

/** How much of the beginning is in the file, in UTF-16 units: about its bytes. */
export const BEGINNING = 1 << 24;

/** Lines in the order in which they came. */
export class Log {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  readonly #tail: string[] = [];
  #failure: Failure | undefined;
  #fatal: string | undefined;
  #unwritten = "";
  #length = 0;
  /** How many lines came after the beginning. */
  #after = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = Deno.openSync(path, {
      create: true,
      write: true,
      truncate: true,
    });
  }

  /** Adds a line, to be written by `flush`: a flood has millions of them. */
  line(text: string): void {
    this.#tail.push(text);
    if (this.#tail.length > TAIL) this.#tail.shift();
    if (FATAL.test(text)) this.#fatal = text.replace(/^# /, "");
    if (this.#length < BEGINNING) {
      this.#unwritten += text + "\n";
      this.#length += text.length + 1;
    } else this.#after++;
  }

  /** Writes the lines. A full disk does not stop the process whose log it is. */
  flush(): void {
    const bytes = this.#encoder.encode(this.#unwritten);
    this.#unwritten = "";
    if (this.#failure) return;
    try {
      for (let at = 0; at < bytes.length;) {
        at += this.#file.writeSync(bytes.subarray(at));
      }
    } catch (error) {
      this.#failure = diskFailure(`Cannot write the log ${this.#path}`, error);
      if (this.#failure === undefined) throw error;
    }
  }

  /** The last lines. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Why V8 gave up, if it did. */
  get fatal(): string | undefined {
    return this.#fatal;
  }

  /** Why the log is not whole, if it is not. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Writes the end, too, and nothing more. */
  close(): void {
    const missing = this.#after - TAIL;
    if (missing > 0) this.#unwritten += `… ${missing} lines are left out …\n`;
    if (this.#after > 0) {
      const end = this.#tail.slice(-this.#after);
      this.#unwritten += end.map((text) => text + "\n").join("");
    }
    this.flush();
    this.#file.close();
  }
}
