/**
 * Builds the environment of a command with its interpreter's own tools, and with
 * the user's own network and settings: a mirror of packages is a matter of the
 * machine, and the lock's digests say what may come from it.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fail, type Failure, ok, type Result } from "../../failure.ts";
import type { Runs } from "../../stage/declaration.ts";
import { canonicalPretty, type JsonObject } from "../../stage/json.ts";
import { take } from "../../store/lease.ts";
import { digestBytes } from "../../store/digest.ts";
import type { Facts } from "../../store/fingerprint.ts";
import { writeWhole } from "../../store/write.ts";
import {
  type Built,
  builtIn,
  COMPLETE,
  environmentKey,
  environmentsFolder,
  isPython,
  lockDigest,
} from "./environment.ts";
import { findProgram } from "./find.ts";
import { pipTrouble } from "./pip.ts";

type Command = Extract<Runs, { kind: "command" }>;

/** What is to be built, and where. */
interface Order {
  readonly runs: Command & {
    readonly environment: NonNullable<Command["environment"]>;
  };
  /** Of the instance: what is built, and from which lock. */
  readonly facts: Facts;
  readonly root: string;
  /** The store's folder. */
  readonly store: string;
  readonly signal: AbortSignal;
  /** Called before something is built, which may take minutes. */
  readonly building: () => void;
}

/** The environment of a command; whoever else is building it is waited for. */
export async function provide(
  order: Order,
): Promise<Result<Built>> {
  const { runs, facts, store, signal } = order;
  const key = environmentKey(facts);
  if (key === undefined) {
    throw new Error(`No environment of ${runs.command.join(" ")} was planned`);
  }
  const folder = join(environmentsFolder(store), key);
  const failed = failures.get(signal) ?? new Map<string, Failure>();
  failures.set(signal, failed);
  for (;;) {
    const known = builtIn(folder);
    if (known) return ok(known);
    const failure = failed.get(key);
    if (failure) return fail(failure);
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(join(store, "leases"), { recursive: true });
    using lease = take(join(store, "leases"), key);
    if (lease.kind === "taken") {
      await lease.released(signal);
      if (signal.aborted) return fail(stopped(order));
      continue;
    }
    // A venv's programs name their own folder: it cannot be built elsewhere and
    // moved, so a mark that is written last says that it is whole.
    rmSync(folder, { recursive: true, force: true });
    order.building();
    const built = await build(order, folder);
    if (!built.ok) {
      rmSync(folder, { recursive: true, force: true });
      if (!signal.aborted) failed.set(key, built.failure);
    }
    return built;
  }
}

/**
 * What could not be built, by the signal of the run: what failed for one of three
 * hundred instances, after a minute of asking for packages, fails for all.
 */
const failures = new WeakMap<AbortSignal, Map<string, Failure>>();

async function build(order: Order, folder: string): Promise<Result<Built>> {
  const { runs, facts, root, signal } = order;
  const [name] = runs.command;
  const given = lockAsPlanned(runs, facts, root);
  if (!given.ok) return given;
  mkdirSync(folder, { recursive: true });
  // Built from a copy that was compared: the file may be edited meanwhile.
  const lock = join(folder, basename(runs.environment.lock));
  writeWhole(lock, given.value);
  const program = findProgram(
    name,
    `the environment of ${runs.command.join(" ")}`,
  );
  if (!program.ok) return program;
  const { path } = program.value;
  const steps = runs.environment.build
    ? [
      runs.environment.build.map((word) =>
        word.replaceAll("{lock}", lock).replaceAll("{folder}", folder)
      ),
    ]
    : isPython(name)
    ? [
      [path, "-m", "venv", folder],
      [
        join(folder, "bin/python"),
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "--requirement",
        lock,
      ],
    ]
    : undefined;
  if (!steps) {
    return fail({
      kind: "environment-build",
      what: `Cannot build the environment of ${name}`,
      seen: "only of a Python it is known how",
      hint:
        'say how: build = ["Rscript", "install.R", "{lock}", "{folder}"] beside its lock',
    });
  }
  for (const step of steps) {
    const failure = await execute(step, order);
    if (failure) return fail(failure);
  }
  const library = isPython(name)
    ? await libraryOf(path, signal)
    : ok({ library: [], hidden: [] });
  if (!library.ok) return library;
  const built: Built = { folder, ...library.value };
  writeWhole(
    join(folder, COMPLETE),
    canonicalPretty(built as unknown as JsonObject),
  );
  return ok(built);
}

/** The lock's content, if it still is what the instance was planned with. */
function lockAsPlanned(
  { command, environment }: Order["runs"],
  facts: Facts,
  root: string,
): Result<string> {
  const { lock } = environment;
  const bytes = readFileSync(join(root, lock));
  if (digestBytes(bytes) === lockDigest(environment, facts)) {
    return ok(bytes.toString("utf8"));
  }
  return fail({
    kind: "environment-lock",
    what: `Cannot build the environment of ${command.join(" ")}`,
    seen: `${lock} was edited since the run began`,
    hint: "run again",
  });
}

async function execute(
  words: readonly string[],
  { root, runs, facts, signal }: Order,
): Promise<Failure | undefined> {
  const [program = "", ...args] = words;
  const what = `Cannot build the environment of ${runs.command.join(" ")}`;
  const hint = `look at ${runs.environment.lock}; by hand: ${words.join(" ")}`;
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: root,
      stdin: "null",
      signal,
    }).output();
    if (success) return undefined;
    const said = new TextDecoder().decode(stderr).trim() ||
      new TextDecoder().decode(stdout).trim();
    if (words[2] === "pip") {
      return {
        kind: "environment-build",
        what,
        ...pipTrouble(said, {
          lock: runs.environment.lock,
          python: String(facts[`program ${runs.command[0]}`]),
        }),
      };
    }
    const lines = said.split("\n");
    const told = lines.findLast((line) => /^\s*(ERROR|Error)/.test(line)) ??
      lines.at(-1) ?? "";
    return {
      kind: "environment-build",
      what,
      seen: told.trim().slice(0, 500),
      hint: /ensurepip|No module named '?venv/.test(said)
        ? "install python3-venv, or use a Python that has venv and ensurepip"
        : hint,
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { kind: "environment-build", what, seen: error.message, hint };
  }
}

/** Asks a Python where its own library is, and where packages of others are. */
async function libraryOf(
  python: string,
  signal: AbortSignal,
): Promise<Result<Pick<Built, "library" | "hidden">>> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-I", "-S", "-c", LIBRARY],
    stdin: "null",
    signal,
  }).output();
  const text = new TextDecoder();
  if (success) return ok(JSON.parse(text.decode(stdout)));
  return fail({
    kind: "environment-build",
    what: `Cannot ask ${python} for its library`,
    seen: text.decode(stderr).trim().split("\n").at(-1) ?? "",
  });
}

const LIBRARY = `
import json, os, sysconfig
paths = sysconfig.get_paths()
library = {paths["stdlib"], paths["platstdlib"], sysconfig.get_config_var("LIBDIR") or paths["stdlib"]}
library = sorted(os.path.realpath(path) for path in library)
hidden = {os.path.realpath(paths["purelib"]), os.path.realpath(paths["platlib"]), "/usr/lib/python3/dist-packages"}
hidden |= {os.path.join(path, name) for path in library for name in ("site-packages", "dist-packages")}
print(json.dumps({"library": library, "hidden": sorted(hidden)}))`;

function stopped({ runs }: Order): Failure {
  return {
    kind: "stopped",
    what: `The environment of ${runs.command.join(" ")} was waited for`,
    seen: "the run was stopped",
  };
}
