/** A repository of one's own, from a template, with the engine inside. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fail, ok, type Result } from "../failure.ts";
import type { Template } from "../project/project.ts";
import { digestBytes } from "../store/digest.ts";
import { codeOf } from "../store/disk.ts";
import { type Identity, startRepository } from "./git.ts";
import {
  MANIFEST,
  type Manifest,
  printManifest,
  readManifest,
} from "./manifest.ts";
import { filesBelow, packagesIn, partsFor, placeOf } from "./parts.ts";
import {
  type Lock,
  lockFor,
  printJson,
  readJsonIn,
  type Settings,
  settingsFor,
} from "./settings.ts";

/** A file to be written. */
interface File {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** What was made. */
interface Created {
  readonly folder: string;
  readonly files: number;
  readonly packages: number;
  readonly git: "committed" | "added" | "within" | "none";
}

/** Makes it. What cannot be made whole leaves nothing behind. */
export async function create(
  engine: string,
  template: Template,
  folder: string,
  identity: Identity,
): Promise<Result<Created>> {
  const refused = refusal(engine, folder);
  if (refused) return refused;
  const files = template.folders.length === 0
    ? copyOf(engine, template.files ?? [])
    : fromTemplate(engine, template, identity);
  const draft = `${folder}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    for (const [path, { bytes, executable }] of files) {
      const to = join(draft, path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, bytes);
      if (executable) chmodSync(to, 0o755);
    }
    // Over an empty folder, which may be there.
    renameSync(draft, folder);
  } catch (error) {
    if (existsSync(draft)) rmSync(draft, { recursive: true });
    const code = codeOf(error);
    if (code === undefined) throw error;
    return fail({
      kind: "not-made",
      what: `Cannot make the folder ${folder}`,
      seen: SAID[code] ?? `the system says ${code}`,
      hint: "choose another place",
    });
  }
  const imports = readJsonIn<Settings>(folder, "deno.json").imports ?? {};
  return ok({
    folder,
    files: files.size,
    packages: Object.keys(imports).length,
    git: await startRepository(folder, template.name),
  });
}

const SAID: { readonly [code: string]: string } = {
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "nothing can be written there",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is no folder",
  EEXIST: "a part of its path is no folder",
};

/** Why nothing is made there, if so. */
function refusal(
  engine: string,
  folder: string,
): { ok: false; failure: { kind: string; what: string } } | undefined {
  const wrong = (seen: string, hint: string) =>
    fail({
      kind: "folder",
      what: `Cannot make a paper in ${folder}`,
      seen,
      hint,
    });
  if (`${folder}/`.startsWith(`${resolve(engine)}/`)) {
    return wrong(
      "it would lie inside of this project",
      `name a folder beside it, as ../${basename(folder)}`,
    );
  }
  const state = stateOf(folder);
  if (state && !state.isDirectory()) {
    return wrong("that is a file", "choose another name");
  }
  const there = state ? readdirSync(folder) : [];
  if (there.length > 0) {
    return wrong(
      `the folder is not empty: ${there.slice(0, 3).join(", ")}${
        there.length > 3 ? `, and ${there.length - 3} more` : ""
      }`,
      "choose a new folder, or empty this one",
    );
  }
}

/** What is there; nothing, too, where something on the way is no folder, which is told later. */
function stateOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === "ENOTDIR" || codeOf(error) === "EACCES") return;
    throw error;
  }
}

/** This very project. */
function copyOf(engine: string, paths: readonly string[]): Map<string, File> {
  return new Map(
    paths.filter((path) => existsSync(join(engine, path)))
      .map((path) => [path, fileAt(engine, path)]),
  );
}

/** The template's own files, and the engine's. */
function fromTemplate(
  engine: string,
  { folders }: Template,
  identity: Identity,
): Map<string, File> {
  const files = new Map<string, File>();
  for (const folder of folders) {
    for (const path of filesBelow(engine, folder)) {
      files.set(path.slice(folder.length + 1), fileAt(engine, path));
    }
  }
  for (const [path, words] of Object.entries(FILLED)) {
    const file = files.get(path);
    if (file) {
      files.set(path, {
        ...file,
        bytes: bytesOf(words(textOf(file), identity)),
      });
    }
  }
  const own = new Map(
    [...files].map(([path, file]) => [path, textOf(file)] as const),
  );
  const parts = partsFor(engine, own);
  for (const path of parts) files.set(path, fileAt(engine, placeOf(path)));
  const settings = readJsonIn<Settings>(engine, "deno.json");
  const ownSettings: Settings = JSON.parse(own.get("deno.json") ?? "{}");
  const packages = packagesIn(
    [...files.values()].map(textOf),
    Object.keys(settings.imports ?? {}),
  );
  const made = settingsFor(settings, ownSettings, packages);
  const lock = lockFor(made.imports ?? {}, [
    readJsonIn<Lock>(engine, "deno.lock"),
  ]);
  const write = (path: string, value: unknown) =>
    files.set(path, {
      bytes: bytesOf(printJson(value)),
      executable: false,
    });
  write("deno.json", made);
  write("deno.lock", lock);
  files.set(MANIFEST, {
    bytes: bytesOf(printManifest(manifestOf(engine, files, parts))),
    executable: false,
  });
  return files;
}

function manifestOf(
  engine: string,
  files: ReadonlyMap<string, File>,
  parts: readonly string[],
): Manifest {
  const manifest = readManifest(engine);
  return {
    version: manifest.ok ? manifest.value.version : "0",
    files: Object.fromEntries(
      parts.map((path) => [path, digestBytes(files.get(path)!.bytes)]), // just put there
    ),
  };
}

/** Where templates leave room for who makes a paper. */
const FILLED: {
  readonly [path: string]: (text: string, identity: Identity) => string;
} = {
  "experiment.toml": (text, { name }) =>
    text.replace(/^AUTHOR$/m, authorOf(name)),
  "LICENSE": (text, { name }) => text.replace("HOLDER", name ?? "the authors"),
};

function authorOf(name: string | undefined): string {
  if (name === undefined) return 'name = "The authors"';
  const [family = "", ...given] = name.split(/\s+/).toReversed();
  return given.length === 0
    ? `name = ${JSON.stringify(name)}`
    : `given = ${JSON.stringify(given.toReversed().join(" "))}\nfamily = ${
      JSON.stringify(family)
    }`;
}

function fileAt(root: string, path: string): File {
  const from = join(root, path);
  return {
    bytes: readFileSync(from),
    executable: (statSync(from).mode & 0o100) !== 0,
  };
}

function textOf({ bytes }: File): string {
  return new TextDecoder().decode(bytes);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
