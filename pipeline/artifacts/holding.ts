/**
 * What `run.json` says of the folder that it stands in: which run's files these
 * are, in which configuration they were made, and which of them that run found
 * there and left. People can edit it, so it is read like any other foreign file:
 * what does not have the form that we write is not there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "./configuration.ts";
import { type Digest, digestBytes, isDigest } from "../store/digest.ts";
import { isMissing } from "../store/disk.ts";
import { look } from "../store/inode.ts";
import { isPathBelow } from "../stage/names.ts";

/** The file's name in the folder. */
export const RUN = "run.json";

/** One file that a run put there. */
export interface Kept {
  readonly digest: Digest;
  readonly size: number;
  readonly instance: string;
  readonly output: string;
}

/** One file that a run found there and left. */
export interface Earlier extends Kept {
  /** The run that put it there. */
  readonly run: string;
}

/** What a `run.json` says. */
export interface Holding {
  readonly run: string;
  /** Missing where another version of this program wrote it. */
  readonly configuration: Configuration | undefined;
  /** What the run put there, by path. */
  readonly own: ReadonlyMap<string, Kept>;
  /** What it left there of earlier runs. */
  readonly earlier: ReadonlyMap<string, Earlier>;
  /** What its instances were made from. */
  readonly fingerprints: readonly Digest[];
  /** The digest of the text itself. */
  readonly digest: Digest;
}

/** What is in a folder; `undefined` if nothing there says so. */
export function readHolding(folder: string): Holding | undefined {
  return readRun(join(folder, RUN));
}

/** What one `run.json` says, or a page of the history, which is the same. */
export function readRun(path: string): Holding | undefined {
  let text: string;
  try {
    // A FIFO, which might never answer, is not waited for.
    if (look(path)?.kind !== "file") return;
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isUnreadable(error)) return;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  if (!isTable(value) || !isTable(value.run)) return;
  const { id } = value.run;
  // It names a file of the history.
  if (typeof id !== "string" || !/^[\w-]+$/.test(id)) return;
  const instances = isTable(value.instances) ? value.instances : {};
  return {
    run: id,
    configuration: readConfiguration(value.configuration),
    own: files(value.artifacts, kept),
    earlier: files(value.earlier, (entry) => {
      const file = kept(entry);
      return file && typeof entry.run === "string"
        ? { ...file, run: entry.run }
        : undefined;
    }),
    fingerprints: Object.values(instances).flatMap((one) =>
      isTable(one) && typeof one.fingerprint === "string" &&
        isDigest(one.fingerprint)
        ? [one.fingerprint]
        : []
    ),
    digest: digestBytes(text),
  };
}

/** A file that is not there, or in whose place something else stands, says nothing. */
function isUnreadable(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return isMissing(error) || error instanceof Deno.errors.PermissionDenied ||
    ["ENOTDIR", "EISDIR", "ELOOP", "EACCES"].includes(code);
}

function files<File>(
  value: unknown,
  read: (entry: { readonly [key: string]: unknown }) => File | undefined,
): Map<string, File> {
  const found = new Map<string, File>();
  if (!isTable(value)) return found;
  for (const [path, entry] of Object.entries(value)) {
    const file = isTable(entry) ? read(entry) : undefined;
    if (file && isPathBelow(path)) found.set(path, file);
  }
  return found;
}

function kept(
  { digest, size, instance, output }: { readonly [key: string]: unknown },
): Kept | undefined {
  return typeof digest === "string" && isDigest(digest) &&
      Number.isSafeInteger(size) && typeof instance === "string" &&
      typeof output === "string"
    ? { digest, size: Number(size), instance, output }
    : undefined;
}

function readConfiguration(value: unknown): Configuration | undefined {
  if (!isTable(value)) return;
  const { profile, settings, targets, digest } = value;
  if (profile !== undefined && typeof profile !== "string") return;
  if (!isTexts(settings) || !isTexts(targets)) return;
  if (typeof digest !== "string" || !isDigest(digest)) return;
  return {
    ...(profile !== undefined && { profile }),
    settings,
    targets,
    digest,
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) &&
    value.every((one) => typeof one === "string");
}

function isTable(
  value: unknown,
): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
