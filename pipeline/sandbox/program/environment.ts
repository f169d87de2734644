/**
 * The environment of a command: its packages, as a lock file names them. It is
 * built once for each lock, interpreter and kind of machine, below the store, and
 * a process finds these packages and no others.
 */
import { basename, join } from "node:path";
import { readFileSync } from "node:fs";
import { short } from "../../failure.ts";
import type { Runs } from "../../stage/declaration.ts";
import type { JsonObject } from "../../stage/json.ts";
import { isPathBelow } from "../../stage/names.ts";
import type { Facts } from "../../store/fingerprint.ts";
import { type Digest, digestJson } from "../../store/digest.ts";
import { names, realPath, within } from "../../store/path.ts";
import type { Rule } from "../wall/restriction.ts";

type Command = Extract<Runs, { kind: "command" }>;

/** Packages of a command, by the file that locks them. */
export type Environment = NonNullable<Command["environment"]>;

/** Whether a program is a Python, whose own tools build its environment. */
export function isPython(program: string): boolean {
  return /^(python|pypy)[\d.]*$/.test(basename(program));
}

/**
 * What is wrong with a lock that pip is to install: a package without a version
 * or a digest would be another one tomorrow.
 */
export function lockProblem(
  path: string,
  text: string,
): { readonly seen: string; readonly hint: string } | undefined {
  const lines = text.replaceAll(/\\\r?\n/g, " ").split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim());
  const other = lines.find((line) =>
    /^(-r|-c|-e|--requirement|--constraint|--editable)\b/.test(line)
  );
  if (other !== undefined) {
    return {
      seen: `"${short(other)}" leads to another file, which no digest holds`,
      hint: `put everything into ${path}: pip-compile does`,
    };
  }
  const loose = lines.find((line) =>
    line !== "" && !line.startsWith("-") &&
    !(/==|\s@\s/.test(line) && /\s--hash=sha256:[0-9a-f]{64}\b/.test(line))
  );
  if (loose === undefined) return undefined;
  return {
    seen: `"${short(loose)}" has no ${
      /==|\s@\s/.test(loose) ? "--hash=sha256:…" : "version"
    }`,
    hint:
      `lock it: python3 -m pip install pip-tools, then pip-compile --generate-hashes -o ${path} requirements.in`,
  };
}

/** Words of the command that builds an environment which may be files of the project. */
export function buildFiles({ build }: Environment): readonly string[] {
  return (build ?? []).filter((word) =>
    isPathBelow(word) && !word.includes("{")
  );
}

/**
 * The facts of an environment: its lock, and how it is built if not by pip, with
 * the files of the project that build it.
 */
export function lockFacts(
  { lock, build }: Environment,
  digest: Digest,
  files: { readonly [path: string]: Digest } = {},
): JsonObject {
  return {
    [`${LOCK}${lock}`]: digest,
    ...(build && { [BUILD]: [...build] }),
    ...Object.fromEntries(
      Object.entries(files).map(([path, one]) => [`${BUILDER}${path}`, one]),
    ),
  };
}

const LOCK = "environment ";
const BUILD = "environment build";
const BUILDER = "builder of the environment ";

/**
 * The key that an environment is built under, from the facts of an instance; nothing
 * if it has none. So a record tells which folder it needs.
 */
export function environmentKey(facts: Facts): Digest | undefined {
  const lock = Object.keys(facts).find((fact) =>
    fact.startsWith(LOCK) && fact !== BUILD
  );
  const { command } = facts;
  if (lock === undefined || !Array.isArray(command)) return undefined;
  return digestJson("environment", {
    lock: facts[lock]!, // just found
    build: facts[BUILD] ?? null,
    ...Object.fromEntries(
      Object.entries(facts).filter(([fact]) => fact.startsWith(BUILDER)),
    ),
    program: facts[`program ${command[0]}`] ?? null,
    os: facts.os ?? null,
    cpu: facts.cpu ?? null,
  });
}

/** The digest of the lock that an instance was planned with. */
export function lockDigest(
  { lock }: Environment,
  facts: Facts,
): string | undefined {
  const digest = facts[`${LOCK}${lock}`];
  return typeof digest === "string" ? digest : undefined;
}

/** Where the environments of a store are. */
export function environmentsFolder(store: string): string {
  return join(store, "environments");
}

/** An environment that is built. */
export interface Built {
  readonly folder: string;
  /** What the interpreter has of its own, besides packages: all that it may read. */
  readonly library: readonly string[];
  /** Where packages of others lie, which the process does not see. */
  readonly hidden: readonly string[];
}

/** What was built in a folder, as the builder wrote it down; nothing if it is not complete. */
export function builtIn(folder: string): Built | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, COMPLETE), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Written last: without it the folder is half built. */
export const COMPLETE = "environment.json";

/**
 * Rules without some folders: a rule for a folder above is replaced by rules for
 * what is beside them. The kernel allows and never forbids, so what is not to be
 * read must not lie below anything that may be. Its names can be listed.
 */
export function without(
  rules: readonly Rule[],
  hidden: readonly string[],
): readonly Rule[] {
  const real = hidden.filter((folder) => names(folder).length > 0)
    .map(realPath);
  return rules.flatMap((rule): readonly Rule[] => {
    const path = realPath(rule.path);
    if (real.some((folder) => within(path, folder))) return [];
    if (!real.some((folder) => within(folder, path))) return [rule];
    // An interpreter lists the folder of its library to find a module there.
    return [
      { path, access: "list" },
      ...without(
        names(path).map((name) => ({
          path: join(path, name),
          access: rule.access,
        })),
        real,
      ),
    ];
  });
}
