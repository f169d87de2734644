/**
 * A clock that goes as fast as a process does: while more processes run than there are
 * cores, each has a part of one. What an instance takes by it is what it would take with a
 * core of its own, so that predictions do not grow with what ran beside.
 */
export class CoreClock {
  readonly #cores: number;
  readonly #now: () => number;
  #pace = 1;
  /** When the pace last changed, by `now`, and what this clock showed then. */
  #since: number;
  #shown = 0;

  /** @param now milliseconds that only go forward */
  constructor(cores: number, now: () => number = () => performance.now()) {
    this.#cores = cores;
    this.#now = now;
    this.#since = now();
  }

  /** Tells that processes now want so many cores. */
  occupy(wanted: number): void {
    this.#shown = this.read();
    this.#since = this.#now();
    this.#pace = Math.min(1, this.#cores / wanted);
  }

  /** Milliseconds. */
  read(): number {
    return this.#shown + (this.#now() - this.#since) * this.#pace;
  }
}
