/** What all instances of a run have in common. */
import type { SharedCache } from "../cache/shared.ts";
import type { Code } from "../code/code.ts";
import type { Executor } from "../executor/executor.ts";
import type { Instance } from "../graph/graph.ts";
import type { Digest } from "../store/digest.ts";
import type { StatCache } from "../store/stat.ts";
import type { Store } from "../store/store.ts";
import type { Report } from "./event.ts";
import type { Seat } from "./seat.ts";
import type { Workdirs } from "./workdir.ts";

/** What is needed to run any instance. */
export interface RunContext {
  readonly root: string;
  readonly store: Store;
  readonly workdirs: Workdirs;
  readonly code: (instance: Instance) => Code | undefined;
  readonly stat: StatCache;
  /** The digest that a file of the project had when it was planned with. */
  readonly file: (path: string) => Digest | undefined;
  readonly require: "deno" | "kernel";
  /** What runs an instance. */
  readonly executor: (instance: Instance) => Executor;
  /** The most cores that an instance can come to have. */
  readonly cores: (instance: Instance) => number;
  /** How often an instance may begin anew whose machine was taken from it. */
  readonly retries: number;
  /** What an instance took the last time. */
  readonly seconds: (instance: Instance) => number | undefined;
  /** Milliseconds that only go forward, slower while instances share cores. */
  readonly clock: () => number;
  /** A cache that is shared with others. */
  readonly cache: SharedCache | undefined;
  /** Instances whose results from a cache are made here once more, and compared. */
  readonly recheck: ReadonlySet<string>;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** The cores of the instance that runs. */
  readonly seat: Seat;
}
