/** Where an instance stands in a cluster's queue, in a few words. */
import type { Event } from "../run/event.ts";
import { clean } from "../text/visible.ts";

type Queued = Omit<Extract<Event, { kind: "queued" }>, "kind" | "instance">;

/** `waits, 3rd in the queue (Resources)` or `on n2, job 12_3`. */
export function standing(
  { state, job, node, position, reason }: Queued,
): string {
  const why = reason === undefined ? "" : ` (${clean(reason)})`;
  switch (state) {
    case "submitting":
      return "goes to the queue";
    case "waiting":
      return position === undefined
        ? `waits in the queue${why}`
        : `waits, no. ${position} of ours${why}`;
    case "running":
      return [
        ...(node === undefined ? [] : [`on ${clean(node)}`]),
        ...(job === undefined ? [] : [`job ${job}`]),
      ].join(", ");
    case "unreachable":
      return `the cluster does not answer${why}: waiting`;
  }
}
