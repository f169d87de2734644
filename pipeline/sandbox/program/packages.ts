/**
 * What is installed for an interpreter: Python's distributions and R's packages.
 * They lie in folders that the interpreter reads unasked, so they are facts, each
 * by the list that its installer wrote of it, with the digests of its files. An
 * edit of a single installed file is not seen.
 */
import { basename, dirname, join } from "node:path";
import type { Json } from "../../stage/json.ts";
import type { StatCache } from "../../store/stat.ts";
import { distinct, names, realPath, within } from "../../store/path.ts";

/**
 * The folders in which a program keeps its own libraries: above `bin`, as conda,
 * venv and R do it. Both where it is found and where it really is, for the one of
 * a venv is a link. Never a home or the project, which hold more than programs,
 * nor `/usr`, of which wall/system.ts says what is readable.
 */
export function installations(
  program: string,
  root?: string,
): readonly string[] {
  const home = Deno.env.get("HOME");
  return distinct([program, realPath(program)].flatMap((path) => {
    const folder = path.match(/^(\/.+)\/bin\/[^/]+$/)?.[1];
    if (folder === undefined || folder === "/usr") return [];
    if (root !== undefined && within(root, folder)) return [];
    return home !== undefined && within(home, folder) ? [] : [folder];
  }));
}

/** Where an interpreter finds its packages, by its path and by what that is a link to. */
export function packageFolders(program: string): readonly string[] {
  const prefixes = distinct(
    [program, realPath(program)].map((path) => dirname(dirname(path))),
  ).flatMap((prefix) =>
    prefix === "/usr" || prefix === "/" ? ["/usr", "/usr/local"] : [prefix]
  );
  const name = basename(realPath(program));
  const folders = distinct(prefixes).flatMap((prefix) =>
    ["lib", "lib64"].flatMap((lib) => foldersOf(name, join(prefix, lib)))
  );
  return distinct(folders.map(realPath));
}

function foldersOf(program: string, lib: string): string[] {
  if (/^(python|pypy)[\d.]*$/.test(program)) {
    return names(lib).filter((name) => /^(python|pypy)\d/.test(name))
      .flatMap((name) => {
        const inside = names(join(lib, name));
        return ["site-packages", "dist-packages"]
          .filter((packages) => inside.includes(packages))
          .map((packages) => join(lib, name, packages));
      });
  }
  if (/^R(script)?$/.test(program)) {
    const inside = names(join(lib, "R"));
    return ["library", "site-library"].filter((name) => inside.includes(name))
      .map((name) => join(lib, "R", name));
  }
  return [];
}

/** What is installed for a program; `undefined` for one that is no interpreter. */
export function packageFacts(
  program: string,
  stat: StatCache,
): Json | undefined {
  const folders = packageFolders(program);
  if (folders.length === 0) return;
  const settings = stat.text(join(dirname(dirname(program)), "pyvenv.cfg"));
  const shared = /^include-system-site-packages\s*=\s*true/m.test(
    settings ?? "",
  );
  return [shared, ...folders.map((folder) => contents(folder, stat))];
}

/** The lists that installers write, the better first. */
const LISTS = ["RECORD", "METADATA", "PKG-INFO"];

function contents(folder: string, stat: StatCache): Json {
  return (ifAllowed(() => stat.names(folder)) ?? []).filter((name) =>
    name !== "__pycache__"
  )
    .map((name) => {
      const path = join(folder, name);
      const lists = /library$/.test(folder)
        ? ["DESCRIPTION"]
        : /\.(dist|egg)-info$/.test(name)
        ? LISTS
        : [];
      for (const one of [path, ...lists.map((list) => join(path, list))]) {
        const digest = ifAllowed(() => stat.digest(one));
        if (digest !== undefined) return [name, digest];
      }
      return [name];
    });
}

/** What this user may not read, the interpreter may not either: it is not there. */
function ifAllowed<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    return undefined;
  }
}
