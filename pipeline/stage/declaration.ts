/**
 * The contract of a stage, as seen by who declares one: plain typed data, no
 * running code. The declaration says everything that the engine needs to know,
 * and everything that the stage's process will be allowed to touch.
 */
import type { JsonObject } from "./json.ts";

/** One value on an axis of a matrix. */
export type Coordinate = string | number;

/** A point of a stage's matrix: `{ size: 2, seed: 1 }`. Empty without a matrix. */
export type Point = { readonly [axis: string]: Coordinate };

/**
 * Where a stage runs: axes with their values, of which every combination is a
 * point; or the points themselves. Of those, some may have an axis that others
 * lack, so that a study that grows by an axis keeps the points that it had.
 */
export type Matrix =
  | { readonly [axis: string]: readonly Coordinate[] }
  | readonly Point[];

/** The points of a matrix, of axes the last one fastest. */
export function pointsOf(matrix: Matrix): readonly Point[] {
  return isList(matrix) ? matrix : Object.entries(matrix).reduce<Point[]>(
    (points, [axis, values]) =>
      points.flatMap((point) =>
        values.map((value) => ({ ...point, [axis]: value }))
      ),
    [{}],
  );
}

// `Array.isArray` alone takes no readonly array for an array.
export function isList(matrix: Matrix): matrix is readonly Point[] {
  return Array.isArray(matrix);
}

/** Where an input comes from. Build it with `output`, `every` or `file`. */
export type Input =
  | {
    readonly kind: "output";
    readonly stage: string;
    readonly output: string;
    /** The producer's point; without it, this instance's own on the shared axes. */
    readonly at?: Point;
  }
  | {
    readonly kind: "every";
    readonly stage: string;
    readonly output: string;
    /** The producers' points; without them, all. */
    readonly at?: readonly Point[];
  }
  | { readonly kind: "file"; readonly path: string };

/**
 * One output of a stage: by default of the instance at the same point on the
 * axes that both stages have; where several fit, of the one that shares most of
 * them. An axis that only the producer has must be fixed with `at`.
 */
export function output(stage: string, output: string, at?: Point): Input {
  return { kind: "output", stage, output, ...(at && { at }) };
}

/** One output of every instance of a stage, or of those at some points, ordered by point. */
export function every(
  stage: string,
  output: string,
  at?: readonly Point[],
): Input {
  return { kind: "every", stage, output, ...(at && { at }) };
}

/** A file of the project, by its path relative to the project's root. */
export function file(path: string): Input {
  return { kind: "file", path };
}

/**
 * How equal two honest runs of a stage are: the same bits on every machine, the
 * same bits on one class of CPU, or the same numbers within a tolerance.
 */
export type Determinism =
  | { readonly kind: "bits" }
  | { readonly kind: "cpu" }
  | { readonly kind: "numeric"; readonly tolerance: number };

/** One file that a stage leaves behind. */
export interface Output {
  /** Its name in the stage's output folder. */
  readonly file: string;
  /** Where it stands under `artifacts/`; without it, only in the store. */
  readonly artifact?: string;
  /** `bits` unless said otherwise. */
  readonly determinism?: Determinism;
}

/** What executes an instance: a module of ours, or any program. */
export type Runs =
  /** A module, relative to the root, whose default export takes a `Task`. */
  | {
    readonly kind: "module";
    readonly module: string;
    /**
     * Cores that it can make use of where nobody else wants them, its own included:
     * in threads, each of which runs the module's export `thread` (`Task.thread`).
     * What it makes must not depend on how many it gets, so this is no fact.
     */
    readonly threads?: number;
  }
  /**
   * A program with arguments, the first being a name on PATH. `{input NAME}`,
   * `{output NAME}`, `{param NAME}` and `{params}` (a JSON file with all of
   * them) are replaced. `code` lists the files that it executes, relative to
   * the root; each is a fact and readable. `version` prints the interpreter's
   * version, which is a fact instead of the program's bytes. The packages that
   * are installed for a Python or R are facts. Of a version manager's stand-in
   * (pyenv, asdf, …), the program that it means here is run. With an
   * `environment`, the packages that its lock names are all that it can import.
   */
  | {
    readonly kind: "command";
    readonly command: readonly [string, ...string[]];
    readonly code?: readonly string[];
    readonly version?: readonly [string, ...string[]];
    readonly environment?: {
      /** A lock file, relative to the root: for pip, `requirements.txt` with digests. */
      readonly lock: string;
      /**
       * Builds it, for programs other than a Python: `{lock}` and `{folder}` are
       * replaced. `bin` in that folder is the first on PATH, and `{environment}`
       * in the command is the folder.
       */
      readonly build?: readonly [string, ...string[]];
    };
  };

