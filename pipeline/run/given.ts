/**
 * Whether what an instance is given stays as it is while its process runs.
 *
 * The process reads the files of the project themselves. A file that was another
 * one for a moment has its old content again and another state: the kernel's time
 * of change cannot be put back. Nobody knows then what the process has read.
 *
 * Rejected: giving it copies. Modules import each other, and packages, by where
 * they are, and messages would name files that nobody can open.
 */
import type { Digest } from "../store/digest.ts";
import type { StatCache } from "../store/stat.ts";

/** A file, with the digest that was planned with; `null` if there was none. */
export interface Given {
  readonly path: string;
  readonly digest: Digest | null;
  /** The folder that it may not lead out of. */
  readonly within?: string;
}

/** Files by what became of them. */
export interface Changed {
  /** Their content is not what was planned with. */
  readonly edited: readonly string[];
  /** Their content is what it was, and may have been another meanwhile. */
  readonly touched: readonly string[];
}

/** Some files, watched from the moment in which this is made. */
export class GivenFiles {
  readonly #watched: readonly (Given & { readonly state: string })[];

  constructor(given: readonly Given[], private readonly stat: StatCache) {
    this.#watched = given.map((one) => ({
      ...one,
      state: stat.state(one.path),
    }));
  }

  /** What has changed until now. */
  changed(): Changed {
    const edited: string[] = [];
    const touched: string[] = [];
    for (const { path, digest, within, state } of this.#watched) {
      if ((this.stat.digest(path, within) ?? null) !== digest) {
        edited.push(path);
      } else if (this.stat.state(path) !== state) touched.push(path);
    }
    return { edited, touched };
  }
}
