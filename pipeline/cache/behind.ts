/**
 * Work that goes on behind a run's back: begun at once, so many at a time, waited for
 * at the end, and not for ever.
 */
import { TRANSFERS } from "./side.ts";

/** A queue of work that may be left undone. */
export class Behind {
  readonly #waiting: (() => Promise<unknown>)[] = [];
  readonly #working = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();

  /** Fires when there is no time left. */
  get over(): AbortSignal {
    return this.#stop.signal;
  }

  /** Adds work; it must not throw. */
  add(act: () => Promise<unknown>): void {
    this.#waiting.push(act);
    this.#work();
  }

  #work(): void {
    while (this.#working.size < TRANSFERS && !this.over.aborted) {
      const next = this.#waiting.shift();
      if (!next) return;
      const working = next().finally(() => {
        this.#working.delete(working);
        this.#work();
      });
      this.#working.add(working);
    }
  }

  /**
   * Waits until all is done, at most so many milliseconds and until the signal; how
   * much is left undone.
   */
  async flush(milliseconds: number, signal?: AbortSignal): Promise<number> {
    const stop = () => this.#stop.abort();
    const timer = setTimeout(stop, milliseconds);
    signal?.addEventListener("abort", stop);
    try {
      while (this.#working.size > 0 && !this.over.aborted) {
        await Promise.race([...this.#working, aborted(this.over)]);
      }
      return this.#waiting.length + this.#working.size;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Breaks off whatever goes on. */
  close(): void {
    this.#waiting.length = 0;
    this.#stop.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
