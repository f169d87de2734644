/**
 * What code a stage is: the modules that it really imports, each as the digest
 * of its text without comments, layout and types, and the npm packages that
 * these reach, each by its integrity in deno.lock.
 *
 * The graph is Deno's own (`deno info`), kept in a cache file and read anew only
 * when a file of it has changed.
 */
import { join, relative, resolve } from "node:path";
import { readFileSync } from "node:fs";
import { type Digest, digestJson } from "../digest.ts";
import { writeWhole } from "../disk.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Json } from "../json.ts";
import type { StatCache } from "../stat.ts";
import { closure, type Lock, readLock } from "./lock.ts";
import { type Module, readModules } from "./module.ts";
import { normalise } from "./normal.ts";

/** The code of one stage. */
export interface Code {
  /** `code stages/train.ts` → digest, `npm sharp@0.35.5` → integrity. */
  readonly facts: { readonly [fact: string]: Json };
  /** The local modules that it imports, absolute. */
  readonly files: readonly string[];
  /** The folders of the npm packages that it reaches, absolute. */
  readonly packages: readonly string[];
}

/** A module to be read, absolute or relative to the root. */
export interface Entry {
  readonly module: string;
  /** Native code may be loaded: packages for this system alone are facts, too. */
  readonly native: boolean;
  /** May compute what it imports: only the engine's own. */
  readonly trusted?: boolean;
}

/** What to read, and what is remembered of the last time. */
export interface Reading {
  readonly root: string;
  readonly entries: readonly Entry[];
  /** The cache file. */
  readonly cache: string;
  readonly stat: StatCache;
}

const VERSION = 2;

interface Cached {
  readonly version: number;
  readonly entries: Digest;
  /** Every file that was looked at, with its digest then. */
  readonly files: { readonly [path: string]: Digest | null };
  readonly codes: { readonly [module: string]: Code };
  /** Digest of a module's text → digest without comments, layout and types. */
  readonly normal: { readonly [raw: string]: Digest };
}

/**
 * Reads the code of all entries. Fails on a module that is missing or does not
 * parse, and on imports that are computed, since nobody can know beforehand what
 * they would load.
 */
export async function readCode(
  { root, entries, cache, stat }: Reading,
): Promise<Result<Map<string, Code>>> {
  const key = digestJson("entries", entries as unknown as Json);
  const old = load(cache);
  if (old && old.entries === key && same(old.files, stat)) {
    return ok(new Map(Object.entries(old.codes)));
  }
  const modules = await readModules(root, entries.map(({ module }) => module));
  if (!modules.ok) return modules;
  const lock = readLock(root);
  const normal = await normalise(
    [...modules.value.values()].filter(({ kind }) => kind === "script")
      .map(({ path }) => path),
    stat,
    old?.normal ?? {},
    new Set(
      entries.flatMap(({ module, trusted }) =>
        trusted ? [resolve(root, module)] : []
      ),
    ),
  );
  if (!normal.ok) return normal;

  const codes: Record<string, Code> = {};
  for (const { module, native } of entries) {
    const path = resolve(root, module);
    const code = gather(
      path,
      native,
      root,
      modules.value,
      normal.value,
      lock,
      stat,
    );
    if (!code.ok) return code;
    codes[module] = code.value;
  }
  const files: Record<string, Digest | null> = {};
  const look = (path: string) => files[path] = stat.digest(path) ?? null;
  look(join(root, "deno.json"));
  look(join(root, "deno.lock"));
  for (const { path } of modules.value.values()) if (path !== "") look(path);
  const fresh: Cached = {
    version: VERSION,
    entries: key,
    files,
    codes,
    normal: normal.value.known,
  };
  try {
    writeWhole(cache, JSON.stringify(fresh));
  } catch (error) {
    // A store that cannot be written costs time, not results.
    if (!(error instanceof Error)) throw error;
  }
  return ok(new Map(Object.entries(codes)));
}

/** The closure of one module, as facts. */
function gather(
  entry: string,
  native: boolean,
  root: string,
  modules: ReadonlyMap<string, Module>,
  normal: { readonly of: (path: string) => Digest | undefined },
  lock: Lock,
  stat: StatCache,
): Result<Code> {
  const facts: Record<string, Json> = {};
  const files: string[] = [];
  const roots = new Set<string>();
  const seen = new Set<string>();
  const open = [`file://${entry}`];
  for (
    let specifier = open.pop();
    specifier !== undefined;
    specifier = open.pop()
  ) {
    if (seen.has(specifier)) continue;
    seen.add(specifier);
    const module = modules.get(specifier);
    if (!module) continue; // a built-in of the runtime: Deno's version is a fact
    if (module.kind === "package") {
      roots.add(module.name);
      continue;
    }
    const content = module.kind === "script"
      ? normal.of(module.path)
      : stat.digest(module.path);
    if (content === undefined) {
      return fail({
        kind: "module-missing",
        what: `Read the module "${relative(root, module.path)}"`,
        seen: "it is not there any more",
      });
    }
    files.push(module.path);
    // The targets, too: another import map gives the same text another meaning.
    const edges = module.imports.map(({ specifier, target }): Json => [
      specifier,
      target.startsWith("file://") ? relative(root, target.slice(7)) : target,
    ]);
    facts[`code ${relative(root, module.path)}`] = digestJson("module", [
      content,
      edges,
    ]);
    open.push(...module.imports.map(({ target }) => target));
  }
  const packages: string[] = [];
  for (const id of closure(lock, roots)) {
    const { integrity, system } = lock.packages.get(id)!; // the closure is of the lock
    if (system === "other" || (system === "this" && !native)) continue;
    facts[`npm ${id}`] = integrity;
    packages.push(join(root, "node_modules/.deno", folderOf(id)));
  }
  return ok({ facts, files: files.sort(), packages: packages.sort() });
}

/** How Deno names a package's folder. */
function folderOf(id: string): string {
  return id.replace(/_.*$/, (peers) => peers).replaceAll("/", "+");
}

function same(
  files: { readonly [path: string]: Digest | null },
  stat: StatCache,
): boolean {
  return Object.entries(files).every(([path, digest]) =>
    (stat.digest(path) ?? null) === digest
  );
}

function load(path: string): Cached | undefined {
  try {
    const value = JSON.parse(readFileSync(path, "utf8")) as Cached;
    return value.version === VERSION ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
