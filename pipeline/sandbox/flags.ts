/**
 * The command line of a module stage's process, with Deno's permissions for what
 * the stage declares and nothing else: ring 1 of its containment.
 */
import { pathToFileURL } from "node:url";
import { fail, ok, type Result } from "../failure.ts";
import {
  type Confinement,
  declaredReads,
  outputFolder,
  scratchFolder,
} from "./confinement.ts";
import { ENVIRONMENT } from "./program/variables.ts";
import { denoDir } from "./wall/cache.ts";
import { distinct, realPath, realPaths, within } from "../store/path.ts";

/** A program with its arguments and all of its environment. */
export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  /** What a kernel wall must let through besides the machine's own. */
  readonly reads: readonly string[];
  readonly runs: readonly string[];
  readonly writes: readonly string[];
}

/** The engine's own modules: those that run in the process of a stage. */
const engine = realPath(`${import.meta.dirname}/..`);
const runner = `${engine}/sandbox/process/runner.ts`;
const preload = `${engine}/sandbox/process/freeze.ts`;

/**
 * Seeds Math.random and crypto alike. Any number will do, as long as it is
 * always the same; stages that need chance take a seed from their params.
 */
const SEED = "1";

/**
 * How long a function of WebAssembly runs, roughly in bytes executed, before V8 compiles
 * it once more to be fast; a fifteenth of this by default. Compiling took a third of
 * stages of one or two seconds (measured); what computes for long is fast after tenths of
 * a second anyway. Either form of the code computes the same.
 */
const TIERING = 200_000_000;

/**
 * detect-libc, which packages with native code ask which of their binaries fits,
 * reads this script to tell glibc from musl. Denied, it asks for a process report
 * instead, which needs `--allow-sys` of everything.
 */
const LDD = "/usr/bin/ldd";

/** What a process may touch, each list real and free of duplicates. */
export interface Allowed {
  readonly read: readonly string[];
  /** Modules that may be read until the process's threads have loaded them. */
  readonly load: readonly string[];
  readonly write: readonly string[];
  readonly net: readonly string[];
  readonly ffi: readonly string[];
  readonly sys: readonly string[];
  readonly env: { readonly [name: string]: string };
}

/** Reads off a confinement what its process may touch. */
export function allowed(confinement: Confinement): Allowed {
  const { permissions } = confinement;
  const native = (permissions.ffi ?? []).length > 0;
  const write = [outputFolder(confinement), scratchFolder(confinement)];
  const read = bothWays([
    ...declaredReads(confinement),
    ...(confinement.readable ? confinement.code : []),
    ...confinement.packages,
    ...(native ? [LDD] : []),
    ...write,
    taskFile(confinement),
    coresFile(confinement),
    // Workers load them. They are a fact by their bytes.
    ...engineCode(),
  ]);
  return {
    read,
    // To take the right to a file from a process takes that to its folder, too.
    load: confinement.threads > 0
      ? bothWays(confinement.code).filter((path) =>
        !read.some((folder) => within(path, folder))
      )
      : [],
    write: bothWays(write),
    net: permissions.net ?? [],
    ffi: native ? bothWays(confinement.packages) : [],
    sys: permissions.sys ?? [],
    env: { ...ENVIRONMENT, ...permissions.env },
  };
}

/** The file that says what is to be done. */
export function taskFile(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/task.json`;
}

/** The file that tells the process how many cores it has now. */
export function coresFile(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/cores`;
}

