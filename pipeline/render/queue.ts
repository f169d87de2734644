/** Where an instance stands in a cluster's queue, in a few words. */
import type { Event } from "../run/event.ts";
import { roughly } from "../text/quantity.ts";
import { clean } from "../text/visible.ts";

type Queued = Omit<Extract<Event, { kind: "queued" }>, "kind" | "instance">;

/** `waits, no. 3 of ours (Resources)` or `on n2, job 12_3 (of 20, each under 1 s)`. */
export function standing(
  { state, job, node, position, reason, sharers, each }: Queued,
): string {
  const why = reason === undefined ? "" : ` (${clean(reason)})`;
  switch (state) {
    case "held":
      return "waits until others have shown what one takes";
    case "submitting":
      return "goes to the queue";
    case "waiting":
      return position === undefined
        ? `waits in the queue${why}`
        : `waits, no. ${position} of ours${why}`;
    case "running":
      return [
        ...(node === undefined ? [] : [`on ${clean(node)}`]),
        ...(job === undefined ? [] : [`job ${job}${shared(sharers, each)}`]),
      ].join(", ");
    case "unreachable":
      return `the cluster does not answer${why}: waiting`;
  }
}

/** How many share a job, and why. */
function shared(sharers: number | undefined, each: number | undefined): string {
  if (sharers === undefined) return "";
  return each === undefined
    ? ` (of ${sharers})`
    : ` (of ${sharers}, each ${each < 1 ? "under" : "about"} ${roughly(each)})`;
}
