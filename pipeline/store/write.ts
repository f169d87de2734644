/**
 * How a file gets its content: its name appears by rename, complete or not at all,
 * and after the content has reached the disk.
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
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { codeOf, inFolder, names } from "./disk.ts";

let count = 0;

/** A name beside `path` that nobody else uses: not a live process, not a dead one. */
function draft(path: string): string {
  return `${path}.${Deno.pid}-${count++}-${
    crypto.randomUUID().slice(0, 8)
  }.part`;
}

/** Whether a name is a draft that a killed process may have left. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name);
}

const DRAFT = /\.(\d+)-\d+-[0-9a-f]{8}\.part$/;

/** The drafts in a folder whose processes are dead. */
export function deadDrafts(folder: string): string[] {
  return names(folder).filter((name) => {
    const [, pid] = DRAFT.exec(name) ?? [];
    return pid !== undefined && !lives(Number(pid));
  });
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH"; // else it is somebody's
  }
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

/** As `writeDurably`, for one of many: the disk is waited for by all of them together. */
export async function writeDurablyBeside(
  path: string,
  text: string,
): Promise<void> {
  const part = draft(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = await open(part, "wx", 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
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
