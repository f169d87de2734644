/**
 * What the engine tells the world while it works. It prints nothing itself:
 * a renderer is a function of these, and so is a test.
 */
import type { Configuration } from "../artifacts/configuration.ts";
import type { Failure } from "../failure.ts";
import type { Planned, Reason } from "../plan/decision.ts";
import type { Comparison } from "../published/comparison.ts";
import type { Verdict } from "../stage/declaration.ts";
import type { Progress } from "../stage/task.ts";
import type { Digest } from "../store/digest.ts";
import type { CacheOrigin, Origin } from "../store/record.ts";

/** How an instance ended. */
export type Outcome =
  | { readonly kind: "reused" }
  | {
    readonly kind: "restored";
    readonly artifacts: readonly string[];
    /** It was brought from a cache. */
    readonly from?: CacheOrigin;
  }
  | { readonly kind: "built"; readonly seconds: number }
  | {
    readonly kind: "failed";
    readonly failure: Failure;
    /** The end of the stage's log, and where all of it is. */
    readonly log: { readonly tail: readonly string[]; readonly path: string };
    /** The command that runs it again by hand, in the same sandbox. */
    readonly rerun: string;
  }
  | { readonly kind: "skipped"; readonly blocker: string };

/** How many instances ended in which way. */
export type Counts = { readonly [outcome in Outcome["kind"]]: number };

/** Whose files `artifacts/` holds, where that is not what one expects anyway. */
export interface Folder {
  readonly holds: Configuration;
  /** The configuration that was asked for, if the folder holds another. */
  readonly wanted?: Configuration;
  /** The configuration whose files this run replaced. */
  readonly replaced?: Configuration;
  /**
   * How many instances would have to run to have the files that are not there:
   * those that were replaced, or those that are wanted; missing if nobody knows.
   */
  readonly cost?: number;
  /** Files of earlier runs among these, and of how many. */
  readonly earlier?: {
    readonly files: number;
    readonly of: number;
    readonly runs: readonly string[];
  };
}

/** Where results come from which nobody made here; missing without any. */
export type Origins = readonly OriginCount[];

/** How many results have one origin. */
export type OriginCount =
  /** An archive, by its root digest. */
  | { readonly archive: string; readonly instances: number }
  /** A cache, by who made them; `made` is of the last. */
  | CacheOrigin & { readonly instances: number };

/** How many results come from where. */
export function originsOf(
  results: Iterable<{ readonly from?: Origin }>,
): { readonly origins?: Origins } {
  const all = Array.from(results).flatMap(({ from }) => from ?? []);
  if (all.length === 0) return {};
  const groups = Map.groupBy(
    all,
    (from) =>
      "archive" in from
        ? from.archive
        : [from.cache, from.who, from.where, from.key].join("\0"),
  );
  return {
    origins: Array.from(groups.values(), (same): OriginCount => {
      const last = same.reduce((last, one) =>
        "made" in last && "made" in one && one.made > last.made ? one : last
      );
      return { ...last, instances: same.length };
    }),
  };
}

/** What happened, in the order in which it did. */
export type Event =
  /** Before a long run: the types of these modules, whose code has changed. */
  | { readonly kind: "checking"; readonly modules: readonly string[] }
  | {
    readonly kind: "planned";
    readonly plan: readonly Planned[];
    /** The predicted time of all that will or may run, in seconds, if of each it is known. */
    readonly seconds?: number;
    /** The predicted time without those of which nothing is known, if there are any. */
    readonly least?: number;
    /** The cores that it is predicted for. */
    readonly cpus?: number;
    readonly origins?: Origins;
  }
  | {
    readonly kind: "started";
    readonly instance: string;
    readonly because: Reason;
  }
  /** Another run is at it already; this one shows its progress and uses its result. */
  | {
    readonly kind: "attached";
    readonly instance: string;
    readonly pid: number;
  }
  /** Where it stands in a cluster's queue. */
  | {
    readonly kind: "queued";
    readonly instance: string;
    /** `held`: until others of its stage have shown how long they take. */
    readonly state:
      | "held"
      | "submitting"
      | "waiting"
      | "running"
      | "unreachable";
    /** What the queue calls it. */
    readonly job?: string;
    readonly node?: string;
    /** Its place among the waiting jobs of this run, from 1. */
    readonly position?: number;
    /** Why it waits, in the queue's own word. */
    readonly reason?: string;
    /** How many instances its job runs, one after the other, if there are others. */
    readonly sharers?: number;
    /** What each is expected to take, in seconds, if that is why they share one. */
    readonly each?: number;
  }
  | {
    readonly kind: "progress";
    readonly instance: string;
    readonly progress: Progress;
    /** Since the instance started, in seconds. */
    readonly elapsed: number;
    /** Per second, over the last moments. */
    readonly rate?: number;
    /** Until its end, in seconds. */
    readonly remaining?: number;
    /** Cores that it has now, if it is more than its own. */
    readonly cores?: number;
  }
  | {
    readonly kind: "warned";
    readonly instance: string;
    readonly message: string;
  }
  /** Contents come from a shared cache, before anything runs: of so many results, at most so many bytes. */
  | {
    readonly kind: "bringing";
    readonly cache: string;
    readonly instances: number;
    readonly bytes: number;
  }
  /** A shared cache is in trouble; the run goes on without what it does not give. */
  | { readonly kind: "cache"; readonly message: string }
  | {
    readonly kind: "ended";
    readonly instance: string;
    readonly outcome: Outcome;
    /** Outcome's kind once more, flat, for tools that read JSON lines. */
    readonly result: Outcome["kind"];
    /** What this took when it ran, if it did not run now: the time saved. */
    readonly saved?: number;
    /** Its artifacts by path: what they hold, by digest. Not in the folder before the run's end. */
    readonly artifacts?: { readonly [path: string]: Digest };
  }
  | {
    readonly kind: "finished";
    readonly success: boolean;
    readonly seconds: number;
    readonly counts: Counts;
    /** Results that stand in for something that could not be had. */
    readonly provisional: readonly {
      readonly instance: string;
      readonly reason: string;
    }[];
    readonly origins?: Origins;
    readonly verdicts: readonly Verdict[];
    /** With the published run, if there is one and everything ended well. */
    readonly comparison?: Comparison;
    /** Paths of the artifacts, relative to the project's root. */
    readonly artifacts: readonly string[];
    readonly folder?: Folder;
  }
  /** The user stopped the run; what had ended by then is kept. */
  | {
    readonly kind: "interrupted";
    readonly seconds: number;
    readonly counts: Counts;
    /** How many instances did not come to an end. */
    readonly left: number;
    readonly folder?: Folder;
  };

/** Receives events; must not throw and should return at once. */
export type Report = (event: Event) => void;