/** What a stage's process may do beyond reading its inputs and writing its outputs. */
export interface Permissions {
  /** Hosts, with or without a port. */
  readonly net?: readonly string[];
  /** npm packages whose native code may be loaded. Makes OS and CPU facts. */
  readonly ffi?: readonly string[];
  /**
   * Absolute files or folders to be read that are no inputs. What is in them is a
   * fact, unless a text in `hints` leads there: a local mirror.
   */
  readonly read?: readonly string[];
  /** Kinds of `Deno` system information, such as `homedir`. */
  readonly sys?: readonly string[];
  /** Variables that are set for the process, with fixed values. They are facts. */
  readonly env?: { readonly [name: string]: string };
}

/** What an instance occupies while it runs. */
export interface Resources {
  /** Cores; 1 unless said otherwise. */
  readonly cpus?: number;
  /** Graphics cards. */
  readonly gpu?: number;
  /** Memory in MiB. */
  readonly memory?: number;
  /** Minutes, for a queue that wants to know; its own default unless said. */
  readonly time?: number;
  /** Short instances that one job of a queue runs, one after the other. */
  readonly chunk?: number;
}

/** The environment variables that a stage asks for, by name. */
export type Environment = { readonly [name: string]: string | undefined };

/** A stage at one point of its matrix, as its declaration describes it. */
export interface Declaration {
  readonly runs: Runs;
  /** Another name by which a person may ask for it, as "Plate 2". No fact. */
  readonly alias?: string;
  /** All of the configuration that exists in the stage's process. */
  readonly params?: JsonObject;
  readonly inputs?: { readonly [name: string]: Input };
  readonly outputs: { readonly [name: string]: Output };
  readonly permissions?: Permissions;
  readonly resources?: Resources;
  /**
   * Where it runs when the others wait in a cluster's queue: `head`, beside the
   * engine, for what is quicker than a queue. What connects to hosts runs there
   * anyway, since few nodes reach them; `job` says that these do.
   */
  readonly place?: "head" | "job";
  /**
   * Where to look, never what to find: mirrors, a folder. Given to the stage,
   * but no fact. Only for stages that check what they find against a digest
   * among their `params`.
   */
  readonly hints?: JsonObject;
  /**
   * Outputs whose content is known beforehand, by digest. Where the store has
   * such a content already, the stage finds its path among its hints, under
   * `stored`, by the output's name.
   */
  readonly pinned?: { readonly [output: string]: string };
  /**
   * The stage reports checkpoints along this numeric parameter, and its state
   * at position n does not depend on the parameter's final value. So 20 steps
   * continue from the end of 10.
   */
  readonly resume?: { readonly along: string };
  /**
   * How much work it is, in a unit of the stage's own: what its time is proportional
   * to, as steps times images. The times of earlier runs are scaled by it in
   * predictions. No fact.
   */
  readonly work?: number;
  /** More facts, for what the engine cannot see: a GPU adapter's name. */
  readonly facts?: JsonObject;
}

/** A stage: its matrix, and what it is at each point. */
export interface Stage<Config> {
  /** Lower case letters, digits and hyphens. */
  readonly name: string;
  /** What it does, in a few words for a person. */
  readonly title: string;
  /** Environment variables that `at` is given. */
  readonly environment?: readonly string[];
  /** Where it runs; without it the stage has one instance. */
  readonly matrix?: (config: Config) => Matrix;
  /** The declaration at one point. Must be a pure function of its arguments. */
  readonly at: (
    config: Config,
    point: Point,
    environment: Environment,
  ) => Declaration;
}

/** An experiment's stages, and what of their results the engine itself reads. */
export interface Pipeline<Config> {
  readonly stages: readonly Stage<Config>[];
  /** Stages that the configuration itself declares. */
  readonly declared?: (config: Config) => readonly Stage<Config>[];
  /** The artifact that holds the verdicts, see `Verdict`. */
  readonly verdicts?: string;
  /** The artifact with everything measured, as JSON: to compare two runs. */
  readonly metrics?: string;
  /** Numbers of it that a table of runs shows unless it is told which: the ends of their names, `*` for anything. */
  readonly headline?: readonly string[];
}

/** One claim and what became of it: the shape of `artifacts/claims.json`. */
export interface Verdict {
  readonly id: string;
  readonly sentence: string;
  readonly verdict: "holds" | "fails" | "not judged";
  readonly evidence: JsonObject;
}
