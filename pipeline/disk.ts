/**
 * The few ways in which this program changes a disk: a name appears by rename,
 * complete or not at all, and after its content has reached the disk.
 *
 * The folder is not synced: a power failure may lose a name, never give one with
 * other content. A lost object or record is made again, as if it had never been.
 */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Failure } from "./failure.ts";

/**
 * Does something that makes a file, and its folder first if that is what it lacks:
 * to ask for the folder each time takes three calls of the system.
 */
export function inFolder<Value>(path: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(dirname(path), { recursive: true });
    return make();
  }
}

/** Whether an error says that a file or a folder is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

let count = 0;

/** A name beside `path` that nobody else uses: not a live process, not a dead one. */
function draft(path: string): string {
  return `${path}.${Deno.pid}-${count++}-${
    crypto.randomUUID().slice(0, 8)
  }.part`;
}

/** Whether a name is a draft that a killed process may have left. */
export function isDraft(name: string): boolean {
  return /\.\d+-\d+-[0-9a-f]{8}\.part$/.test(name);
}

/** Puts a text under a name, durably; whoever reads it sees the old one or the new one. */
export function writeDurably(path: string, text: string): void {
  const part = draft(path);
  try {
    const file = inFolder(part, () => openSync(part, "wx", 0o644));
    try {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) {
        at += writeSync(file, bytes, at, bytes.length - at, null);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** As `writeDurably`, but a power failure may lose it: for what can be made again. */
export function writeWhole(path: string, text: string): void {
  const part = draft(path);
  try {
    inFolder(part, () => Deno.writeTextFileSync(part, text));
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Moves a file that was written by somebody else to its place, durably. */
export function moveDurably(from: string, to: string, mode: number): void {
  chmodSync(from, mode);
  const file = openSync(from, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  inFolder(to, () => renameSync(from, to));
}

/**
 * Copies a file to its place. A copy and not a hard link: an edit in place of
 * the one would change the other.
 */
export function copyWhole(from: string, to: string, mode: number): void {
  const part = draft(to);
  try {
    inFolder(part, () => copyFileSync(from, part));
    chmodSync(part, mode);
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** The failure behind an error of the disk, if it is one that the user can mend. */
export function diskFailure(what: string, error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return;
  const code = (error as NodeJS.ErrnoException).code ??
    /\(os error (\d+)\)/.exec(error.message)?.[1];
  switch (code) {
    case "ENOSPC":
    case "28":
    case "EDQUOT":
    case "122":
      return {
        kind: "disk-full",
        what,
        seen: "no space left on the device",
        hint: "free some space (deno task clean says what it could remove) " +
          "and run again: nothing was lost",
      };
    case "EACCES":
    case "EPERM":
    case "13":
    case "1":
      return {
        kind: "no-permission",
        what,
        seen: error.message,
        hint: "make the folder writable for this user",
      };
    case "EROFS":
    case "30":
      return {
        kind: "read-only",
        what,
        seen: "the file system is read-only",
        hint: "copy the project to a place that can be written",
      };
  }
}
