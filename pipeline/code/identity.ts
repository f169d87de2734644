/** The code of a stage, as the rest of the program sees it. */
import type { Digest } from "../digest.ts";
import type { Json } from "../json.ts";
import type { StatCache } from "../stat.ts";

/** The code of one stage. */
export interface Code {
  /**
   * `code stages/train.ts` for a module's default export or all of it,
   * `code stages/train/step.ts#adam` for one export, `code stages/x.ts (loading)`
   * for what loading it does, `npm sharp@0.35.5` → integrity.
   */
  readonly facts: { readonly [fact: string]: Json };
  /** The local modules that it loads, absolute, sorted. */
  readonly files: readonly string[];
  /** Their digests, byte for byte, when this was read. */
  readonly digests?: readonly Digest[];
  /** The real folders of the npm packages that it reaches, absolute, sorted. */
  readonly packages: readonly string[];
}

/** A module to be read, relative to the root. Its default export is the stage. */
export interface Entry {
  readonly module: string;
  /** Native code may be loaded: packages for this system alone are facts, too. */
  readonly native: boolean;
}

/** The files of a stage's code that have been edited since it was read. */
export function edited(
  { files, digests = [] }: Code,
  stat: StatCache,
): string[] {
  return files.filter((path, index) =>
    digests[index] !== undefined && stat.digest(path) !== digests[index]
  );
}
