/** What a project brings along: the contract between the engine and `main.ts`. */
import type { Result } from "../failure.ts";
import type { Pipeline } from "../stage/declaration.ts";
import type { Json } from "../stage/json.ts";
import type { Finding } from "./finding.ts";
import type { Judge, Publication } from "./publication.ts";

/** What a project brings along; the rest is the engine's. */
export interface Project<Config> {
  /** Absolute path. */
  readonly root: string;
  /** The Deno version that it is made for: `2.9.6`. */
  readonly deno: string;
  readonly pipeline: Pipeline<Config>;
  /** Reads the configuration. Pure but for the one file. */
  readonly configure: (overlays: Overlays) => Promise<Result<Config>>;
  readonly sandbox: (config: Config) => "deno" | "kernel";
  /**
   * What the same file says of the executors, which is no part of the experiment:
   * where something runs changes no result. Without it, their defaults count.
   */
  readonly executor?: (overlays: Overlays) => Promise<Result<object>>;
  /** What the same file says of a cache shared with others; without it, there is none. */
  readonly cache?: (overlays: Overlays) => Promise<Result<object>>;
  /**
   * Files and folders, absolute or relative to the root, from which the graph is
   * made: configuration and declarations. While they are untouched, so is the graph.
   */
  readonly sources: readonly string[];
  /** Options of the command line that stand for a setting. */
  readonly shorthands: readonly Shorthand[];
  /** What the doctor looks at besides what any project needs. */
  readonly examine?: (overlays: Overlays) => AsyncIterable<Finding>;
  /** What settings stand for on this machine, and why, for `status --verbose`. */
  readonly standing?: (overlays: Overlays) => AsyncIterable<Finding>;
  /** Examples of command lines, by command, besides those of any project. */
  readonly examples?: { readonly [command: string]: readonly Example[] };
  /** The artifact that a person reads: a page of HTML, which `--open` opens. */
  readonly page?: string;
  /**
   * The variable of the environment that names a folder or an address where the
   * data is looked for first: so an archive's own data reaches its own code.
   */
  readonly mirror?: string;
  /** Files of others that the configuration names by their digests, for `pin`. */
  readonly pins?: {
    /** The configuration, relative to the root. */
    readonly configuration: string;
    readonly load: () => Promise<{
      /** The files that its tables name, checked as far as this takes. */
      readonly named: (
        table: { readonly [key: string]: unknown },
      ) => Result<readonly Named[]>;
    }>;
  };
  /** What of an archived run is made again from level 3 on; by default everything. */
  readonly levels?: readonly Again[];
  /** Says where two versions of an artifact differ whose bytes tell a reader nothing. */
  readonly difference?: () => Promise<Difference>;
  /** What is said of it when it is published; without it, nothing ever is. */
  readonly publication?: (config: Config) => Publication;
  /** Judges an archive; without it, there are no claims. */
  readonly judge?: () => Promise<Judge>;
  /** What a new paper can be made from, besides a copy of the project. */
  readonly templates?: readonly Template[];
  /** Another place for the store and the artifacts than below the root. */
  readonly place?: string;
}

/** What a new paper is made from: files of its own, and the engine. */
export interface Template {
  readonly name: string;
  readonly help: string;
  /** Folders of its files, relative to the root, a later one over an earlier one. */
  readonly folders: readonly string[];
  /** Of a template without folders, the project's own files. */
  readonly files?: readonly string[];
}

/** The template that every project has: a copy of itself. */
export const THIS: Template = {
  name: "this",
  help: "a copy of this very study",
  folders: [],
};

/** A file of others. */
export interface Named {
  /** The path of its table in the configuration, which has `bytes` and `sha256`. */
  readonly keys: readonly string[];
  /** By which several are asked for. */
  readonly group: string;
  /** As sentences say it. */
  readonly title: string;
  readonly pinned: { readonly bytes?: number; readonly sha256?: string };
  /** Fetches it, and looks what it is. */
  readonly look: (
    environment: (name: string) => string | undefined,
  ) => Promise<Result<Seen>>;
}

/** What was found of it. */
interface Seen {
  readonly bytes: number;
  readonly sha256: string;
  /** The place that gave it. */
  readonly from: string;
  /** What it is, in a few words. */
  readonly note: string;
}

/** An option of the command line that stands for a setting: `--speed` for `run.speed`. */
export interface Shorthand {
  readonly option: string;
  readonly setting: string;
  /** What the option sets if it is a switch and takes no value of its own. */
  readonly to?: boolean;
  readonly help: string;
}

/** A command line without `deno task`, and what it does. */
export type Example = readonly [command: string, meaning: string];

/**
 * A level of checking an archive that executes its code: what is made again, and
 * compared with the record. A name is a path, a folder that ends with `/`, or an
 * ending such as `.html`.
 */
export interface Again {
  readonly name: string;
  readonly help: string;
  /** The makers of these artifacts; without this and `after`, all stages. */
  readonly makes?: readonly string[];
  /** What reads from these artifacts, directly or not, and makes none of them. */
  readonly after?: readonly string[];
  /**
   * The project's own look at what the level is about. The archive's code would
   * measure again as it measured before, whatever it measures; this runs with the
   * code of whoever verifies.
   */
  readonly examination?: () => Promise<Examination>;
}

/** What an archive's artifacts really are, against what they say: a sentence for each contradiction. */
export type Examination = (look: Look) => Promise<readonly string[]>;

/** An archive, as its project looks at it. */
export interface Look {
  /** The resolved configuration. */
  readonly experiment: Json;
  /** An artifact's content; throws if there is none. */
  readonly read: (path: string) => Uint8Array<ArrayBuffer>;
  /** The file of the data that has this SHA-256; throws if it is not at hand. */
  readonly data: (sha256: string) => Uint8Array<ArrayBuffer>;
  /** To be awaited now and then: tells how far it is, and throws once somebody has had enough. */
  readonly progress: (done: number, of: number) => Promise<void>;
}

/**
 * The difference between two versions of an artifact in one line; `undefined` if
 * there is nothing to say. Both versions of any artifact can be read, if they are
 * at hand.
 */
export type Difference = (
  path: string,
  was: (path: string) => Uint8Array<ArrayBuffer> | undefined,
  now: (path: string) => Uint8Array<ArrayBuffer> | undefined,
) => string | undefined;

/** What the command line says about the configuration. */
export interface Overlays {
  readonly profile?: string;
  readonly set: readonly string[];
  /** The address of a cache to read from, instead of the one in the configuration. */
  readonly cache?: string;
}

/** The levels of a project's archives that make something again: the first is level 3. */
export function levelsOf(
  { levels }: { readonly levels?: readonly Again[] },
): readonly Again[] {
  return levels ?? [{ name: "all", help: "everything made again" }];
}
