/** What the engine hands to the process of a stage, and how that says that it left early. */
import type { JsonObject } from "../../stage/json.ts";
import type { Point } from "../../stage/declaration.ts";
import type { Checkpoint } from "../../stage/task.ts";

/** What one instance is given. Paths are absolute. */
export interface Given {
  readonly params: JsonObject;
  readonly hints: JsonObject;
  readonly point: Point;
  /** A path each; an input declared with `every` has one for each point. */
  readonly inputs: {
    readonly [name: string]:
      | string
      | readonly { readonly point: Point; readonly path: string }[];
  };
}

/** The task file, in which a stage's process finds all that it is given. */
export interface TaskFile extends Given {
  readonly outputs: { readonly [name: string]: string };
  readonly scratch: string;
  readonly checkpoint: Checkpoint | null;
  /** The file that says how many cores it has now; it may change while it is read. */
  readonly cores: string;
  /** Threads to be opened. */
  readonly threads: number;
  /** Modules that may be read until the threads have loaded them. */
  readonly modules: readonly string[];
}

/** The exit code of a stage that left before its function returned. */
export const EARLY_EXIT = 70;
