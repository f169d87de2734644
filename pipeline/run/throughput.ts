/**
 * How fast something goes: the rate over the last moments, and the time until
 * it is done.
 */
import type { Progress } from "../stage/task.ts";

/** Seconds over which the rate is taken: long enough to be steady, short enough to follow. */
const WINDOW = 5;

/** The throughput of one instance, from what it says of its progress. Times are in seconds, on any clock that only goes forward. */
export class Throughput {
  readonly #points: { at: number; done: number }[] = [];
  #first: { readonly at: number; readonly done: number } | undefined;
  #last: {
    readonly at: number;
    readonly done: number;
    readonly total: number;
  } = { at: 0, done: 0, total: 0 };

  constructor(private readonly started: number) {}

  /** Notes how far it is, and says what follows from that. */
  note(
    { done, total }: Progress,
    at: number,
  ): { elapsed: number; rate?: number; remaining?: number } {
    const points = this.#points;
    const elapsed = at - this.started;
    // A stage that begins anew, say with the next mirror, starts a new count.
    const last = points.at(-1);
    if (last && done < last.done) {
      points.length = 0;
      this.#first = undefined;
    }
    this.#first ??= { at, done };
    this.#last = { at, done, total };
    points.push({ at, done });
    while (points.length > 2 && at - points[1]!.at > WINDOW) points.shift();
    const first = points[0]!;
    if (at - first.at <= 0 || done <= first.done) return { elapsed };
    const rate = (done - first.done) / (at - first.at);
    return { elapsed, rate, remaining: Math.max(0, (total - done) / rate) };
  }

  /**
   * The seconds that went into what is counted, without those to start and to end: going
   * by its mean rate, for all that was counted of a `share` of the whole, which stands at
   * the end of the count. Unknown where it was told at one moment only.
   */
  working(share: number): number | undefined {
    const [first, last] = [this.#first, this.#last];
    if (!first || last.done <= first.done || last.at <= first.at) return;
    const begin = last.total * (1 - share);
    // Some count all of the work, some what is left of it.
    const counted = last.total - (first.done >= begin ? begin : 0);
    return counted * (last.at - first.at) / (last.done - first.done);
  }
}
