/** What a file system refuses, in words: full, read-only, not ours. */
import type { Failure } from "../failure.ts";

/** The failure behind an error of the file system; undefined if it is another. */
export function storageFailure(
  error: unknown,
  doing: string,
  path: string,
): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const kind = storageTrouble(error.message);
  return kind && storage(kind, doing, path, error.message);
}

/** The same, read off what a program printed when it stopped. */
export function storageFailureIn(
  lines: readonly string[],
  doing: string,
  path: string,
): Failure | undefined {
  for (const line of lines.toReversed()) {
    const kind = storageTrouble(line);
    if (kind && kind !== "not-writable") {
      return storage(kind, doing, path, line.trim());
    }
  }
  return undefined;
}

type Trouble = "disk-full" | "read-only" | "not-writable";

function storageTrouble(text: string): Trouble | undefined {
  if (
    /No space left on device|ENOSPC|[Dd]isk quota exceeded|EDQUOT/.test(text)
  ) {
    return "disk-full";
  }
  if (/Read-only file system|EROFS/.test(text)) return "read-only";
  if (/Permission denied|Operation not permitted|EACCES|EPERM/.test(text)) {
    return "not-writable";
  }
  return undefined;
}

function storage(
  kind: Trouble,
  doing: string,
  path: string,
  seen: string,
): Failure {
  const what = `Cannot ${doing}`;
  switch (kind) {
    case "disk-full":
      return {
        kind,
        what: `${what}: the disk is full`,
        seen: `${path}: ${seen}`,
        hint: "Free some space, or let deno task clean do it, and run again",
      };
    case "read-only":
      return {
        kind,
        what: `${what}: the file system is read-only`,
        seen: `${path}: ${seen}`,
        hint: "Run in a folder that can be written",
      };
    case "not-writable":
      return {
        kind,
        what: `${what}: permission denied`,
        seen: `${path}: ${seen}`,
        hint: "Make the folder writable for the user who runs this",
      };
  }
}
