/** What a project brings along: the contract between the engine and `main.ts`. */
import type { Result } from "../failure.ts";
import type { Pipeline } from "../stage/declaration.ts";
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
   * Files and folders, absolute or relative to the root, from which the graph is
   * made: configuration and declarations. While they are untouched, so is the graph.
   */
  readonly sources: readonly string[];
  /** Options of the command line that stand for a setting: `engine`. */
  readonly shorthands: { readonly [option: string]: string };
  /** What is said of it when it is published; without it, nothing ever is. */
  readonly publication?: (config: Config) => Publication;
  /** Judges the claims of an archive. */
  readonly judge?: () => Promise<Judge>;
  /** Another place for the store and the artifacts than below the root. */
  readonly place?: string;
}

/** What the command line says about the configuration. */
export interface Overlays {
  readonly profile?: string;
  readonly set: readonly string[];
}
