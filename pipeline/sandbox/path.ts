/** Paths as the file system sees them: links followed, one name for one file. */

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
    return realPath(path.slice(0, slash)) + path.slice(slash);
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
