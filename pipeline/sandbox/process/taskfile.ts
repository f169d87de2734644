/** What the engine and the main module of a stage's process agree upon. */
import type { JsonObject } from "../../stage/json.ts";
import type { Point } from "../../stage/declaration.ts";
import type { Checkpoint } from "../../stage/task.ts";

/** The task file: what the engine hands to the process. Paths are absolute. */
export interface TaskFile {
  /** The URL of the stage's module: as a path, it would be read as one. */
  readonly module: string;
  readonly params: JsonObject;
  readonly hints: JsonObject;
  readonly point: Point;
  readonly inputs: {
    readonly [name: string]:
      | string
      | readonly { readonly point: Point; readonly path: string }[];
  };
  readonly outputs: { readonly [name: string]: string };
  readonly scratch: string;
  readonly checkpoint: Checkpoint | null;
}

/** The exit code of a stage that left before its function returned. */
export const EARLY_EXIT = 70;
