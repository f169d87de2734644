/**
 * The Software Heritage identifier of a folder (SWHID 1.2, ISO/IEC 18670): the
 * hash of its Git tree, equal to what `git write-tree` prints for the same
 * files. Which of them are executable has to be said: an archive does not keep it.
 */
import { createHash } from "node:crypto";
import { compareBytes } from "./container.ts";

/** The hash of a file as Git has it: SHA-1 over a header and the content. */
export function blobHash(
  size: number,
  feed: (write: (piece: Uint8Array) => void) => void,
): string {
  const hash = createHash("sha1").update(`blob ${size}\0`);
  feed((piece) => hash.update(piece));
  return hash.digest("hex");
}

/** The identifier of a folder, from its files' hashes by path. */
export function directoryId(
  blobs: Iterable<readonly [path: string, hash: string]>,
  executables: ReadonlySet<string>,
): string {
  const files = [...blobs].map(([path, hash]): Blob => ({
    path,
    hash,
    mode: executables.has(path) ? "100755" : "100644",
  }));
  return `swh:1:dir:${treeHash(files)}`;
}

/** A file, its path relative to some folder. */
interface Blob {
  readonly path: string;
  readonly hash: string;
  readonly mode: string;
}

function treeHash(blobs: readonly Blob[]): string {
  const files: Blob[] = [];
  const folders = new Map<string, Blob[]>();
  for (const blob of blobs) {
    const slash = blob.path.indexOf("/");
    if (slash < 0) {
      files.push(blob);
      continue;
    }
    const name = blob.path.slice(0, slash);
    const inner = folders.get(name) ?? [];
    inner.push({ ...blob, path: blob.path.slice(slash + 1) });
    folders.set(name, inner);
  }
  const entries = [
    ...files.map(({ path, ...blob }) => ({ key: path, name: path, ...blob })),
    // Git sorts a folder as if its name ended in a slash.
    ...[...folders].map(([name, inner]) => ({
      key: `${name}/`,
      name,
      mode: "40000",
      hash: treeHash(inner),
    })),
  ].sort((a, b) => compareBytes(a.key, b.key));
  const parts = entries.flatMap(({ mode, name, hash }) => [
    new TextEncoder().encode(`${mode} ${name}\0`),
    hexBytes(hash),
  ]);
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const hash = createHash("sha1").update(`tree ${size}\0`);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(
    hex.match(/../g) ?? [],
    (pair) => Number.parseInt(pair, 16),
  );
}
