/** Where things are in an archive. */

export { MANIFEST } from "./manifest.ts";

/** The RO-Crate's description. */
export const CRATE = "ro-crate-metadata.json";
/** The claims with their verdicts and how to check them. */
export const CLAIMS = "claims.json";
/** The published run: results.lock.json as it was. */
export const RUN = "logs/run.json";
/** The resolved configuration. */
export const EXPERIMENT = "params/experiment.json";
/** What the archive says of itself: the one source of its documents. */
export const RELEASE = "params/release.json";
/** The data that the results come from. */
export const DATASETS = "data/datasets.json";
/** The sources as run. */
export const CODE = "code/";

/**
 * What running the archive's code leaves beside it: the packages, the store, the
 * results. A reviewer who has run it still has the archive that came to him.
 */
export const LEFT: readonly string[] = ["node_modules", ".store", "artifacts"]
  .map((name) => CODE + name);

/** Deno's lock file of the sources. */
export const LOCKED = `${CODE}deno.lock`;

/** Packages, with `--vendor`. */
export const VENDOR = "vendor/";
/** The page that shows the archive at a glance. */
export const PREVIEW = "ro-crate-preview.html";

/** Whose work is in it, and on what terms. */
export const NOTICE = "NOTICE.md";
/** The picture of the stages. */
export const PICTURE = "workflow.svg";

/** Where an artifact stands. */
export function archivePath(artifact: string): string {
  return `results/${artifact}`;
}

/** What the verifier is called: for Deno, and for Node, which wants to be told that it is a module. */
export const VERIFIERS = ["verify.ts", "verify.mjs"] as const;
