/** From which checkpoint an instance goes on: decided once, for the plan and for the run. */
import type { Instance } from "../graph/graph.ts";
import type { Checkpoint } from "../stage/task.ts";
import type { Digest } from "../store/digest.ts";
import { type Facts, fingerprint } from "../store/fingerprint.ts";
import type { Store } from "../store/store.ts";
import { factKey } from "../stage/names.ts";

/** A checkpoint that an instance goes on from, and where its end is. */
export interface Continuation {
  /** The parameter along which it continues. */
  readonly along: string;
  readonly checkpoint: Checkpoint;
  readonly end: number;
}

/** The furthest checkpoint that fits an instance whose facts are all known. */
export function continuation(
  instance: Instance,
  facts: Facts,
  store: Store,
): Continuation | undefined {
  const { resume, params } = instance.declaration;
  const prefix = prefixFingerprint(instance, facts);
  const end = resume && params?.[resume.along];
  if (!resume || !prefix || typeof end !== "number") return undefined;
  const checkpoint = store.checkpoint(prefix, end);
  return checkpoint && { along: resume.along, checkpoint, end };
}

/** The part that is left to do, from 0 to 1. */
export function shareLeft(from: Continuation | undefined): number {
  if (!from || from.end <= 0) return 1;
  return Math.max(0, 1 - from.checkpoint.position / from.end);
}

/**
 * What a checkpoint is kept under: all facts but the parameter along which the
 * instance can be continued.
 */
export function prefixFingerprint(
  { declaration: { resume } }: Instance,
  facts: Facts,
): Digest | undefined {
  if (!resume) return;
  const { [`param ${factKey(resume.along)}`]: _, ...rest } = facts;
  return fingerprint(rest);
}
