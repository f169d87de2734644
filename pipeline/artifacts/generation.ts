/**
 * The folder of the artifacts as one generation after the other. The next one is
 * built beside the present one and then takes its name in one step, so whoever
 * opens the folder sees the files of one moment, also when the builder is killed.
 *
 *   .store/generations/next-*    being built, or left by a killed run
 *   .store/generations/former    the one before: who reads it may finish
 *   .store/generations/moved     the one before, between two renames
 *
 * What did not change is a hard link to the same file, which costs 5 µs a file.
 * Where the folder is on another file system than the store, `generations` stands
 * beside it, as `.artifacts.generations`.
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { copyWhole, isDraft, writeWhole } from "../store/write.ts";
import { diskFailure, isMissing } from "../store/disk.ts";
import { Failed } from "../failure.ts";
import { RUN } from "./report.ts";
import { look } from "../store/inode.ts";
import { swap } from "./swap.ts";

/** What is to be in the folder. */
export interface Contents {
  /** Files by path: where their content is, and whether the folder has it already. */
  readonly files: ReadonlyMap<
    string,
    { readonly from: string; readonly there: boolean }
  >;
  /** Files that go. Whatever else is there stays: it is somebody's. */
  readonly gone: ReadonlySet<string>;
  /** The text of `run.json`. */
  readonly run: string;
}

/** Where the folder really is, and where its next generation is built. */
interface Place {
  readonly target: string;
  readonly generations: string;
  /** It cannot take another's name: something is mounted there. */
  readonly fixed: boolean;
}

/**
 * Refuses a folder that cannot be one.
 *
 * @throws Failed
 */
export function check(folder: string): void {
  const refuse = (seen: string, hint: string) =>
    new Failed({
      kind: "artifacts-folder",
      what: `Cannot use "${folder}" as the folder of the artifacts`,
      seen,
      hint,
    });
  const there = look(folder);
  if (there === undefined) return;
  const away = "move it away: the folder is made anew from the store";
  if (there.kind === "file") throw refuse("it is a file", away);
  let real: string;
  try {
    real = realpathSync(folder);
    readdirSync(real);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    switch (code) {
      case "ENOENT":
      case "ELOOP":
        throw refuse("it is a link that leads nowhere", away);
      case "ENOTDIR":
        throw refuse("it is no folder", away);
      case "EACCES":
      case "EPERM":
        throw refuse(
          "this user may not look into it",
          `give the rights back: chmod u+rwx ${folder}`,
        );
    }
    throw error;
  }
}

/** Brings back a folder that a run was killed over between two renames. */
export function recover(folder: string, store: string): void {
  const { target, generations } = place(folder, store);
  const moved = join(generations, "moved");
  if (look(moved) === undefined) return;
  if (look(target) === undefined) renameSync(moved, target);
  else rmSync(moved, { recursive: true, force: true });
}

/** Puts the next generation in the place of the present one. */
export function replace(
  folder: string,
  store: string,
  contents: Contents,
): void {
  const where = place(folder, store);
  if (where.fixed) return rewrite(where.target, contents);
  // Whoever put something else there, the store is ours.
  if (!isFolder(where.generations)) {
    rmSync(where.generations, { recursive: true, force: true });
  }
  mkdirSync(where.generations, { recursive: true });
  const next = join(
    where.generations,
    `next-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`,
  );
  try {
    build(next, where.target, contents);
    if (!exchange(next, where)) rewrite(where.target, contents);
  } finally {
    sweep(where.generations);
  }
}

