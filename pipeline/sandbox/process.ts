/**
 * One instance, one process group: started with exactly its permissions,
 * listened to, and judged when it has ended.
 */
import type { Failure, Result } from "../failure.ts";
import type { Message } from "../task.ts";
import type { Confinement, Wall } from "./confinement.ts";

/** A process at work. */
export interface Started {
  readonly pid: number;
  readonly wall: Wall;
  /** What it says, in order; ends before `ended` resolves. To be read by one reader. */
  readonly messages: AsyncIterable<Message>;
  /** Resolves once, never rejects for anything that the stage did. */
  readonly ended: Promise<Ended>;
  /** Sends a signal to the process and all that it started. */
  kill(signal: Deno.Signal): void;
}

/** How a process ended. `done` means: exit 0, and nothing undeclared was touched. */
export type Ended =
  | { readonly kind: "done"; readonly wall: Wall; readonly log: string }
  | {
    readonly kind: "failed";
    readonly failure: Failure;
    readonly wall: Wall;
    readonly log: string;
    readonly tail: readonly string[];
  }
  /** We stopped it: the abort signal, or `kill`. */
  | { readonly kind: "killed"; readonly wall: Wall; readonly log: string };

/**
 * Starts an instance. Aborting the signal ends its whole process group:
 * SIGTERM, and SIGKILL a moment later.
 */
export declare function start(
  confinement: Confinement,
  signal: AbortSignal,
): Promise<Result<Started>>;

/** The shell command that runs it again by hand, in the same sandbox. */
export declare function commandLine(confinement: Confinement): string;
