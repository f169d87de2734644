/** How long an instance will take, going by the nearest record that says it. */
import type { Instance } from "../graph/graph.ts";
import type { BuildRecord } from "../store/record.ts";
import { type Continuation, shareLeft } from "./continuation.ts";
import { factKey } from "../stage/names.ts";

/** A prediction. */
interface Estimate {
  readonly seconds: number;
  /** It is scaled, of another instance, or was made under other facts. */
  readonly about: boolean;
}

/** So little of an instance that its time says nothing of the whole. */
export const LITTLE = 0.05;

/** What nothing takes less than, in seconds, if it ever took that long. */
const STARTED = 0.5;

/** Whether a record's time says how long the whole takes. */
export function isTimed({ share = 1 }: BuildRecord): boolean {
  return share >= LITTLE;
}

/**
 * The time of a record, as if it had done all of its work, times how much more the
 * work is now, times the part that a checkpoint leaves to do; but for what it took to
 * start and to end, if its progress told that apart: that remains. A trial on little
 * data, which is little else, would else promise hours.
 */
export function estimate(
  instance: Instance,
  record: BuildRecord,
  { equal, from }: {
    /** Nothing is known to be different. */
    readonly equal: boolean;
    readonly from: Continuation | undefined;
  },
): Estimate {
  const { seconds, working = seconds, share = 1 } = record;
  const left = shareLeft(from);
  // Both had next to nothing to do.
  if (!isTimed(record)) return { seconds, about: true };
  const time = seconds - working +
    working / share * workRatio(instance, record) * left;
  return {
    // To start and to write outputs takes its time, too.
    seconds: Math.max(time, Math.min(seconds, STARTED)),
    about: !equal || left !== share,
  };
}

/**
 * How much more work it is than it was: by what the stage says of itself, else
 * along the parameter by which it continues, else the same.
 */
function workRatio(
  { declaration: { work, resume, params } }: Instance,
  record: BuildRecord,
): number {
  const ratio = (now: unknown, was: unknown) =>
    typeof now === "number" && typeof was === "number" && now > 0 && was > 0
      ? now / was
      : undefined;
  return ratio(work, record.work) ??
    (resume && ratio(
      params?.[resume.along],
      record.facts[`param ${factKey(resume.along)}`],
    )) ?? 1;
}