/** What generations leave in a store. */
export function leftovers(folder: string, store: string): string[] {
  const { generations } = place(folder, store);
  if (!isFolder(generations)) {
    return existsSync(generations) ? [generations] : [];
  }
  try {
    return readdirSync(generations).map((name) => join(generations, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function place(folder: string, store: string): Place {
  const target = look(folder) === undefined ? folder : realpathSync(folder);
  const parent = dirname(target);
  const device = (path: string) => statSync(path).dev;
  mkdirSync(store, { recursive: true });
  mkdirSync(parent, { recursive: true });
  return {
    target,
    generations: device(store) === device(parent)
      ? join(store, "generations")
      : join(parent, `.${basename(target)}.generations`),
    fixed: look(target) !== undefined && device(target) !== device(parent),
  };
}

function build(
  next: string,
  present: string,
  { files, gone, run }: Contents,
): void {
  const folders = new Set<string>();
  const inFolder = (folder: string) => {
    if (folders.has(folder)) return;
    if (folder !== ".") inFolder(dirname(folder));
    folders.add(folder);
    mkdirSync(join(next, folder));
    const before = statSync(join(present, folder), { throwIfNoEntry: false });
    // As its owner wants it, but so that we can write there and remove it.
    if (before?.isDirectory()) {
      chmodSync(join(next, folder), before.mode & 0o7777 | 0o700);
    }
  };
  inFolder(".");
  // `join` would take longer than the link itself.
  for (const [path, { from, there }] of files) {
    inFolder(dirname(path));
    const to = `${next}/${path}`;
    if (there && link(`${present}/${path}`, to)) continue;
    if (look(from) === undefined) throw lost(path);
    copyFileSync(from, to);
    chmodSync(to, 0o644);
  }
  writeFileSync(join(next, RUN), run);

  /** What is not ours. */
  const carry = (folder: string) => {
    const entries = [...Deno.readDirSync(join(present, folder))];
    if (entries.length === 0) inFolder(folder);
    for (const { name, isDirectory } of entries) {
      const path = folder === "." ? name : `${folder}/${name}`;
      if (path === RUN || files.has(path) || gone.has(path)) continue;
      if (isDirectory) carry(path);
      // A file where a folder belongs makes way, as does a draft of a killed run.
      else if (!folders.has(path) && !isDraft(name)) {
        inFolder(folder);
        take(join(present, path), join(next, path));
      }
    }
  };
  if (look(present) !== undefined) carry(".");
}

function lost(path: string): Failed {
  return new Failed({
    kind: "result-gone",
    what: `Cannot publish "${path}" in the folder of the artifacts`,
    seen: "it was taken out of the store while the run went on",
    hint: "run again: what is missing is made anew",
  });
}

/** A second name for a file; `false` where the file system gives none. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Takes somebody's file along: the same one if possible, so that an editor goes on with it. */
function take(from: string, to: string): void {
  // On a file system that folds case it may be one of ours by another name.
  if (link(from, to) || look(to) !== undefined) return;
  try {
    cpSync(from, to, { preserveTimestamps: true, verbatimSymlinks: true });
  } catch (error) {
    if (!isMissing(error)) throw error; // its owner took it away just now
  }
}

/** Whether the next generation has the name now; `false` if it cannot get it. */
function exchange(next: string, { target, generations }: Place): boolean {
  const former = join(generations, "former");
  const moved = join(generations, "moved");
  if (look(target) === undefined) {
    renameSync(next, target);
    return true;
  }
  const swapped = swap(next, target);
  if (swapped === "done") {
    rmSync(former, { recursive: true, force: true });
    renameSync(next, former);
    return true;
  }
  if (REFUSED.has(swapped)) return false;
  // A file system without that call: for a moment there is no folder at all.
  rmSync(former, { recursive: true, force: true });
  renameSync(target, moved);
  renameSync(next, target);
  renameSync(moved, former);
  return true;
}

/** EPERM, EACCES, EBUSY, EXDEV, EROFS: it is not for us to rename this folder. */
const REFUSED: ReadonlySet<number> = new Set([1, 13, 16, 18, 30]);

/**
 * Where the folder itself cannot be exchanged, its files are, one by one: a reader
 * may then see files of two runs, and `run.json`, which comes last, is of the
 * one before until all are there.
 */
function rewrite(target: string, { files, gone, run }: Contents): void {
  for (const [path, { from, there }] of files) {
    if (there) continue;
    if (look(from) === undefined) throw lost(path);
    const to = join(target, path);
    if (look(to)?.kind === "other") rmSync(to, { recursive: true });
    for (let up = dirname(to); up !== target; up = dirname(up)) {
      if (look(up)?.kind === "file") rmSync(up);
    }
    copyWhole(from, to, 0o644);
  }
  for (const path of gone) {
    rmSync(join(target, path), { force: true });
    for (let up = dirname(path); up !== "."; up = dirname(up)) {
      if (readdirSync(join(target, up)).length > 0) break;
      rmdirSync(join(target, up));
    }
  }
  writeWhole(join(target, RUN), run);
}

/** Removes what killed runs left. What cannot be removed waits for the next time. */
function sweep(generations: string): void {
  for (const name of readdirSync(generations)) {
    if (name === "former" || name === "moved") continue;
    try {
      rmSync(join(generations, name), { recursive: true, force: true });
    } catch (error) {
      if (!diskFailure("Cannot remove what a run left", error)) throw error;
    }
  }
}
