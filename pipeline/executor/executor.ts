/**
 * Where instances run. An executor only executes: it is given one instance with all
 * that its process may touch, and gives back how that ended and the private folder
 * that it left. What is to run is decided, and what came out is hashed, recorded and
 * published, by the engine alone (run/execution.ts). So whatever an executor runs
 * twice, or loses sight of, cannot publish anything.
 */
import type { Failure, Result } from "../failure.ts";
import type { Confinement } from "../sandbox/confinement.ts";
import type { ProcessEnd } from "../sandbox/start.ts";
import type { Resources } from "../stage/declaration.ts";
import type { Message } from "../stage/task.ts";
import type { Digest } from "../store/digest.ts";

/** A file of the project that the process reads where it is, as it was planned with. */
export interface GivenFile {
  readonly path: string;
  /** `null` if there was none. */
  readonly digest: Digest | null;
  /** Inode and time of change, see `StatCache.state`. */
  readonly state: string;
}

/** One instance, ready to run in the folder that `open` gave. */
export interface Work {
  readonly confinement: Confinement;
  readonly fingerprint: Digest;
  readonly stage: string;
  readonly resources: Resources;
  readonly given: readonly GivenFile[];
  /** What it declares to depend on that the engine cannot see, such as a CPU's name. */
  readonly machine: boolean;
  /** It can go on from a checkpoint. */
  readonly resumes: boolean;
  /** It shares a job with nobody: one that shared it took too much. */
  readonly alone: boolean;
  /** What it took the last time, in seconds. */
  readonly seconds: number | undefined;
}

/** Where an instance of a queue stands. */
export interface Standing {
  readonly kind: "standing";
  /** `held`: until others of its stage have shown how long they take. */
  readonly state: "held" | "submitting" | "waiting" | "running" | "unreachable";
  /** What the queue calls it: `1234_5`. */
  readonly job?: string;
  readonly node?: string;
  /** Its place among the waiting jobs of this run, from 1. */
  readonly position?: number;
  /** The queue's own word for why it waits: `Resources`. */
  readonly reason?: string;
  /** How many instances its job runs, one after the other, if there are others. */
  readonly sharers?: number;
  /** What each is expected to take, in seconds, if that is why they share one. */
  readonly each?: number;
}

/** An instance at work. */
export interface Running {
  /** What it says and where it stands, in order; ends before `ended` resolves. */
  readonly messages: AsyncIterable<Message | Standing>;
  readonly ended: Promise<Ended>;
  /** Tells it how many cores it has now; where it has the same from beginning to end there is nothing to tell. */
  readonly tell?: (cores: number) => void;
}

/** How an instance ended. */
export type Ended =
  | ProcessEnd & {
    /** The private folder with its outputs. */
    readonly folder: string;
    /** What it took where it ran, without waiting. */
    readonly seconds?: number;
    /** A command line before that of the sandbox, to run it again where it ran. */
    readonly before?: string;
  }
  /** The machine was taken from it, through no fault of its own: it may run again. */
  | {
    readonly kind: "lost";
    readonly failure: Failure;
    /** It was at work; one that never began costs nothing. */
    readonly begun: boolean;
    /** A time limit took it, which would take it again. */
    readonly time: boolean;
    /** What it left, with the last lines of what was said there. */
    readonly folder: string;
    readonly tail: readonly string[];
  };

/** Runs instances somewhere. */
export interface Executor {
  /** The private folder for an instance; empty, or that of its job that is at work already. */
  open(stage: string, fingerprint: Digest, sole: boolean): string;
  /** Starts an instance. Aborting the signal ends it, unless somebody else waits for it. */
  start(
    work: Work,
    signal: AbortSignal,
  ): Result<Running> | Promise<Result<Running>>;
  /**
   * Takes back the folder that `open` gave, when what counts in it is in the store.
   * `sole`: no process can be left that may write there.
   */
  close(folder: string, sole: boolean): void;
}
