/**
 * The facts of a stage's code: which parts of which modules it uses, which of the
 * modules that it loads do something on being loaded, and which packages it reaches.
 */
import { existsSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { type Digest, digestJson } from "../store/digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Json, JsonObject } from "../stage/json.ts";
import type { ModuleParts, Part } from "./exports.ts";
import type { Looks } from "./syntax.ts";
import type { Code } from "./identity.ts";
import { fitsSystem, HERE, type LockedPackages } from "./lock.ts";
import { packageOf } from "./package.ts";
import { fileUrl, type Graph, type Module } from "./module.ts";

/** All that is known of the project's code. */
export interface Library {
  readonly root: string;
  readonly graph: Graph;
  readonly lock: LockedPackages;
  /** By path. */
  readonly parts: ReadonlyMap<string, ModuleParts>;
  /** The digest of every file as it stands, by path. */
  readonly raws: ReadonlyMap<string, Digest>;
  /** What names mean to some modules, by key of an import map, and after its scope. */
  readonly namesOf: (files: readonly string[]) => JsonObject;
  /** By URL: whether loading it, or anything that it loads, does something. */
  readonly effectful: ReadonlySet<string>;
}

/** The modules whose loading does something: themselves, or by what they load. */
export function effectfulModules(
  { modules }: Graph,
  parts: ReadonlyMap<string, ModuleParts>,
): Set<string> {
  const users = new Map<string, string[]>();
  const open: string[] = [];
  for (const [url, module] of modules) {
    if (module.kind === "package") {
      open.push(url);
      continue;
    }
    if (module.kind === "script" && parts.get(module.path)?.effects) {
      open.push(url);
    }
    for (const { target } of module.imports) {
      users.set(target, [...users.get(target) ?? [], url]);
    }
  }
  const found = new Set<string>();
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (found.has(url)) continue;
    found.add(url);
    open.push(...users.get(url) ?? []);
  }
  return found;
}

/** The code of the stage whose module is at `entry`. */
export function codeOf(
  entry: string,
  native: boolean,
  library: Library,
): Result<Code> {
  const { graph, parts, raws } = library;
  const loaded = reach(fileUrl(entry), graph);
  const files: string[] = [];
  const roots: string[] = [];
  const scripts: (Module & { kind: "script" })[] = [];
  for (const module of loaded.values()) {
    if (module.kind === "package") roots.push(module.id);
    else files.push(module.path);
    if (module.kind === "script") scripts.push(module);
  }
  files.sort();
  const looks = scripts.map(({ path }) => parts.get(path)!.looks); // of every script
  const readable = looks.some(({ starts }) => starts);
  const facts = readable || looks.some(({ reflects }) => reflects)
    ? verbatim(loaded, library)
    : used(fileUrl(entry), scripts, library);
  const evaluates = looks.some(({ evaluates }) => evaluates);
  const packages = reachPackages(
    evaluates ? [...library.lock.keys()] : roots,
    native,
    library,
  );
  if (!packages.ok) return packages;
  return ok({
    facts: {
      ...facts,
      ...resolved(looks, () => library.namesOf(files)),
      ...packages.value.facts,
    },
    files,
    bytes: Object.fromEntries(
      files.map((path) => [path, raws.get(path)!]), // of every file of the graph
    ),
    packages: packages.value.folders,
    readable,
  });
}

/** Facts of code that may look at itself: every byte of what it loads. */
function verbatim(
  loaded: ReadonlyMap<string, Module>,
  { root, raws }: Library,
): Record<string, Json> {
  const facts: Record<string, Json> = {};
  for (const module of loaded.values()) {
    if (module.kind === "package") continue;
    facts[`code ${relative(root, module.path)}`] = digestJson("module", [
      raws.get(module.path)!,
      module.imports.map(({ specifier, target, as }) => [
        specifier,
        nameOf(target, root),
        as ?? null,
      ]),
    ]);
  }
  return facts;
}