/** Where Deno writes down every access, granted or not. */
export function auditFile(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/audit.jsonl`;
}

/** The process whose end ends a stage's. */
export interface Engine {
  readonly pid: number;
  /** The stage's process has to look whether it lives; the kernel does not say. */
  readonly look: boolean;
}

/** The command line of a module stage; without an engine, it runs by hand. */
export function denoInvocation(
  confinement: Confinement,
  engine?: Engine,
): Result<Invocation> {
  const may = allowed(confinement);
  const paths = [...may.read, ...may.load, ...may.write, ...may.ffi];
  const comma = paths.find((path) => path.includes(","));
  if (comma !== undefined) {
    return fail({
      kind: "comma-in-path",
      what:
        `Cannot confine ${confinement.instance} to paths of which one holds a comma`,
      seen: `${comma}: Deno separates permitted paths by commas`,
      hint: "rename or move the folder",
    });
  }
  return ok({
    program: Deno.execPath(),
    cwd: confinement.root,
    reads: [
      ...may.read,
      ...bothWays(confinement.code),
      ...may.ffi,
      denoDir(),
      // Resolution walks through all of it.
      `${confinement.root}/node_modules`,
      ...configurations(confinement),
    ],
    runs: [Deno.execPath()],
    writes: [...may.write, auditFile(confinement)],
    env: {
      ...may.env,
      ...cardVariables(confinement),
      DENO_DIR: denoDir(),
      DENO_NO_UPDATE_CHECK: "1",
      DENO_AUDIT_PERMISSIONS: auditFile(confinement),
      // Workers of Node's have caches, which would outlive the process.
      DENO_CACHE_DB_MODE: "memory",
    },
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      // The engine checked lock file and types before it started anything.
      "--no-lock",
      "--no-check",
      "--node-modules-dir=manual",
      `--config=${confinement.root}/deno.json`,
      "--ignore-env",
      // With the values given above these are the same everywhere.
      ...flags("env", Object.keys(may.env)),
      `--seed=${SEED}`,
      `--v8-flags=--wasm-tiering-budget=${TIERING}`,
      `--preload=${preload}`,
      ...flags("read", [...may.read, ...may.load]),
      ...flags("write", may.write),
      ...flags("net", may.net),
      ...flags("ffi", may.ffi),
      ...flags("sys", may.sys),
      mainModule(confinement),
      taskFile(confinement),
      ...(engine === undefined
        ? []
        : [String(engine.pid), ...(engine.look ? ["look"] : [])]),
      ...(confinement.gpu ? ["gpu"] : []),
    ],
  });
}

/**
 * Tells the graphics card's driver which cards are the process's own. It reads the
 * variables itself: Deno shows them to no stage.
 */
export function cardVariables(
  { cards }: Confinement,
): { readonly [name: string]: string } {
  if (cards === undefined) return {};
  const CUDA_DEVICE_ORDER = "PCI_BUS_ID"; // as the kernel numbers them
  return { CUDA_DEVICE_ORDER, CUDA_VISIBLE_DEVICES: cards.join(",") };
}

/** The text of the main module, as its URL: it names what no stage may read. */
function mainModule({ root, runs }: Confinement): string {
  const stage = runs.kind === "module" ? runs.module : "";
  const text = (path: string) => JSON.stringify(pathToFileURL(path).href);
  const url = text(`${root}/${stage}`);
  const program = `import { main } from ${text(runner)};` +
    `main(() => import(${url}), ${url});`;
  return `data:application/javascript,${encodeURIComponent(program)}`;
}

/**
 * Deno looks for these in every folder above a module, and takes one that it
 * may not read for a broken one.
 */
function configurations({ root, code, packages }: Confinement): string[] {
  const folders = new Set<string>();
  const paths = [root + "/x", ...code, ...packages, ...engineCode()];
  for (let folder of realPaths(paths)) {
    while (folder !== "") {
      folder = folder.slice(0, folder.lastIndexOf("/"));
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return [...folders].flatMap((folder) =>
    ["deno.json", "deno.jsonc", "package.json"].map((name) =>
      `${folder}/${name}`
    )
  );
}

/** The modules of the engine that run inside the stage's process. */
export function engineCode(): readonly string[] {
  return [
    runner,
    preload,
    // What these import, and a stage for StageError.
    `${engine}/stage/task.ts`,
    `${engine}/stage/spelling.ts`,
    `${engine}/sandbox/process/taskfile.ts`,
    `${engine}/sandbox/process/denial.ts`,
    `${engine}/sandbox/process/often.ts`,
    `${engine}/sandbox/process/thread.ts`,
  ];
}

// Linux limits one argument to 128 KiB, all of them to about 2 MiB: a stage
// with a thousand inputs needs several flags.
const ARGUMENT = 100_000;

function flags(permission: string, values: readonly string[]): string[] {
  const all: string[] = [];
  let flag = "";
  for (const value of values) {
    if (flag === "") flag = `--allow-${permission}=${value}`;
    else if (flag.length + value.length < ARGUMENT) flag += `,${value}`;
    else {
      all.push(flag);
      flag = `--allow-${permission}=${value}`;
    }
  }
  return flag === "" ? all : [...all, flag];
}

/**
 * Deno compares the path as it was written, the kernel the file: a path is
 * allowed as it is given and as it really is.
 */
function bothWays(paths: readonly string[]): readonly string[] {
  return distinct([...paths, ...realPaths(paths)]);
}
