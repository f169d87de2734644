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
    if (last && done < last.done) points.length = 0;
    points.push({ at, done });
    while (points.length > 2 && at - points[1]!.at > WINDOW) points.shift();
    const first = points[0]!;
    if (at - first.at <= 0 || done <= first.done) return { elapsed };
    const rate = (done - first.done) / (at - first.at);
    return { elapsed, rate, remaining: Math.max(0, (total - done) / rate) };
  }
}
