/**
 * What a stage may read that is no input: files and folders that its permissions
 * name. Their content is a fact, unless a hint leads there: what a hint leads to,
 * the stage checks itself. Of a folder of an npm package the version is the fact.
 */
import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { type Digest, digestJson } from "../store/digest.ts";
import type { Json, JsonObject } from "../stage/json.ts";
import { realPath, within } from "../store/path.ts";
import type { Declaration } from "../stage/declaration.ts";
import type { StatCache } from "../store/stat.ts";

/** The content of what may be read, as facts and file by file. */
export interface Reads {
  /** `read data/table.csv` by its path below the root where it is there. */
  readonly facts: { readonly [fact: string]: Json };
  readonly bytes: { readonly [path: string]: Digest | null };
}

/** The reads of stages of one project; what several have in common is read once. */
export function readsOf(
  root: string,
  stat: StatCache,
): (declaration: Declaration) => Reads | undefined {
  const known = new Map<string, { [path: string]: Digest | null }>();
  const modules = join(root, "node_modules");
  return ({ permissions = {}, hints = {} }) => {
    const places = texts(hints);
    const paths = (permissions.read ?? []).filter((path) =>
      !places.some((place) => within(place, path))
    );
    if (paths.length === 0) return;
    const facts: Record<string, Json> = {};
    const bytes: Record<string, Digest | null> = {};
    for (const path of paths) {
      const name = within(path, root) ? relative(root, path) : path;
      if (within(path, modules)) {
        facts[`read ${name}`] = relative(realPath(modules), realPath(path));
        continue;
      }
      let files = known.get(path);
      if (!files) known.set(path, files = tree(path, stat));
      Object.assign(bytes, files);
      facts[`read ${name}`] = digestJson(
        "tree",
        Object.entries(files).map(([inner, digest]) => [
          relative(path, inner),
          digest,
        ]),
      );
    }
    return { facts, bytes };
  };
}

/** Every file at or below a path, in order, as it is called from there. */
function tree(
  path: string,
  stat: StatCache,
  above: readonly string[] = [],
): { [path: string]: Digest | null } {
  const names = stat.names(path);
  if (names === undefined) return { [path]: stat.digest(path) ?? null };
  const real = realpathSync(path);
  if (above.includes(real)) return {}; // a link to a folder above
  const files: { [path: string]: Digest | null } = {};
  for (const name of names) {
    Object.assign(files, tree(join(path, name), stat, [...above, real]));
  }
  return files;
}

/** All texts in a value. */
function texts(value: Json | JsonObject): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner) => texts(inner as Json));
}
