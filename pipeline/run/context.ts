/** What all instances of a run have in common. */
import type { Code } from "../code/code.ts";
import type { Instance } from "../graph/graph.ts";
import type { Digest } from "../store/digest.ts";
import type { StatCache } from "../store/stat.ts";
import type { Store } from "../store/store.ts";
import type { Report } from "./event.ts";
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
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Tells that an instance's process has ended well: its cores are free. */
  readonly release: () => void;
}
