/** Members of an archive as files. Their names were found harmless when it was opened. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Container } from "./container.ts";

/** Writes all members below a prefix into a folder; returns how many. */
export function unpack(
  container: Container,
  prefix: string,
  folder: string,
): number {
  const names = container.members.map(({ name }) => name)
    .filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const path = join(folder, name.slice(prefix.length));
    mkdirSync(dirname(path), { recursive: true });
    extract(container, name, path);
  }
  return names.length;
}

/** Writes a member to a file that is not there yet. */
export function extract(
  container: Container,
  name: string,
  path: string,
): void {
  const file = openSync(path, "wx", 0o644);
  try {
    container.copy(name, (piece) => {
      for (let at = 0; at < piece.length;) {
        at += writeSync(file, piece, at, piece.length - at, null);
      }
    });
  } finally {
    closeSync(file);
  }
}
