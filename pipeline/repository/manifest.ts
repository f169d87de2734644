/**
 * engine.json: which engine a project has in it, and what its files were when they
 * came. So an edit can be told from another version.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, digestFile } from "../store/digest.ts";
import { isMissing } from "../store/disk.ts";
import { fail, ok, type Result } from "../failure.ts";

/** Its name. */
export const MANIFEST = "engine.json";

/** What it says. */
export interface Manifest {
  /** Of the engine: `1.0.0`. */
  readonly version: string;
  /** Where newer ones are, if it came from an address. */
  readonly from?: string;
  /** The engine's files in the project, by path; that of an engine itself names none. */
  readonly files: { readonly [path: string]: Digest };
}

/** Reads it; an engine's own says its version alone. */
export function readManifest(root: string): Result<Manifest> {
  const wrong = (seen: string, hint: string) =>
    fail({ kind: "manifest", what: `Cannot read ${MANIFEST}`, seen, hint });
  let text: string;
  try {
    text = readFileSync(join(root, MANIFEST), "utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return wrong(
      "there is none in this folder",
      "name a folder or repository of Facsimile",
    );
  }
  let value: Partial<Manifest> | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    value = null;
  }
  const { version, from, files = {} } = value ?? {};
  const whole = typeof version === "string" && typeof files === "object" &&
    Object.values(files).every((digest) => typeof digest === "string");
  return whole
    ? ok({ version, files, ...(typeof from === "string" && { from }) })
    : wrong(
      "it is not what was written",
      "restore the file from your repository",
    );
}

/** The text of the file. */
export function printManifest(manifest: Manifest): string {
  return JSON.stringify(manifest, null, 2) + "\n";
}

/** The digest of a file; none where there is no plain file. */
export function digestAt(root: string, path: string): Digest | undefined {
  try {
    return digestFile(join(root, path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
