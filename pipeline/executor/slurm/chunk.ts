/**
 * How many instances one job runs, one after the other. Most have a job of their own;
 * but a job costs the cluster and its node some tenths of a second, so short ones
 * share: as many as make a job worth its start, by what they took the last time, or
 * what those of their stage took that have just ended (pilots.ts).
 */
import type { Work } from "../executor.ts";

/** Seconds of work that make a job worth its start, which takes one or two. */
const WORTH = 20;
/** Into no fewer jobs are short instances put: some cluster is this large. */
export const SPREAD = 48;
/** Seconds after which a job begins no other instance: those it has are no short ones. */
export const BUDGET = 60;

/** What is asked about an instance. */
type Short = Pick<Work, "stage" | "resources" | "seconds">;

/** What instances took in this run, by stage. */
export class Durations {
  readonly #known = new Map<string, { count: number; seconds: number }>();

  /** Notes that one took so long. */
  note(stage: string, seconds: number): void {
    const { count, seconds: sum } = this.#known.get(stage) ??
      { count: 0, seconds: 0 };
    this.#known.set(stage, { count: count + 1, seconds: sum + seconds });
  }

  /** What one takes, as far as anybody knows: the last time, or as others of its stage. */
  of({ stage, seconds }: Pick<Short, "stage" | "seconds">): number | undefined {
    const known = this.#known.get(stage);
    return seconds ?? (known && known.seconds / known.count);
  }
}

/** How many share a job. */
export interface Chunk {
  readonly size: number;
  /** What each takes, if the size follows from it; else somebody declared it, or nobody knows. */
  readonly seconds?: number;
}

/**
 * How many of these instances, which ask for the same, one job runs.
 *
 * @param chunk what the configuration says
 * @param queued instances that are in the queue already
 */
export function chunkOf(
  group: readonly Short[],
  chunk: number | undefined,
  durations: Durations,
  queued: number,
): Chunk {
  const declared = declaredChunk(group[0]!, chunk); // no group is empty
  if (declared !== undefined) return { size: declared };
  const known = group.flatMap((one) => durations.of(one) ?? []);
  if (known.length < group.length) return { size: 1 };
  const seconds = known.reduce((sum, one) => sum + one, 0) / known.length;
  const size = Math.min(
    Math.floor(WORTH / seconds),
    Math.floor((queued + group.length) / SPREAD),
  );
  return size > 1 ? { size, seconds } : { size: 1 };
}

/** How many its stage or the configuration says that share a job. */
export function declaredChunk(
  { resources }: Pick<Short, "resources">,
  chunk: number | undefined,
): number | undefined {
  return resources.chunk ?? chunk;
}
