/**
 * The contract of a stage, as seen from inside its process: what it is given,
 * and what it may say.
 */
import type { Point } from "./declaration.ts";
import type { JsonObject } from "./json.ts";

/** What a stage's default export receives. */
export interface Task<Params = JsonObject, Hints = JsonObject> {
  readonly params: Params;
  readonly hints: Hints;
  readonly point: Point;
  /** Absolute path of a single input. */
  input(name: string): string;
  /** Absolute paths of an input declared with `every`, ordered by point. */
  inputs(
    name: string,
  ): readonly { readonly point: Point; readonly path: string }[];
  /** Absolute path where an output is to be written. */
  output(name: string): string;
  /** The furthest checkpoint that fits, if there is one. */
  readonly checkpoint: Checkpoint | undefined;
  /**
   * Says how far the work is. Cheap; call it as often as convenient: of many calls
   * about ten a second are told, and always the last one.
   */
  progress(progress: Progress): void;
  /**
   * Hands a complete checkpoint to the engine, which moves it into the store:
   * the file must lie in the private folder (`scratch`), and is gone from there
   * afterwards.
   */
  keep(checkpoint: Checkpoint): void;
  /** A private folder, empty at the start. */
  readonly scratch: string;
  /**
   * Threads that should compute now, this one among them, asked anew each time: up to the
   * `threads` of its declaration while nobody else wants their cores. What it makes must not
   * depend on it.
   */
  readonly cores: number;
  /**
   * The threads that there are beside this one: at most one less than declared, and
   * none where the machine has but one core. Each can run once what the stage's module
   * exports as `thread`. They use no core until then.
   */
  readonly threads: readonly ThreadStart[];
  /** Tells the user something that does not stop the stage. */
  warn(message: string): void;
  /**
   * Tells the user something about the result that has to be known wherever it is
   * used: it is kept with the result and told again in every later run.
   */
  remark(message: string): void;
  /**
   * Says that the result is a stand-in for what could not be had. It is used in
   * this run and not believed in the next, which tries again.
   */
  provisional(reason: string): void;
}

/** The state of a stage at a position along its `resume.along` parameter. */
export interface Checkpoint {
  readonly position: number;
  readonly path: string;
}

/** How far a stage is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is counted, in the plural: `images`, `bytes`. */
  readonly unit: string;
  /** Numbers worth seeing on the way, in the order to be shown: `{ step: 3, error: 0.0123 }`. */
  readonly values?: { readonly [name: string]: number };
}

/** A stage: the default export of its module. */
export type Run<Params = JsonObject, Hints = JsonObject> = (
  task: Task<Params, Hints>,
) => void | Promise<void>;

/**
 * Starts what runs in a thread: the export `thread` of the stage's module, with a copy of what
 * is given, of which only a `SharedArrayBuffer` is the same memory on both sides. Resolves
 * when that is done, rejects with what it throws. The thread is gone with the stage.
 */
export type ThreadStart = (given: unknown) => Promise<void>;

/**
 * A failure that the user can do something about: it is shown in these words,
 * without a stack. Any other error is a bug and shown with its stack.
 */
export class StageError extends Error {
  override readonly name = "StageError";
  constructor(
    /** The action that failed. */
    readonly what: string,
    /** The state that was found. */
    readonly seen?: string,
    /** The next step. */
    readonly hint?: string,
  ) {
    super(what);
  }
}

/** What a stage's process tells the engine: one of these a line, after `RECORD_SEPARATOR`. */
export type Message =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint }
  | { readonly kind: "warning"; readonly message: string }
  | { readonly kind: "remark"; readonly message: string }
  | { readonly kind: "provisional"; readonly reason: string }
  | {
    readonly kind: "failed";
    readonly what: string;
    readonly seen?: string;
    readonly hint?: string;
  };

/** Begins a line that is a message (RFC 7464); every other line is the stage's log. */
export const RECORD_SEPARATOR = "\x1e";
