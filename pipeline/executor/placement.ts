/** Which instances go to a cluster, and which stay beside the engine. */
import type { Declaration } from "../stage/declaration.ts";

/** Seconds that all instances of a stage may take together to be quicker than a queue. */
const QUICK = 10;

/**
 * Whether an instance waits in a queue. What its declaration says counts; else what
 * connects to hosts stays here, since few nodes reach them, and what is known to be
 * quicker than a queue.
 *
 * @param seconds what all instances of its stage that run took the last time; missing if nobody knows
 */
export function queues(
  { place, permissions, resources }: Declaration,
  seconds: number | undefined,
): boolean {
  if (place !== undefined) return place === "job";
  if ((permissions?.net ?? []).length > 0) return false;
  if ((resources?.gpu ?? 0) > 0) return true;
  return seconds === undefined || seconds > QUICK;
}
