/**
 * Reads the settings of Deno that change what a module does: how it is compiled,
 * what names mean, how it runs. Only what is known to make no difference is no fact: a new
 * setting is one at first.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { isMissing } from "../store/disk.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Json, JsonObject } from "../stage/json.ts";
import type { StatCache } from "../store/stat.ts";

/** The settings of a project. */
export interface Settings {
  /** The compiler options that change what becomes of a module, beside its types. */
  readonly compiler: JsonObject;
  readonly importMap: string | undefined;
  /**
   * What names mean to some modules, by key of an import map, and after its scope: a
   * member's map holds for its own folder.
   */
  readonly namesOf: (files: readonly string[]) => JsonObject;
  /** The facts that the project's own settings and some other files of settings make. */
  readonly factsOf: (files: readonly string[]) => Result<JsonObject>;
}

/** Options of the compiler that only its judgement of types depends on. */
const TYPES =
  /^(allow|check|exact|force|isolated|keyof|lib$|no|resolve|skip|strict|suppress|types?($|Roots)|use(Unknown|Strict))/;

/** Settings that no running module depends on, or whose meaning is in its imports. */
const HARMLESS = new Set([
  "bench",
  "compilerOptions",
  "description",
  "exclude",
  "exports",
  "fmt",
  "importMap",
  "imports",
  "license",
  "lint",
  "lock",
  "name",
  "nodeModulesDir",
  "publish",
  "scopes",
  "tasks",
  "test",
  "version",
  "vendor",
  "workspace",
]);

/** The names of files of settings, in any folder. */
const NAMES = ["deno.json", "deno.jsonc", "package.json", "tsconfig.json"];

/**
 * The files that say how Deno resolves imports and what it makes of a module, for
 * some modules: from their folders up to the root.
 */
export function settingsFiles(
  root: string,
  modules: Iterable<string>,
): string[] {
  const folders = new Set([root]);
  for (const module of modules) {
    let folder = dirname(module);
    while (folder.startsWith(`${root}/`) && !folders.has(folder)) {
      folders.add(folder);
      folder = dirname(folder);
    }
  }
  return [...folders].flatMap((folder) =>
    NAMES.map((name) => join(folder, name))
  );
}

/** Reads a project's settings; one without `deno.json` has none. */
export function readSettings(root: string, stat: StatCache): Result<Settings> {
  const own = join(root, "deno.json");
  const read = readJson(own);
  if (!read.ok) return read;
  const settings = read.value;
  const compiler = compilerOf(settings);
  const importMap = settings.importMap as string | undefined;
  const map = importMap === undefined
    ? ok({})
    : readJson(join(root, importMap));
  if (!map.ok) return map;
  const facts: Record<string, Json> = {};
  for (const [name, value] of Object.entries(compiler)) {
    facts[`compiler ${name}`] = value!; // JSON has no undefined
  }
  for (const [name, value] of Object.entries(settings)) {
    if (!HARMLESS.has(name) && !isEmpty(value!)) facts[name] = value!;
  }
  return ok({
    compiler,
    importMap,
    namesOf(files) {
      const names: Record<string, Json> = {
        ...namesOf(settings),
        ...namesOf(map.value),
      };
      for (const path of files) {
        if (path === own || !/^deno\.jsonc?$/.test(basename(path))) continue;
        const read = readJson(path);
        // One with comments is a fact as a whole, see below.
        const member = read.ok ? namesOf(read.value) : {};
        for (const [name, target] of Object.entries(member)) {
          names[`./${relative(root, dirname(path))}/ ${name}`] = target!; // JSON has no undefined
        }
      }
      return names;
    },
    factsOf(files) {
      const all = { ...facts };
      for (const path of files) {
        const digest = path === own ? undefined : stat.digest(path);
        if (digest === undefined) continue;
        const fact = `compiler ${relative(root, path)}`;
        switch (basename(path)) {
          case "tsconfig.json": {
            // Deno heeds it where a package.json is, too.
            if (!files.includes(join(dirname(path), "package.json"))) break;
            const text = readFileSync(path, "utf8");
            if (text.includes('"extends"')) {
              return fail({
                kind: "settings-elsewhere",
                what: `Cannot tell how modules beside ${path} are compiled`,
                seen: "it extends another file",
                hint: "write the options into deno.json",
              });
            }
            all[fact] = digest;
            break;
          }
          case "package.json":
            break; // what it resolves is in the imports
          default: {
            const read = readJson(path);
            // With comments, say: all of it.
            const options = read.ok ? compilerOf(read.value) : digest;
            if (!isEmpty(options)) all[fact] = options;
          }
        }
      }
      return ok(all);
    },
  });
}

/** The compiler options that are more than types. */
function compilerOf({ compilerOptions = {} }: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(compilerOptions as JsonObject)
      .filter(([name]) => !TYPES.test(name)),
  );
}

function namesOf({ imports = {}, scopes = {} }: JsonObject): JsonObject {
  const names: Record<string, Json> = { ...imports as JsonObject };
  for (const [scope, inner] of Object.entries(scopes as JsonObject)) {
    for (const [name, target] of Object.entries(inner as JsonObject)) {
      names[`${scope} ${name}`] = target!; // JSON has no undefined
    }
  }
  return names;
}

function isEmpty(value: Json): boolean {
  return typeof value === "object" && value !== null &&
    Object.keys(value).length === 0;
}

function readJson(path: string): Result<JsonObject> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return ok({});
  }
  const broken = (seen: string) =>
    fail({
      kind: "settings-broken",
      what: `Cannot read ${path}`,
      seen,
      hint: "write it as plain JSON, without comments",
    });
  try {
    const value: Json = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? ok(value as JsonObject)
      : broken("it is no object");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return broken(error.message);
  }
}
