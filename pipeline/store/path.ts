/** Paths as the file system sees them: links followed, one name for one file. */
import { look } from "./inode.ts";

/**
 * The real path of a file; for one that does not exist, that of its nearest
 * existing folder with the rest appended.
 */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    const slash = path.lastIndexOf("/");
    if (!isAbsence(error) || slash <= 0) return path;
    return below(realPath(path.slice(0, slash)), path.slice(slash + 1));
  }
}

function below(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/**
 * The real paths of many, in their order. Each folder is asked for once: to
 * follow a path takes a call of the system for each of its parts, and what a
 * stage may read lies in few folders.
 */
export function realPaths(paths: readonly string[]): readonly string[] {
  const folders = new Map<string, string>();
  return paths.map((path) => {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (slash <= 0 || name === "" || name === "." || name === "..") {
      return realPath(path);
    }
    if (isLink(path)) return realPath(path);
    const folder = path.slice(0, slash);
    let real = folders.get(folder);
    if (real === undefined) folders.set(folder, real = realPath(folder));
    return below(real, name);
  });
}

/** Whether a name is a link, or cannot be looked at, so that nobody knows. */
function isLink(path: string): boolean {
  try {
    return look(path)?.kind === "link";
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return true;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    error instanceof Deno.errors.PermissionDenied;
}

/** An absolute path without `.`, `..` and doubled slashes; a relative one is taken from `folder`. */
export function absolute(path: string, folder: string): string {
  const parts: string[] = [];
  const whole = path.startsWith("/") ? path : `${folder}/${path}`;
  for (const part of whole.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return "/" + parts.join("/");
}

/** Whether a path is a folder, or lies in it. Both absolute and clean. */
export function within(path: string, folder: string): boolean {
  return path === folder || folder === "/" ||
    (path.startsWith(folder) && path[folder.length] === "/");
}

/** The values without repetition, in the order of their first appearance. */
export function distinct(values: Iterable<string>): readonly string[] {
  return [...new Set(values)];
}

/** The names in a folder, sorted; none of what is no folder or may not be read. */
export function names(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}
