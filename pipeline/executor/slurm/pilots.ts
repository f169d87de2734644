/**
 * Instances of a large map of which nobody knows how long they take: a few go first,
 * each in a job of its own, and the others wait until those have shown it, or for
 * half a minute. A thousand short ones so become some dozens of jobs, and long ones
 * hardly begin later.
 */
import { declaredChunk, type Durations, SPREAD } from "./chunk.ts";
import type { Job } from "./job.ts";

/** How many go first. */
const PILOTS = 12;
/** Fewer than this would not share jobs anyway. */
const MANY = PILOTS + 2 * SPREAD;
/** Milliseconds that the others wait. */
const HOLD = 30_000;

/** Those that wait for others of their stage. */
export class Pilots {
  readonly #held = new Map<string, Job[]>();
  readonly #durations: Durations;
  readonly #chunk: number | undefined;
  readonly #release: (jobs: readonly Job[]) => void;

  /**
   * @param chunk what the configuration says
   * @param release is given those that have waited
   */
  constructor(
    durations: Durations,
    chunk: number | undefined,
    release: (jobs: readonly Job[]) => void,
  ) {
    this.#durations = durations;
    this.#chunk = chunk;
    this.#release = release;
  }

  /** Those that go now; the others are released later. */
  admit(jobs: readonly Job[]): readonly Job[] {
    return [...Map.groupBy(jobs, ({ work }) => work.stage)]
      .flatMap(([stage, group]) => this.#admit(stage, group));
  }

  #admit(stage: string, group: readonly Job[]): readonly Job[] {
    const unknown = group.filter(({ work, alone }) =>
      !alone && declaredChunk(work, this.#chunk) === undefined &&
      this.#durations.of(work) === undefined
    );
    const held = this.#held.get(stage);
    if (held === undefined && unknown.length < MANY) return group;
    // From all over the map: neighbours may be alike.
    const every = Math.floor(unknown.length / PILOTS);
    const first = held ? [] : unknown.filter((_, at) => at % every === 0)
      .slice(0, PILOTS);
    const going = new Set([
      ...group.filter((one) => !unknown.includes(one)),
      ...first,
    ]);
    const waiting = group.filter((one) => !going.has(one));
    for (const job of waiting) job.tell({ kind: "standing", state: "held" });
    if (held) held.push(...waiting);
    else {
      this.#held.set(stage, waiting);
      this.#watch(stage, first);
    }
    return [...going];
  }

  /** Releases the others when all that went first have ended, or for so long have not. */
  #watch(stage: string, first: readonly Job[]): void {
    const release = () => {
      clearTimeout(timer);
      const held = this.#held.get(stage);
      if (!held) return;
      this.#held.delete(stage);
      for (const { over } of first) {
        if (!over) this.#durations.note(stage, HOLD / 1000);
      }
      this.#release(held);
    };
    const timer = setTimeout(release, HOLD);
    Promise.all(first.map(({ ended }) => ended)).then(release);
  }
}
