/**
 * The cores of an instance at work: its own from beginning to end, and more while nobody
 * else wants them. The scheduler gives and takes; the instance is told, and needs not
 * obey at once, since what it makes does not depend on it.
 */
export class Seat {
  #cores: number;
  #tell: ((cores: number) => void) | undefined;
  readonly #now: () => number;
  /** Since when it has that many, by `now`, and what it had beyond its own before. */
  #since: number;
  #extra = 0;

  /**
   * @param own cores that it has in any case
   * @param most cores that it can use
   * @param leave tells the scheduler that its process ended well: only its results are to be kept
   * @param now milliseconds that only go forward
   */
  constructor(
    readonly own: number,
    readonly most: number,
    readonly leave: () => void,
    now: () => number = () => performance.now(),
  ) {
    this.#cores = own;
    this.#now = now;
    this.#since = now();
  }

  /** Cores that it has now. */
  get cores(): number {
    return this.#cores;
  }

  /** Gives it so many cores. */
  give(cores: number): void {
    if (cores === this.#cores) return;
    this.#extra = this.extra();
    this.#since = this.#now();
    this.#cores = cores;
    this.#tell?.(cores);
  }

  /** Nothing is counted or told any more: its process has ended. */
  close(): void {
    this.#tell = undefined;
    this.give(this.own);
  }

  /** Tells an instance how many it has, whenever that changes, and now if it has others than its own. */
  listen(tell: (cores: number) => void): void {
    this.#tell = tell;
    if (this.#cores !== this.own) tell(this.#cores);
  }

  /** What it had beyond its own until now: milliseconds, times cores. */
  extra(): number {
    return this.#extra +
      (this.#now() - this.#since) * (this.#cores - this.own);
  }
}

/**
 * Gives cores that nobody wants to those who can use more, one to each in turn: how many
 * seats get beyond their own, in their order.
 */
export function share(
  spare: number,
  seats: readonly Pick<Seat, "own" | "most">[],
): number[] {
  const given = seats.map(() => 0);
  let left = spare;
  for (let before = NaN; left > 0 && left !== before;) {
    before = left;
    seats.forEach(({ own, most }, at) => {
      if (left <= 0 || own + given[at]! >= most) return; // one for each
      given[at]!++;
      left--;
    });
  }
  return given;
}
