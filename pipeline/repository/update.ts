/**
 * A newer engine for a project that has one inside. What the project's author did to
 * the engine's files is found first, and nothing of it is lost.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fail, ok, type Result } from "../failure.ts";
import { copyWhole, writeDurably } from "../store/write.ts";
import {
  digestAt,
  MANIFEST,
  type Manifest,
  printManifest,
  readManifest,
} from "./manifest.ts";
import { filesBelow, packagesIn, partsFor, placeOf } from "./parts.ts";
import {
  engineTasks,
  type Lock,
  lockFor,
  printJson,
  readJsonIn,
  type Settings,
} from "./settings.ts";

/** A file of the engine that is not as it came. */
export interface Edit {
  readonly path: string;
  readonly kind: "edited" | "deleted" | "own";
}

/** What a newer engine changes. */
export interface Update {
  readonly version: { readonly was: string; readonly now: string };
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Edits that it would undo. */
  readonly edits: readonly Edit[];
  readonly packages: readonly Package[];
  /** Tasks that there were not. */
  readonly tasks: readonly string[];
  /** The Deno that it is made for, where main.ts names another. */
  readonly deno?: string;
  readonly settings: Settings;
  readonly lock: Lock;
  readonly manifest: Manifest;
}

/** A package whose version is another one. */
interface Package {
  readonly name: string;
  readonly was: string | undefined;
  readonly now: string | undefined;
}

/** Where edits are kept that an update undoes. */
export const EDITS = "engine-edits";

/** The edits of a project's engine. */
export function editsOf(root: string, { files }: Manifest): Edit[] {
  return Object.entries(files).flatMap(([path, digest]): Edit[] => {
    const now = digestAt(root, path);
    if (now === digest) return [];
    return [{ path, kind: now === undefined ? "deleted" : "edited" }];
  });
}

/** What the engine in a folder would change in a project. `from` is its address, if it has one. */
export function planUpdate(
  root: string,
  engine: string,
  from: string | undefined,
): Result<Update> {
  const here = readManifest(root);
  if (!here.ok) return here;
  const wrong = (seen: string, hint: string) =>
    fail({ kind: "engine", what: "Cannot update the engine", seen, hint });
  const { files, ...manifest } = here.value;
  if (Object.keys(files).length === 0) {
    return wrong(
      "this project is an engine itself",
      "call it in a paper that was made with deno task new",
    );
  }
  if (resolve(engine) === resolve(root)) {
    return wrong(
      "that is this very project",
      "name a folder or repository of Facsimile",
    );
  }
  const there = readManifest(engine);
  if (!there.ok || !existsSync(join(engine, "pipeline/cli/start.ts"))) {
    return wrong(
      `there is no engine in ${engine}`,
      "name a folder or repository of Facsimile",
    );
  }
  const own = ownTexts(root, files);
  const parts = partsFor(engine, own);
  const digests = Object.fromEntries(
    parts.map((path) => [path, digestAt(engine, placeOf(path))!]), // it is there
  );
  const edits = editsOf(root, here.value).filter(({ path }) =>
    // What is already as the newer engine has it, as after a kill, is no edit.
    digestAt(root, path) !== digests[path]
  );
  for (const path of parts) {
    if (Object.hasOwn(files, path)) continue;
    const mine = digestAt(root, path);
    if (mine !== undefined && mine !== digests[path]) {
      edits.push({ path, kind: "own" });
    }
  }
  const settings = readJsonIn<Settings>(root, "deno.json");
  const newer = readJsonIn<Settings>(engine, "deno.json");
  const { imports, packages } = importsFor(settings, newer, [
    ...own.values(),
    ...parts.map((path) => readFileSync(join(engine, placeOf(path)), "utf8")),
  ]);
  const tasks = Object.entries(engineTasks(newer) ?? {})
    .filter(([name]) => !Object.hasOwn(settings.tasks ?? {}, name));
  const deno = denoOf(engine);
  return ok({
    version: { was: manifest.version, now: there.value.version },
    changed: parts.filter((path) =>
      Object.hasOwn(files, path) && files[path] !== digests[path]
    ),
    added: parts.filter((path) => !Object.hasOwn(files, path)),
    removed: Object.keys(files).filter((path) => !Object.hasOwn(digests, path)),
    edits,
    packages,
    tasks: tasks.map(([name]) => name),
    ...(deno !== undefined && deno !== denoOf(root) && { deno }),
    settings: {
      ...settings,
      tasks: { ...settings.tasks, ...Object.fromEntries(tasks) },
      imports,
    },
    lock: lockFor(imports, [
      readJsonIn<Lock>(engine, "deno.lock"),
      readJsonIn<Lock>(root, "deno.lock"),
    ]),
    manifest: {
      version: there.value.version,
      ...(from !== undefined
        ? { from }
        : manifest.from !== undefined && { from: manifest.from }),
      files: digests,
    },
  });
}

