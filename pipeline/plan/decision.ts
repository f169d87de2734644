/** What may be decided about an instance, and the reasons there can be to run it. */
import type { Change } from "../store/fingerprint.ts";
import type { CacheOrigin } from "../store/record.ts";

/** Why an instance has to run. */
export type Reason =
  | { readonly kind: "first-run" }
  | { readonly kind: "changed"; readonly changes: readonly Change[] }
  /** It ran, but one of its results is no longer in the store. */
  | { readonly kind: "result-gone"; readonly output: string }
  | { readonly kind: "forced" }
  /** What a cache gave is made here, to be compared. */
  | { readonly kind: "recheck"; readonly who: string }
  /** The last result was a stand-in; the real thing is tried again. */
  | { readonly kind: "provisional"; readonly because: string };

/** What to do about an instance, and why; decide.ts decides. */
export type Decision =
  /** The record fits and its artifacts are in place. */
  | { readonly kind: "reuse" }
  /** The record fits, but these artifacts have to be put (back) in place. */
  | {
    readonly kind: "restore";
    readonly artifacts: readonly string[];
    /** The record is in a cache, from which all of it has to be brought first. */
    readonly from?: CacheOrigin;
  }
  | { readonly kind: "run"; readonly because: Reason }
  /** An input is about to be made again and may come out equal. */
  | { readonly kind: "maybe"; readonly upstream: readonly string[] };

/** One instance in a plan. */
export interface Planned {
  readonly instance: string;
  readonly stage: string;
  readonly title: string;
  readonly decision: Decision;
  /** What it is predicted to take, in seconds, if it or one like it ever ran. */
  readonly seconds?: number;
  /** The time is an estimate: scaled, of another instance, or made under other facts. */
  readonly about?: true;
  /** The checkpoint that it goes on from: at `position` of `end`, counted in what `along` names. */
  readonly continues?: {
    readonly along: string;
    readonly position: number;
    readonly end: number;
  };
}
