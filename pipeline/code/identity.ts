/** The code of a stage as the other rooms see it: facts, files and packages. */
import type { Digest } from "../store/digest.ts";
import type { Json } from "../stage/json.ts";

/** The code of one stage. */
export interface Code {
  /**
   * `code stages/draw/stage.ts` for a module's default export or all of it,
   * `code stages/draw/axis.ts#ticks` for one export, `code stages/x.ts (loading)`
   * for what loading it does, `npm sharp@0.35.5` → integrity.
   */
  readonly facts: { readonly [fact: string]: Json };
  /** The local modules that it loads, absolute, sorted. */
  readonly files: readonly string[];
  /**
   * These and all else that says what they mean (settings of Deno, import maps),
   * byte for byte, when this was read; `null` for what was not there.
   */
  readonly bytes: { readonly [path: string]: Digest | null };
  /** The real folders of the npm packages that it reaches, absolute, sorted. */
  readonly packages: readonly string[];
  /** Its process may read the modules, too: a worker loads them in no other way. */
  readonly readable: boolean;
}

/** A module to be read, relative to the root. Its default export is the stage. */
export interface Entry {
  readonly module: string;
  /** Native code may be loaded: packages for this system alone are facts, too. */
  readonly native: boolean;
}
