/** What Git knows of a project: which files it tracks, and how they stand to the last commit. */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { compareBytes } from "./container.ts";

/** A file as Git has it. */
interface Blob {
  /** `100644`, `100755`; `120000` is a link, `160000` another repository. */
  readonly mode: string;
  /** Its SHA-1. */
  readonly hash: string;
}

/** The files that Git tracks, by path; `undefined` where there is no checkout. */
export async function tracked(
  root: string,
): Promise<ReadonlyMap<string, Blob> | undefined> {
  // <mode> SP <hash> SP <stage> TAB <path>
  const files = await list(
    root,
    ["ls-files", "--stage", "-z"],
    /^(\d+) (\w+) \d\t/,
  );
  // Of a repository that was just made Git knows nothing yet.
  return files?.size === 0 ? undefined : files;
}

/**
 * The paths in which files differ from the last commit: other ones, further ones,
 * and those that are missing among them. `undefined` where nothing is committed.
 */
export async function committed(
  root: string,
  blobs: Iterable<readonly [path: string, hash: string]>,
  executables: readonly string[],
): Promise<string[] | undefined> {
  // <mode> SP <type> SP <hash> TAB <path>
  const commit = await list(
    root,
    ["ls-tree", "-r", "-z", "HEAD"],
    /^(\d+) \w+ (\w+)\t/,
  );
  if (!commit) return;
  const rest = new Map(commit);
  const differences: string[] = [];
  for (const [path, hash] of blobs) {
    const mode = executables.includes(path) ? "100755" : "100644";
    const was = rest.get(path);
    if (was?.hash !== hash || was.mode !== mode) differences.push(path);
    rest.delete(path);
  }
  return [...differences, ...rest.keys()].sort(compareBytes);
}

/** What a command of Git lists, each entry up to a zero byte. */
async function list(
  root: string,
  args: readonly string[],
  head: RegExp,
): Promise<Map<string, Blob> | undefined> {
  if (!lstatSync(join(root, ".git"), { throwIfNoEntry: false })) return;
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-c", "safe.directory=*", ...args],
      cwd: root,
      stderr: "null",
    }).output();
    if (!success) return;
    const entries = new TextDecoder().decode(stdout).split("\0");
    return new Map(entries.flatMap((entry) => {
      const [whole, mode, hash] = head.exec(entry) ?? [];
      return whole !== undefined && mode !== undefined && hash !== undefined
        ? [[entry.slice(whole.length), { mode, hash }] as const]
        : [];
    }));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // no Git here
    throw error;
  }
}
