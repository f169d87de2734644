/**
 * What an archive is made from: the published run, what the project says of
 * itself, and the files. Everything that is written about them is a function of
 * this and of nothing else: no clock, no machine, no locale.
 */
import type { JsonObject } from "../stage/json.ts";
import type { Material } from "./material.ts";
import type { Lock } from "../published/lock.ts";
import type { Again } from "../project/project.ts";
import type { Publication } from "../project/publication.ts";

/** A file of an archive: a text that we write, or a file that is copied. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string };

/** What is known of the sources besides their bytes. */
export interface Sources {
  /** Those that may be executed, by path: a ZIP does not keep it, and their identifier needs it. */
  readonly executables: readonly string[];
  /**
   * The paths in which they differ from the last commit; none if they are its
   * tree. Missing where there is no Git, so that nobody knows.
   */
  readonly differences?: readonly string[];
}

/**
 * What an archive says of itself that neither its record nor its sources do:
 * `params/release.json`. Plain JSON: the verifier makes every document again from it.
 */
export interface Statement {
  readonly publication: Publication;
  readonly sources: Sources;
  /** Deno's version. */
  readonly deno: string;
  /** The datasets' files are in it. */
  readonly data: boolean;
  /** The packages that are in it, and the system that they are for: `linux-x64`. */
  readonly vendor?: {
    readonly system: string;
    readonly packages: readonly Package[];
  };
  /** What is made again from level 3 on. */
  readonly levels: readonly Pick<Again, "help">[];
  /** The variable that says where the data is. */
  readonly mirror?: string;
  /** The artifact with the verdicts. */
  readonly verdicts?: string;
  /** The artifact that a person reads. */
  readonly page?: string;
  /** What is missing; only a draft may have any. */
  readonly missing: readonly string[];
  /** What stages say of their results, such as a quoted number that is another now. */
  readonly remarks: readonly Remark[];
  /** What runs take, by stage. */
  readonly memory: { readonly [stage: string]: number };
}

/** What a stage says of its result. */
interface Remark {
  readonly instance: string;
  readonly message: string;
}

/** A package that an archive brings along. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Its tarball's name. */
  readonly file: string;
  /** As its package.json says; missing where nobody knows. */
  readonly license?: string;
}

/** One release of a project: all that its archive's documents are made from. */
export interface Release extends Statement, Material {
  readonly run: Lock;
  /** `swh:1:dir:…` of the sources. */
  readonly code: string;
}

/** When the last instance of the published run ended: the release's date. */
export function releaseDate({ run }: Release): string {
  const last = Object.values(run.instances).map(({ made }) => made).sort().at(
    -1,
  );
  return (last ?? "1970-01-01").slice(0, 10);
}

/** The time that the whole run took on one core, in seconds. */
export function totalSeconds({ run }: Release): number {
  return Object.values(run.instances)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}

/** The largest memory that an instance may use, in MiB. */
export function peakMemory({ memory }: Release): number {
  return Math.max(0, ...Object.values(memory));
}

/** The machine of the published run in words. */
export function machineText({ machine }: { machine: JsonObject }): string {
  return `${machine.cpu}, ${machine.cores} cores, ${machine.memory_mib} MiB, ` +
    `${machine.os} ${machine.arch}`;
}

/**
 * What a reader should know of the sources, as a sentence: whether anybody else
 * can have the tree that their identifier names.
 */
export function sourcesText({ sources: { differences } }: Statement): string {
  if (!differences) {
    return "they were no Git checkout, so it is not known whether they were ever published as this tree";
  }
  if (differences.length === 0) {
    return "they are the tree of a Git commit, so Software Heritage has them where it has that commit";
  }
  const shown = differences.slice(0, 5).join(", ");
  const rest = differences.length - 5;
  return `they differ from their last Git commit, so nobody else has this tree: ${shown}` +
    (rest > 0 ? `, and ${rest} more` : "");
}

/** Where the sources are for everybody; missing where that cannot be. */
export function sourcesUrl(
  { code, sources: { differences } }: Release,
): string | undefined {
  return differences?.length === 0
    ? `https://archive.softwareheritage.org/${code}`
    : undefined;
}
