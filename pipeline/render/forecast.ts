/** How far a whole run is, and how long it will still take. */
import type { Event } from "../run/event.ts";
import type { Planned } from "../plan/decision.ts";
import type { Total } from "./running.ts";

/** What is known of one instance, in seconds. */
interface Work {
  /** From the last time, or the mean of its stage, or of all. */
  readonly expected: number;
  readonly known: boolean;
  /** From 0 to 1. */
  share: number;
  /** What it will have taken, going by how it goes now. */
  projected: number | undefined;
  /** Until its end, when that was last heard of. */
  remaining: number;
  at: number;
  ended: boolean;
}

/**
 * Follows a run. The prediction from history is corrected by how things go this
 * time: with twice the steps, all that is still to come takes twice as long.
 */
export class Forecast {
  readonly #work = new Map<string, Work>();

  constructor(
    plan: readonly Planned[],
    private readonly predicted: number | undefined,
    private readonly began: number,
  ) {
    const all = mean(plan);
    for (const [, members] of Map.groupBy(plan, ({ stage }) => stage)) {
      const usual = mean(members) ?? all ?? 1;
      for (const { instance, seconds } of members) {
        this.#work.set(instance, {
          expected: seconds ?? usual,
          known: seconds !== undefined,
          share: 0,
          projected: undefined,
          remaining: 0,
          at: began,
          ended: false,
        });
      }
    }
  }

  /** What an instance took the last time, if it ever ran. */
  expected(instance: string): number | undefined {
    const work = this.#work.get(instance);
    return work?.known ? work.expected : undefined;
  }

  /** Takes an event in. */
  note(event: Event, now: number): void {
    if (event.kind !== "progress" && event.kind !== "ended") return;
    const work = this.#work.get(event.instance);
    if (!work) return;
    work.at = now;
    if (event.kind === "progress") {
      const { progress: { done, total }, elapsed, remaining } = event;
      work.share = Math.max(0, Math.min(1, done / Math.max(1, total)));
      if (remaining === undefined) return;
      work.remaining = remaining;
      work.projected = elapsed + remaining;
    } else {
      work.ended = true;
      work.share = 1;
      work.remaining = 0;
      work.projected = event.outcome.kind === "built"
        ? event.outcome.seconds
        : undefined;
    }
  }

  /** How far it is. */
  total(now: number): Total {
    let [whole, done, judged, projected, longest, ended] = [0, 0, 0, 0, 0, 0];
    for (const work of this.#work.values()) {
      const size = Math.max(0.05, work.expected);
      whole += size;
      done += size * work.share;
      if (work.ended) ended++;
      if (work.projected !== undefined) {
        judged += size;
        projected += work.projected;
      }
      const left = work.remaining - (now - work.at);
      if (!work.ended) longest = Math.max(longest, left);
    }
    const share = whole > 0 ? done / whole : 1;
    const pace = judged > 0 ? projected / judged : 1;
    const remaining = this.predicted === undefined
      ? undefined
      : Math.max(longest, this.predicted * (1 - share) * pace);
    return {
      done: ended,
      of: this.#work.size,
      share,
      elapsed: now - this.began,
      remaining,
    };
  }
}

function mean(plan: readonly Planned[]): number | undefined {
  const known = plan.flatMap(({ seconds }) =>
    seconds === undefined ? [] : [seconds]
  );
  if (known.length === 0) return undefined;
  return known.reduce((sum, one) => sum + one, 0) / known.length;
}
