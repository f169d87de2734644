/**
 * Holds the messages of a process until its one reader takes them. Whoever reads late does not
 * hold up the process, and a process that says too much does not fill the
 * engine's memory: of much progress only the newest waits, and of the rest a
 * limited number is taken.
 */
import type { Message } from "../stage/task.ts";

/** How many messages other than progress are taken from one process. */
export const MOST = 1000;

/** How many messages may wait before progress is left out. */
export const AHEAD = 100;

/** @template Other what is told beside them, of which only the newest waits, too */
export class Mailbox<Other extends { readonly kind: string } = never>
  implements AsyncIterable<Message | Other> {
  #waiting: (Message | Other)[] = [];
  #taken = 0;
  #refused = 0;
  #closed = false;
  /** Wakes the reader. */
  #wake = Promise.withResolvers<void>();

  /** Adds a message; false if it is one too many. */
  put(message: Message | Other): boolean {
    if (message.kind === "progress" || message.kind === "standing") {
      const late = this.#waiting.length > AHEAD;
      if (late && this.#waiting.at(-1)?.kind === message.kind) {
        this.#waiting.pop();
      }
    } else if (message.kind !== "failed" && ++this.#taken > MOST) {
      this.#refused++;
      return false;
    }
    this.#waiting.push(message);
    this.#wake.resolve();
    return true;
  }

  /** Nothing more will come, but for a word about what was not taken. */
  close(): void {
    if (this.#refused > 0) {
      this.#waiting.push({
        kind: "warning",
        message:
          `it said ${this.#refused} more things than the ${MOST} that are told; its log has them`,
      });
    }
    this.#closed = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message | Other, void, void> {
    while (true) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      const waiting = this.#waiting;
      this.#waiting = [];
      yield* waiting;
      if (this.#closed && this.#waiting.length === 0) return;
    }
  }
}
