/** Ends jobs that nobody waits for. */
import { delay, now } from "./clock.ts";
import type { Job } from "./job.ts";
import { call } from "./programs.ts";
import { isActive, queue } from "./queue.ts";

/** Numbers for one call of scancel. */
const MANY = 200;
/** Seconds that cancelled jobs are given to end. */
const DYING = 8;

/** Cancels jobs; one that cannot be reached finds its ticket gone. */
export async function cancel(jobs: readonly Job[]): Promise<void> {
  const ids = [...new Set(jobs.flatMap(({ id }) => id ?? []))];
  for (let at = 0; at < ids.length; at += MANY) {
    const some = ids.slice(at, at + MANY);
    const said = await call("scancel", some);
    if (!said.ok && said.failure.kind === "slurm-silent") return;
    // A program that may go on for its grace has nobody to do it for.
    await call("scancel", ["--signal=KILL", "--full", ...some]);
  }
}

/**
 * Waits a moment until cancelled jobs have ended: one that is about to die still
 * writes into the folder that is to be removed.
 */
export async function gone(jobs: readonly Job[]): Promise<void> {
  const ids = new Set(jobs.flatMap(({ id }) => id ?? []));
  if (ids.size === 0) return;
  const end = now() + DYING;
  for (let pause = 0.1; now() < end; pause *= 2) {
    const said = await queue();
    if (!said.ok) return;
    if (!said.value.some(({ id, state }) => ids.has(id) && isActive(state))) {
      return;
    }
    await delay(pause);
  }
}
