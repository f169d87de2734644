/**
 * What becomes of a job, from all that is known of it: what the queue says, what the
 * job itself said, and for how long nothing was heard. One table, without a clock or
 * a file of its own.
 *
 *   the queue says          the job said its end       it did not
 *   waits                   –                          wait; failed if it waits for ever
 *   runs                    believed a minute later    lost if it has been mute for long
 *   OUT_OF_MEMORY           failed, whatever it said,  failed
 *                           unless it was another's
 *   any other end           believed                   COMPLETED: wait a minute, then lost;
 *                                                      taken from it: lost; else failed
 *   nothing                 believed                   alive: wait; else accounting's
 *                                                      word, or lost
 *
 * A controller that was killed may go on calling a job RUNNING that ended long ago,
 * may forget jobs that run, and may give a number of theirs to others. So neither
 * word is enough alone.
 */
import type { Failure } from "../../failure.ts";
import type { EndFile } from "./layout.ts";
import { isActive, isHopeless, type Listed } from "./queue.ts";

/** All that is known of a job. Times are in seconds. */
export interface Known {
  readonly instance: string;
  readonly job: string;
  /** What the queue says now. */
  readonly listed: Listed | undefined;
  /** What it said the round before. */
  readonly before: Listed | undefined;
  /** What accounting says of a job that the queue does not know. */
  readonly accounted: Listed | undefined;
  readonly end: EndFile | undefined;
  /** Since the job said its end. */
  readonly said: number;
  /** Its element of the array runs nothing else. */
  readonly alone: boolean;
  /** Another one that shares its element did not end well. */
  readonly suspect: boolean;
  /** It was ended for its memory, says its log. */
  readonly overrun: boolean;
  /** An execution has begun. */
  readonly begun: boolean;
  /** Since its last sign of life, if it has begun; since it was first called running, if not. */
  readonly mute: number;
  /** Since the queue first called it ended, or did not know it. */
  readonly gone: number;
}

/** What is to be done about a job. */
export type Verdict =
  | { readonly kind: "wait" }
  /** Its own word counts; `stale`: against that of the queue. */
  | { readonly kind: "believe"; readonly stale: boolean }
  | { readonly kind: "failed"; readonly failure: Failure }
  | {
    readonly kind: "lost";
    readonly failure: Failure;
    readonly time: boolean;
  };

/** Longer than a network file system hides what is new. */
const LATENCY = 60;
/** A job shows a sign of life every ten seconds; its node may be busy, or its disk. */
const MUTE = 300;
/** A job that the queue does not know: a controller that starts lists none at first. */
const GRACE = 10;

