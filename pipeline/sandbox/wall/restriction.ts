/** What a program may do behind a kernel wall: in words that are the same for every wall. */

/** One path, or a folder with all below it. */
export interface Rule {
  readonly path: string;
  /**
   * `list` is the names in folders and no file's content; `run` is read and
   * execute; `write` is everything but device nodes; `device`
   * is read, write and ioctl.
   */
  readonly access: "list" | "read" | "run" | "write" | "device";
}

/** A program to become, and all that it may do from then on. */
export interface Restriction {
  readonly rules: readonly Rule[];
  /** Folders in which rights, owners and times of files may be changed. */
  readonly writable: readonly string[];
  /** There is no network unless this is set. */
  readonly net: boolean;
  readonly gpu: boolean;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
}