/** Whether it changes anything. */
export function isEmpty(update: Update): boolean {
  const { changed, added, removed, edits, packages, tasks, version } = update;
  return [changed, added, removed, edits, packages, tasks]
    .every((list) => list.length === 0) && version.was === version.now;
}

/**
 * Puts the newer engine in place: files one by one, its manifest last. After a kill
 * the same call goes on. Edits are kept in a folder beside.
 */
export function applyUpdate(
  root: string,
  engine: string,
  update: Update,
): void {
  for (const { path, kind } of update.edits) {
    if (kind === "deleted") continue;
    const to = join(root, EDITS, path);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(root, path), to);
  }
  for (const path of Object.keys(update.manifest.files)) {
    if (digestAt(root, path) === update.manifest.files[path]) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyWhole(join(engine, placeOf(path)), join(root, path), 0o644);
  }
  for (const path of update.removed) rmSync(join(root, path), { force: true });
  const write = (name: string, value: unknown) =>
    writeDurably(join(root, name), printJson(value));
  write("deno.json", update.settings);
  write("deno.lock", update.lock);
  writeDurably(join(root, MANIFEST), printManifest(update.manifest));
}

/** The project's own modules, which may name parts of an engine. */
function ownTexts(
  root: string,
  files: Manifest["files"],
): Map<string, string> {
  const folders = ["stages", "test"].filter((one) =>
    existsSync(join(root, one))
  );
  const paths = ["main.ts", ...folders.flatMap((one) => filesBelow(root, one))];
  return new Map(
    paths.filter((path) =>
      !Object.hasOwn(files, path) && existsSync(join(root, path))
    ).map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

/** The imports with the newer engine's versions; what the author imports stays. */
function importsFor(
  settings: Settings,
  newer: Settings,
  texts: readonly string[],
): { imports: { [name: string]: string }; packages: Package[] } {
  const known = newer.imports ?? {};
  const was = settings.imports ?? {};
  const wanted = packagesIn(texts, Object.keys(known));
  const kept = Object.entries(was).filter(([name]) =>
    !Object.hasOwn(known, name)
  );
  const imports = Object.fromEntries(
    [...kept, ...wanted.map((name) => [name, known[name]!] as const)] // it knows it
      .toSorted(([a], [b]) => a < b ? -1 : 1),
  );
  const names = new Set([...Object.keys(was), ...Object.keys(imports)]);
  return {
    imports,
    packages: [...names].sort().filter((name) => was[name] !== imports[name])
      .map((name) => ({ name, was: was[name], now: imports[name] })),
  };
}

/** The Deno that a project's main.ts says it is made for. */
function denoOf(root: string): string | undefined {
  const path = join(root, "main.ts");
  return existsSync(path)
    ? /\bdeno: "([\d.]+)"/.exec(readFileSync(path, "utf8"))?.[1]
    : undefined;
}
