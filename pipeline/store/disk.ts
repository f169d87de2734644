/**
 * Files and folders of the store, whatever lies in their place: asked for, opened,
 * locked, named and removed without being led elsewhere and without waiting.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Failure } from "../failure.ts";
import { look } from "./inode.ts";

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

/** What an error of the system is called: `EEXIST`. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/**
 * Does something in the store. What is in its way goes, and it is done once more: a
 * folder where a file belongs, anything else where a folder does. Nobody's work
 * lies in the store.
 */
export function inStore<Value>(
  store: string,
  path: string,
  make: () => Value,
): Value {
  try {
    return make();
  } catch (error) {
    if (
      !/^(EEXIST|EISDIR|ELOOP|ENOENT|ENOTDIR|ENOTEMPTY)$/.test(
        codeOf(error) ?? "",
      )
    ) {
      throw error;
    }
    clearWay(store, path);
    return make();
  }
}

function clearWay(store: string, path: string): void {
  const names = relative(store, dirname(path)).split(sep);
  for (let at = 1; at <= names.length; at++) {
    const folder = join(store, ...names.slice(0, at));
    if (look(folder) !== undefined && !isFolder(folder)) removeTree(folder);
  }
  const found = look(path);
  if (found && found.kind !== "file") removeTree(path);
}

/** Whether a name leads to a folder, also by a link: somebody may keep objects on another disk. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (isMissing(error) || codeOf(error) === "ELOOP") return false;
    throw error;
  }
}

/**
 * Gives a file a name in the store that nobody has, and takes the one away that it
 * had; says whether that could be. Whoever has the name keeps it: a process that
 * runs may have been given what is there, and the kernel's wall then knows it and
 * nothing else of that name.
 */
export function claimName(from: string, to: string): boolean {
  try {
    inFolder(to, () => linkSync(from, to));
  } catch (error) {
    // Something is there, or the file system knows no second name for a file.
    const code = codeOf(error) ?? "";
    const known =
      /^(EEXIST|ELOOP|EMLINK|ENOENT|ENOSYS|ENOTDIR|ENOTSUP|EOPNOTSUPP|EPERM)$/;
    if (!known.test(code)) throw error;
    return false;
  }
  rmSync(from);
  return true;
}

/**
 * Opens a file of the store to be locked, and makes it if it is not there. A link
 * would lead elsewhere, a FIFO is waited for, and a lock on a folder is none.
 */
export function openLock(store: string, path: string): Deno.FsFile {
  const there = look(path);
  if (there && there.kind !== "file") removeTree(path);
  return inStore(
    store,
    path,
    () =>
      inFolder(
        path,
        () => Deno.openSync(path, { create: true, read: true, write: true }),
      ),
  );
}

/** A text in the store, if there is a plain file of that name; never waits for one. */
export function readStored(path: string): string | undefined {
  // Asked first: most of what is looked for in a store is not there, and an
  // exception takes ten times as long.
  if (look(path)?.kind !== "file") return;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
}

/**
 * Opens a file that somebody else made, if it is a plain one: no link at the end of
 * the name is followed, and a FIFO, which might never answer, is not waited for.
 */
export function openPlain(
  path: string,
): { file: number; size: number; links: number } | undefined {
  if (path.includes("\0")) return;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error) ?? "";
    // ENXIO: a socket.
    const none = /^(EISDIR|ELOOP|ENAMETOOLONG|ENOENT|ENOTDIR|ENXIO)$/;
    if (none.test(code)) return;
    throw error;
  }
  const stat = fstatSync(file);
  if (stat.isFile()) return { file, size: stat.size, links: stat.nlink };
  closeSync(file);
  return undefined;
}

/**
 * Removes a folder with all in it, also where a program has taken the rights away
 * (as Go does in its cache of modules).
 */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!/^(EACCES|EPERM)$/.test(codeOf(error) ?? "")) throw error;
    takeRights(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function takeRights(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) takeRights(join(folder, entry.name));
  }
}

/** The names in a folder, sorted; none if it is not there. */
export function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (isMissing(error) || /^(ENOTDIR|ELOOP)$/.test(codeOf(error) ?? "")) {
      return [];
    }
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
    case "EEXIST":
    case "EISDIR":
    case "ELOOP":
    case "ENOTDIR":
      return {
        kind: "in-the-way",
        what,
        seen: error.message,
        hint: "remove what lies there: it is no folder of this program's, " +
          "or a folder where a file belongs",
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
