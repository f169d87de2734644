/**
 * The sources as run. In a Git checkout those that Git tracks, as they stand now,
 * and whatever else a stage really imported; elsewhere all that is there. Packages
 * are no sources: `deno.lock` names them, and an archive's code gets them from there.
 */
import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fail, ok, type Result } from "../failure.ts";
import { committed, tracked } from "./checkout.ts";
import { compareBytes } from "./container.ts";
import { feed } from "./folder.ts";
import { CODE, LEFT } from "./layout.ts";
import type { Sources } from "./release.ts";
import { blobHash, directoryId } from "./swhid.ts";

/** The sources of an archive. */
export interface Gathered extends Sources {
  /** Their paths, relative to the root, by the bytes of their names. */
  readonly files: readonly string[];
  /** `swh:1:dir:…` */
  readonly id: string;
}

/** The sources of a project: what is wanted of it, and what its stages used. */
export async function gatherSources(
  root: string,
  wanted: readonly string[],
  used: Iterable<string>,
): Promise<Result<Gathered>> {
  const index = await tracked(root);
  const found = new Set<string>();
  if (index) {
    for (const path of index.keys()) {
      const there = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (there && wanted.some((one) => isIn(path, one))) found.add(path);
    }
  } else for (const path of wanted) walk(root, path, found);
  for (const path of used) {
    const name = relative(root, path);
    if (!name.split("/").includes("node_modules")) found.add(name);
  }
  const files = [...found].sort(compareBytes);
  const executables: string[] = [];
  const blobs: [string, string][] = [];
  for (const path of files) {
    const file = join(root, path);
    const state = lstatSync(file, { throwIfNoEntry: false });
    const refused = (seen: string, hint: string) =>
      fail({
        kind: "source",
        what: `Cannot archive the source "${path}"`,
        seen,
        hint,
      });
    if (path.startsWith("..") || !state?.isFile()) {
      return refused(
        state?.isSymbolicLink()
          ? "it is a symbolic link"
          : "it is no plain file inside the project",
        "put a copy of the file in its place",
      );
    }
    const left = LEFT.find((folder) => isIn(CODE + path, folder));
    if (left !== undefined) {
      return refused(
        `a run replaces what is in ${left.slice(CODE.length)}/`,
        "move the file to another folder",
      );
    }
    // Git's word counts: not every file system knows what may be executed.
    const mode = index?.get(path)?.mode;
    if (mode ? mode === "100755" : (state.mode & 0o100) !== 0) {
      executables.push(path);
    }
    blobs.push([
      path,
      blobHash(state.size, (write) => feed(file, write)),
    ]);
  }
  const id = directoryId(blobs, new Set(executables));
  const differences = index && await committed(root, blobs, executables);
  return ok({
    files,
    id,
    executables,
    ...(differences && { differences }),
  });
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function walk(root: string, path: string, into: Set<string>): void {
  const state = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (!state) return;
  if (!state.isDirectory()) {
    into.add(path);
    return;
  }
  for (const name of readdirSync(join(root, path))) {
    if (!name.startsWith(".") && name !== "node_modules") {
      walk(root, `${path}/${name}`, into);
    }
  }
}