/** Judges a job. */
export function judge(known: Known): Verdict {
  const { listed, end, said, begun, mute, gone, instance } = known;
  const state = (listed ?? known.accounted)?.state;
  const wait: Verdict = { kind: "wait" };
  const innocent = known.suspect && (end?.end.kind === "done" ||
    end?.end.kind === "failed" && end.end.failure.kind !== "stage-killed");
  if ((state === "OUT_OF_MEMORY" || known.overrun) && !innocent) {
    // Of several, nobody knows whose the memory was: each gets a job of its own,
    // but for those that ended by themselves before the one that did not.
    return known.alone || end?.end.kind === "failed"
      ? failed(memory(known))
      : lost(known, "another instance of its job ran out of memory");
  }
  if (listed === undefined) {
    if (end) return { kind: "believe", stale: false };
    if (gone < GRACE) return wait;
    if (begun && mute < LATENCY) return wait;
    if (state !== undefined && !isActive(state)) return over(known, state);
    return lost(known, "the cluster no longer knows the job");
  }
  if (isActive(listed.state)) {
    if (end) {
      // Slurm needs a moment for what the job has long said.
      return said < LATENCY ? wait : { kind: "believe", stale: true };
    }
    if (listed.state === "PENDING") {
      const hopeless = isHopeless(listed.reason) &&
        known.before?.reason === listed.reason;
      return hopeless ? failed(never(known, listed.reason)) : wait;
    }
    if (/^(RUNNING|COMPLETING)$/.test(listed.state) && mute > MUTE) {
      return lost(
        known,
        `the cluster calls it ${listed.state}, and nothing was heard of it for ` +
          `${Math.round(mute)} s`,
      );
    }
    return wait;
  }
  // Slurm ends a stage's process together with the job's program, or before it.
  const ended = end?.end.kind === "left" ||
    end?.end.kind === "failed" && end.end.failure.kind === "stage-killed";
  if (end && !(ended && TAKEN.has(listed.state))) {
    return { kind: "believe", stale: false };
  }
  return over(known, listed.state);

  /** The job is over and did not say how. */
  function over(known: Known, state: string): Verdict {
    switch (state) {
      case "COMPLETED":
        // It left without a word: its files come late, or there is no such job.
        return gone < LATENCY
          ? wait
          : lost(known, "it ended and left no word of how");
      case "PREEMPTED":
      case "NODE_FAIL":
      case "BOOT_FAIL":
      case "LAUNCH_FAILED":
      case "REVOKED":
        return lost(known, reasons[state] ?? state);
      case "TIMEOUT":
      case "DEADLINE":
        // Of several, no one's time was too short: each gets a job of its own.
        if (!known.alone) {
          return lost(
            known,
            "its job reached the time limit, with others in it",
          );
        }
        return {
          kind: "lost",
          time: true,
          failure: {
            kind: "job-timeout",
            what: `${instance} reached the time limit of its job`,
            seen: `${state} on ${place(known)}`,
            hint: "give the stage more time, in minutes: " +
              "resources: { time: 120 }, or executor.slurm.time",
          },
        };
      case "CANCELLED":
        return failed({
          kind: "job-cancelled",
          what: `The job of ${instance} was cancelled by somebody`,
          seen: `CANCELLED on ${place(known)}`,
          hint: "run again: what had ended by then is kept",
        });
      default:
        // A file that comes late may still say more.
        if (gone < (begun ? LATENCY : GRACE)) return wait;
        return failed({
          kind: "job-failed",
          what: begun
            ? `The job of ${instance} broke off`
            : `The job of ${instance} could not begin`,
          seen: `${state} on ${place(known)}`,
          hint: begun
            ? "look into its log"
            : "see whether the nodes have what the head has: deno task doctor",
        });
    }
  }
}

/** Ends that somebody else made. */
const TAKEN = new Set([
  ...["BOOT_FAIL", "CANCELLED", "DEADLINE", "NODE_FAIL", "PREEMPTED"],
  ...["REVOKED", "TIMEOUT"],
]);

const reasons: { readonly [state: string]: string } = {
  PREEMPTED: "its node was given to somebody with more right (PREEMPTED)",
  NODE_FAIL: "its node failed (NODE_FAIL)",
  BOOT_FAIL: "its node did not start (BOOT_FAIL)",
};

function failed(failure: Failure): Verdict {
  return { kind: "failed", failure };
}

function lost(known: Known, why: string): Verdict {
  return {
    kind: "lost",
    time: false,
    failure: {
      kind: "job-lost",
      what: `The cluster lost the job of ${known.instance}`,
      seen: `${why}; ${place(known)}`,
      hint: "run again; if it stays so, see deno task doctor",
    },
  };
}

function memory(known: Known): Failure {
  return {
    kind: "job-memory",
    what: `${known.instance} ran out of the memory of its job`,
    seen: `OUT_OF_MEMORY on ${place(known)}`,
    hint: "let the stage ask for more, in MiB: resources: { memory: 8000 }",
  };
}

function never(known: Known, reason: string): Failure {
  return {
    kind: "job-never",
    what: `The job of ${known.instance} would wait for ever`,
    seen: `the reason is ${reason}, says Slurm of job ${known.job}`,
    hint: /time/i.test(reason)
      ? "ask for less time, in the stage's resources or executor.slurm.time"
      : "let the stage ask for less, or name another partition: " +
        "executor.slurm.partition (deno task doctor lists their limits)",
  };
}

/** Where a job was, as far as anybody knows. */
function place({ job, end, listed, accounted }: Known): string {
  const node = end?.node ?? (listed?.node || accounted?.node || "");
  return node === "" ? `job ${job}` : `node ${node}, job ${job}`;
}
