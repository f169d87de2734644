/** What a kernel wall lets through: paths, and what may be done to them. */

/** One path, or a folder with all below it. */
export interface Rule {
  readonly path: string;
  /**
   * `run` is read and execute; `write` is everything but device nodes; `device`
   * is read, write and ioctl.
   */
  readonly access: "read" | "run" | "write" | "device";
}
