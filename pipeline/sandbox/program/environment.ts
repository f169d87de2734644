/**
 * The environment of a command: its packages, as a lock file names them. It is
 * built once for each lock, interpreter and kind of machine, below the store, and
 * a process finds these packages and no others.
 */
import { basename, join } from "node:path";
import { readFileSync } from "node:fs";
import { fail, ok, type Result, short } from "../../failure.ts";
import type { Runs } from "../../stage/declaration.ts";
import type { Json } from "../../stage/json.ts";
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

/** The key of an environment, under which it is built. */
export function environmentKey(
  environment: Environment,
  facts: { readonly lock: Digest; readonly program: Json },
): Digest {
  return digestJson("environment", {
    build: environment.build ?? null,
    ...facts,
    os: Deno.build.os,
    cpu: Deno.build.arch,
  });
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

/** The lock's text. */
export function readLock(
  root: string,
  { lock }: Environment,
  command: string,
): Result<string> {
  try {
    return ok(readFileSync(join(root, lock), "utf8"));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return fail({
      kind: "environment-lock",
      what: `Cannot read "${short(lock)}", the environment of ${command}`,
      seen: short(error.message, 200),
      hint: "put the lock file there, or name another one",
    });
  }
}