/** Facts of the parts that are used, by export, and of what loading does. */
function used(
  entry: string,
  scripts: readonly (Module & { kind: "script" })[],
  { root, graph, parts, raws, effectful }: Library,
): Record<string, Json> {
  const facts: Record<string, Json> = {};
  const open: [url: string, name: string][] = [[entry, "default"]];
  const stage = scripts.find(({ path }) => fileUrl(path) === entry);
  // What its threads run, if it has any.
  if (stage && parts.get(stage.path)?.exports.thread) {
    open.push([entry, "thread"]);
  }
  const add = (
    { path, imports }: Module & { kind: "script" },
    name: string,
    { digest, wants }: Part,
    more: Json = null,
  ) => {
    const fact = factName(relative(root, path), name);
    if (fact in facts) return;
    const edges = new Map(imports.map((edge) => [edge.specifier, edge]));
    const targets = wants.map(([specifier, name]): Json => {
      const edge = edges.get(specifier);
      if (edge) {
        const { target, as } = edge;
        open.push([target, as === undefined ? name : "content"]);
        return [specifier, name, nameOf(target, root), ...(as ? [as] : [])];
      }
      // What esbuild adds, and Deno resolves in another way: take everything.
      for (const { target } of imports) open.push([target, "*"]);
      return [specifier, name, null];
    });
    facts[fact] = digestJson("code", [digest, targets, more]);
  };
  // Loading a module does what it does even if nothing of it is used.
  for (const module of scripts) {
    const effects = parts.get(module.path)?.effects;
    const loads = module.imports.map(({ target }) => target)
      .filter((target) => effectful.has(target));
    if (!effects && loads.length === 0) continue;
    add(
      module,
      "",
      effects ?? { digest: "" as Digest, wants: [] },
      loads.map((target) => nameOf(target, root)),
    );
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [url, name] = next;
    const module = graph.modules.get(url);
    // Packages have their own facts, built-ins come with Deno.
    if (!module || module.kind === "package") continue;
    if (module.kind === "asset" || name === "content") {
      const fact = `code ${relative(root, module.path)}`;
      facts[fact] = raws.get(module.path)!; // of every file of the graph
      for (const { target } of module.imports) open.push([target, "*"]);
      continue;
    }
    const { exports } = parts.get(module.path)!; // of every script
    const part = exports[name];
    if (part) add(module, name, part);
    else {
      for (const [name, part] of Object.entries(exports)) {
        add(module, name, part);
      }
    }
  }
  return facts;
}

/** Facts of what `import.meta.resolve` is asked for: what the import maps say of it. */
function resolved(
  looks: readonly Looks[],
  namesOf: () => JsonObject,
): Record<string, Json> {
  const facts: Record<string, Json> = {};
  const any = looks.some(({ resolvesAny }) => resolvesAny);
  const specifiers = looks.flatMap(({ resolves }) => resolves);
  if (!any && specifiers.length === 0) return facts;
  const names = namesOf();
  if (any) facts["resolve"] = digestJson("names", names);
  for (const specifier of specifiers) {
    const found = Object.entries(names).filter(([key]) => {
      const name = key.split(" ").at(-1)!; // splitting gives one at least
      return specifier === name ||
        specifier.startsWith(name.endsWith("/") ? name : `${name}/`);
    });
    facts[`resolve ${specifier}`] = Object.fromEntries(found);
  }
  return facts;
}

function factName(path: string, name: string): string {
  switch (name) {
    case "":
      return `code ${path} (loading)`;
    case "default":
    case "*":
      return `code ${path}`;
    default:
      return `code ${path}#${name}`;
  }
}

/** Everything that is loaded with a module. */
function reach(entry: string, { modules }: Graph): Map<string, Module> {
  const seen = new Map<string, Module>();
  const open = [entry];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    const module = modules.get(url);
    if (!module || seen.has(url)) continue;
    seen.set(url, module);
    if (module.kind === "package") continue;
    open.push(...module.imports.map(({ target }) => target));
  }
  return seen;
}

/** A target as a stranger's machine would name it. */
function nameOf(url: string, root: string): string {
  const base = `${fileUrl(root)}/`;
  return url.startsWith(base) ? url.slice(base.length) : url;
}

/**
 * Some packages and all that they need. Without native code those made for one
 * system are left out, so that the facts are the same on all.
 */
function reachPackages(
  roots: readonly string[],
  native: boolean,
  { root, graph, lock }: Library,
): Result<{ facts: Record<string, Json>; folders: string[] }> {
  const facts: Record<string, Json> = {};
  // A fact tells of peers only where one version has several.
  const times = new Map<string, number>();
  const withoutPeers = (id: string) => {
    const { name, version } = packageOf(id);
    return `${name}@${version}`;
  };
  for (const id of lock.keys()) {
    times.set(withoutPeers(id), (times.get(withoutPeers(id)) ?? 0) + 1);
  }
  const folders = new Set<string>();
  const seen = new Set<string>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const locked = lock.get(id);
    if (!locked) {
      return fail({
        kind: "package-unlocked",
        what: `Cannot identify the package "${id}"`,
        seen: `it is not in ${root}/deno.lock`,
        hint: "run deno install",
      });
    }
    const forAll = !locked.os && !locked.cpu;
    if (!forAll && !(native && fitsSystem(locked, HERE))) continue;
    const name = withoutPeers(id);
    facts[`npm ${times.get(name) === 1 ? name : id}`] = locked.integrity;
    const { needs = [], folder } = graph.packages.get(id) ?? {};
    if (folder !== undefined && existsSync(folder)) {
      folders.add(realpathSync(folder));
    }
    open.push(...needs);
  }
  return ok({ facts, folders: [...folders].sort() });
}
