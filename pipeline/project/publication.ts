/**
 * What a project says of itself when it is published. The engine knows nothing
 * of papers: all that an archive says about one is here, filled from the
 * configuration.
 */
import type { Json } from "../stage/json.ts";
import type { Pipeline, Verdict } from "../stage/declaration.ts";

/** Who answers for the work. */
export type Author = Person | Organisation;

/** A group that signs as such: its name is one, with no part that is a family's. */
interface Organisation {
  readonly name: string;
  readonly given?: undefined;
}

interface Person {
  readonly name?: undefined;
  readonly given: string;
  readonly family: string;
  readonly affiliation?: string | undefined;
  /** `0000-0002-1825-0097` */
  readonly orcid?: string | undefined;
}

/** Data that somebody else made, by reference. */
export interface Dataset {
  readonly name: string;
  readonly description: string;
  /** Where a person reads about it. */
  readonly page: string;
  readonly citation: string;
  /** What is known of its licence, in words: it is not ours to grant. */
  readonly terms: string;
  /** Its SPDX identifier, where one is commonly given. */
  readonly license?: string;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly urls: readonly string[];
  }[];
}

/** Somebody else's work that is a part of the results. */
interface Carried {
  /** With its version, if it has one. */
  readonly name: string;
  readonly holder: string;
  /** An SPDX identifier. */
  readonly license: string;
  readonly page: string;
  /** Where it is, and what is said of it there. */
  readonly where: string;
}

/** All that is said. */
export interface Publication {
  /** Lower case, for file names. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** An SPDX identifier. */
  readonly license: string;
  readonly keywords: readonly string[];
  readonly authors: readonly Author[];
  /** The paper whose results these are, if there is one. */
  readonly paper?: {
    readonly author: string;
    readonly venue: string;
    readonly year: number;
  };
  readonly repository?: string | undefined;
  readonly datasets: readonly Dataset[];
  readonly carried?: readonly Carried[];
  /** Media types of artifacts by extension, besides the common ones. */
  readonly formats?: { readonly [extension: string]: string };
  /** The artifact with the measured numbers, if something is measured. */
  readonly metrics?: string;
  /**
   * Parameters that say how something is computed and not what: two runs that
   * differ in them alone are compared, number by number.
   */
  readonly means: readonly string[];
  /** The module that declares the stages, relative to the root. */
  readonly workflow: string;
  /** Files and folders of the source, relative to the root. */
  readonly sources: readonly string[];
  /** The file with the settings, in TOML, relative to the root: its comments describe them. */
  readonly configuration?: string;
  /** The claims, as the configuration has them. */
  readonly claims: readonly Json[];
  /**
   * The module, relative to the root, that exports the functions of a `Judge`. It
   * is packed into the archive's own verifier, so it imports nothing but types and
   * modules of its own. Without it, there are no claims.
   */
  readonly judge?: string;
}

/** What a project knows of its own archives. Pure functions. */
export interface Judge {
  /**
   * Judges claims from the artifacts as an archive has them: by path under
   * `artifacts/`, JSON already parsed.
   */
  readonly verdicts: (
    claims: readonly Json[],
    artifacts: { readonly [path: string]: Json },
  ) => readonly Verdict[];
  /** What artifacts say of themselves against the record: a sentence for each contradiction. */
  readonly findings?: (
    record: Recorded,
    read: (path: string) => Uint8Array,
    source: (path: string) => Uint8Array,
  ) => readonly string[];
  /**
   * The configuration that the sources have, resolved as the record says that the
   * machine did. With it, a record is held against what the project declares.
   */
  readonly experiment?: (
    read: (source: string) => Uint8Array,
    recorded: Json,
  ) => Json;
  /** What the project declares under a configuration. */
  readonly pipeline?: Pipeline<never>;
  /** What is said of the project under a configuration. */
  readonly publication?: (experiment: never) => Publication;
}

/** What an archive's record says. */
export interface Recorded {
  /** The resolved configuration. */
  readonly experiment: Json;
  /** Which instance made an artifact, by path. */
  readonly artifacts: {
    readonly [path: string]: { readonly instance: string };
  };
  /** What an instance was made from. */
  readonly instances: {
    readonly [id: string]: {
      readonly facts: { readonly [fact: string]: Json };
    };
  };
  /** The SHA-256 of the files of all datasets. */
  readonly data: readonly string[];
}

/** The judge of a project without claims. */
export const NO_CLAIMS: Judge = { verdicts: () => [] };
