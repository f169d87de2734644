/**
 * Reads the code of all stages from the beginning: the import graph by Deno, the
 * texts from the disk, and the parts of those that were never seen by esbuild.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Digest, digestBytes, digestJson } from "../store/digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import { look } from "../store/inode.ts";
import type { Json } from "../stage/json.ts";
import type { StatCache } from "../store/stat.ts";
import {
  type ModuleParts,
  PRINTER,
  type Source,
  splitExports,
} from "./exports.ts";
import { codeOf, effectfulModules } from "./closure.ts";
import type { Code, Entry } from "./identity.ts";
import { readPackages } from "./lock.ts";
import { readGraph } from "./module.ts";
import { readSettings, settingsFiles } from "./settings.ts";

/** What was read, and all that is needed to know whether it still holds. */
interface Scan {
  readonly codes: { readonly [module: string]: Code };
  readonly files: { readonly [path: string]: Digest | null };
  /** To be handed back the next time. */
  readonly parts: string;
  /** No file was touched meanwhile. */
  readonly settled: boolean;
}

/** How often to begin again when somebody edits a module while it is read. */
const ATTEMPTS = 3;

/** Reads the code of all entries. `known` is the parts that an earlier scan left, as JSON. */
export async function scan(
  root: string,
  entries: readonly Entry[],
  stat: StatCache,
  known = "{}",
): Promise<Result<Scan>> {
  for (let attempt = 1;; attempt++) {
    const started = Date.now();
    const result = await scanOnce(root, entries, stat, known);
    if (!result.ok) return result;
    const settled = Object.keys(result.value.files).every((path) => {
      const inode = look(path);
      return !inode || inode.touched + inode.tick < started;
    });
    // Else Deno may have seen another text than esbuild.
    if (settled || attempt === ATTEMPTS) {
      return ok({ ...result.value, settled });
    }
  }
}

async function scanOnce(
  root: string,
  entries: readonly Entry[],
  stat: StatCache,
  known: string,
): Promise<Result<Omit<Scan, "settled">>> {
  const project = readSettings(root, stat);
  if (!project.ok) return project;
  const graph = await readGraph(root, entries.map(({ module }) => module));
  if (!graph.ok) return graph;
  const raws = new Map<string, Digest>();
  const scripts: string[] = [];
  for (const module of graph.value.modules.values()) {
    if (module.kind === "package" || raws.has(module.path)) continue;
    const raw = stat.digest(module.path);
    if (raw === undefined) {
      return fail({
        kind: "module-broken",
        what: `Cannot read the module "${relative(root, module.path)}"`,
        seen: "it is no plain file",
      });
    }
    raws.set(module.path, raw);
    if (module.kind === "script") scripts.push(module.path);
  }
  const { compiler, importMap, namesOf, factsOf } = project.value;
  const divided = await splitModules(root, scripts, raws, compiler, known);
  if (!divided.ok) return divided;
  const { parts } = divided.value;
  const library = {
    root,
    graph: graph.value,
    lock: readPackages(root),
    parts,
    raws,
    namesOf: (files: readonly string[]) => namesOf(settingsFiles(root, files)),
    effectful: effectfulModules(graph.value, parts),
  };
  const digests = (paths: readonly string[]) =>
    Object.fromEntries(
      paths.map((path) => [path, stat.digest(path) ?? null]),
    );
  const beside = importMap === undefined ? [] : [join(root, importMap)];
  const codes: Record<string, Code> = {};
  for (const { module, native } of entries) {
    const code = codeOf(join(root, module), native, library);
    if (!code.ok) return code;
    const { facts, files, bytes } = code.value;
    const say = settingsFiles(root, files);
    const more = factsOf(say);
    if (!more.ok) return more;
    codes[module] = {
      ...code.value,
      facts: { ...facts, ...more.value },
      bytes: { ...bytes, ...digests([...say, ...beside]) },
    };
  }
  return ok({
    codes,
    files: {
      ...Object.fromEntries(raws),
      ...digests([
        join(root, "deno.lock"),
        ...settingsFiles(root, raws.keys()),
        ...beside,
      ]),
    },
    parts: divided.value.known,
  });
}

/** Splits the modules whose text is not known yet. */
async function splitModules(
  root: string,
  scripts: readonly string[],
  raws: Map<string, Digest>,
  compiler: { readonly [option: string]: Json },
  known: string,
): Promise<
  Result<{ parts: ReadonlyMap<string, ModuleParts>; known: string }>
> {
  const old = JSON.parse(known) as { [key: string]: ModuleParts };
  const now: Record<string, ModuleParts> = {};
  const keys = new Map<string, string>();
  const fresh: { source: Source; key: string }[] = [];
  const keyOf = (path: string) =>
    digestJson("text", [
      raws.get(path)!, // of every file of the graph
      /\.([^./]+)$/.exec(path)?.[1] ?? "",
      compiler,
      PRINTER,
    ]);
  for (const path of scripts) {
    let key = keyOf(path);
    const unchanged = old[key];
    if (unchanged) now[key] = unchanged;
    else {
      const bytes = readFileSync(path);
      // What is kept under a digest must come of the very bytes.
      raws.set(path, digestBytes(bytes));
      key = keyOf(path);
      const text = new TextDecoder().decode(bytes);
      fresh.push({ source: { name: relative(root, path), text }, key });
    }
    keys.set(path, key);
  }
  const divided = await splitExports(
    fresh.map(({ source }) => source),
    compiler,
  );
  if (!divided.ok) return divided;
  fresh.forEach(({ key }, index) => now[key] = divided.value[index]!); // one each
  const parts = new Map(
    [...keys].map(([path, key]) => [path, now[key]!]), // all are there now
  );
  return ok({ parts, known: JSON.stringify(now) });
}
