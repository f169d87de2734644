/**
 * Which files of a project are its engine's: all of `pipeline/`, and of `stages/`
 * what the project's own modules name, with all that this names in turn.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The engine's folder, which belongs to it as a whole. */
const ENGINE = "pipeline";

/** What lies elsewhere in an engine than in the projects that name it. */
const ELSEWHERE: { readonly [path: string]: string } = {
  "stages/facsimile.py": "pipeline/stage/facsimile.py",
};

/** Where an engine has a part. */
export function placeOf(path: string): string {
  return ELSEWHERE[path] ?? path;
}

/** Where modules lie that an engine brings along, if they are named. */
const SHARED = /^stages\/[^/]+\//;

/** What is read for names of further files. */
const CODE = /\.(ts|js|json)$/;

/**
 * The files of an engine, relative to its root, that a project has or is to have.
 * `own` are files of the project, by path with their text; those that an engine has
 * under the same name are the project's all the same.
 */
export function partsFor(
  engine: string,
  own: ReadonlyMap<string, string>,
): string[] {
  // These name nothing of `stages/`.
  const parts = new Set(filesBelow(engine, ENGINE));
  const open = [...own].flatMap(([path, text]) => named(path, text));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const shared = SHARED.test(path) || Object.hasOwn(ELSEWHERE, path);
    if (
      !shared || parts.has(path) || own.has(path) ||
      !existsSync(join(engine, placeOf(path)))
    ) continue;
    parts.add(path);
    open.push(...namedIn(engine, path));
  }
  return [...parts].sort();
}

/** The npm packages that some files name, of those that are known. */
export function packagesIn(
  texts: Iterable<string>,
  known: readonly string[],
): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const name of known) {
      // As a specifier, or below node_modules.
      if (
        text.includes(`"${name}"`) || text.includes(`"${name}/`) ||
        text.includes(`node_modules/${name}/`)
      ) found.add(name);
    }
  }
  return [...found].sort();
}

/** The files below a folder, relative to the root. */
export function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, path);
      return entry.isFile() ? [path] : [];
    }).sort();
}

function namedIn(root: string, part: string): string[] {
  const path = placeOf(part);
  return CODE.test(path)
    ? named(path, readFileSync(join(root, path), "utf8"))
    : [];
}

/**
 * The files that a module names: by a path from itself, as imports do, or from the
 * root, as declarations do. A text that looks like one and is none names no file.
 */
function named(path: string, text: string): string[] {
  const folder = path.split("/").slice(0, -1);
  return Array.from(
    text.matchAll(/"((?:\.{1,2}|stages)\/[^"\n]+)"/g),
    ([, specifier = ""]) =>
      join(specifier.startsWith(".") ? folder.join("/") : "", specifier),
  );
}
