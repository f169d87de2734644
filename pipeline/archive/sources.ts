/**
 * The sources as run. In a Git checkout those that Git tracks, as they stand now,
 * and whatever else a stage really imported; elsewhere all that is there.
 */
import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fail, ok, type Result } from "../failure.ts";
import { compareBytes } from "./container.ts";

/** The paths of the sources, relative to the root, by the bytes of their names. */
export async function sourceFiles(
  root: string,
  wanted: readonly string[],
  used: Iterable<string>,
): Promise<Result<string[]>> {
  const found = new Set<string>();
  for (const path of wanted) gather(root, path, found);
  const tracked = await trackedFiles(root);
  const files = new Set(
    [...found].filter((path) => !tracked || tracked.has(path)),
  );
  for (const path of used) {
    const name = relative(root, path);
    // Packages are named by deno.lock, and an archive's code gets them from there.
    if (!name.split("/").includes("node_modules")) files.add(name);
  }
  for (const path of files) {
    const state = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (path.startsWith("..") || !state?.isFile()) {
      return fail({
        kind: "source",
        what: `Cannot archive the source "${path}"`,
        seen: state?.isSymbolicLink()
          ? "it is a symbolic link"
          : "it is no plain file inside the project",
        hint: "put a copy of the file in its place",
      });
    }
  }
  return ok([...files].sort(compareBytes));
}

function gather(root: string, path: string, into: Set<string>): void {
  const state = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (!state) return;
  if (!state.isDirectory()) {
    into.add(path);
    return;
  }
  for (const name of readdirSync(join(root, path))) {
    if (!name.startsWith(".") && name !== "node_modules") {
      gather(root, `${path}/${name}`, into);
    }
  }
}

/** What Git tracks below the root; `undefined` where there is no checkout. */
async function trackedFiles(
  root: string,
): Promise<ReadonlySet<string> | undefined> {
  if (!lstatSync(join(root, ".git"), { throwIfNoEntry: false })) return;
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-c", "safe.directory=*", "ls-files", "-z"],
      cwd: root,
      stderr: "null",
    }).output();
    if (!success) return;
    return new Set(new TextDecoder().decode(stdout).split("\0"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // no Git here
    throw error;
  }
}
