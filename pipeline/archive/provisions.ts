/**
 * The packages that an archive's code needs, in a cache of its own: copies of those
 * that this machine's cache has. Deno links the files of a cache into every
 * project's `node_modules`, so what can write to one can change all of them;
 * and a link to a file is the file. What is missing, Deno fetches.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "./container.ts";
import { readPackages } from "./documents.ts";
import { LOCKED } from "./layout.ts";
import { packageOf } from "../code/package.ts";

/** Names and versions that are a folder each, and lead nowhere. */
const NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const VERSION = /^[0-9][0-9A-Za-z.+-]*$/;

/** Copies what the archive's lock names from one cache into an empty one. */
export function provide(container: Container, from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const has = container.members.some(({ name }) => name === LOCKED);
  const wanted = has ? Object.keys(readPackages(container)).map(packageOf) : [];
  for (const registry of folders(join(from, "npm"))) {
    for (const { name, version } of wanted) {
      if (!NAME.test(name) || !VERSION.test(version)) continue;
      const path = join("npm", registry, name, version);
      if (existsSync(join(from, path))) copy(join(from, path), join(to, path));
    }
  }
}

/** Copies the plain files of a folder. A file system that can, shares the blocks. */
function copy(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copy(source, target);
    else if (entry.isFile()) copyFileSync(source, target);
  }
}

function folders(path: string): string[] {
  return existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory()).map(({ name }) => name)
    : [];
}
