/**
 * What each instance executes and reads of the project: modules with all that
 * they import, programs of commands, and files. Each as facts, and byte by byte.
 */
import { basename, join } from "node:path";
import type { Code } from "../code/code.ts";
import { fail, ok, type Result, short } from "../failure.ts";
import type { Graph, Instance } from "../graph/graph.ts";
import { engineCode } from "../sandbox/flags.ts";
import type { Runs } from "../stage/declaration.ts";
import type { Json } from "../stage/json.ts";
import { type Digest, digestJson } from "../store/digest.ts";
import type { Facts } from "../store/fingerprint.ts";
import type { StatCache } from "../store/stat.ts";
import { ground, ownFacts } from "./facts.ts";
import { readsOf } from "./reads.ts";

/** The code of every module and the version of every program in the graph. */
export async function gatherFacts(
  root: string,
  { instances }: Graph,
  stat: StatCache,
  store: string,
): Promise<
  Result<{
    code: (instance: Instance) => Code | undefined;
    own: (instance: Instance) => Facts;
    environment: readonly string[];
    chosen: boolean;
  }>
> {
  const modules = new Map<string, boolean>(); // → whether native code is reached
  const commands = new Map<string, Command>();
  for (const { declaration: { runs, permissions } } of instances) {
    if (runs.kind === "command") commands.set(commandKey(runs), runs);
    else {
      const native = (permissions?.ffi?.length ?? 0) > 0;
      modules.set(runs.module, (modules.get(runs.module) ?? false) || native);
    }
  }
  const codes = new Map<string, Code>();
  if (modules.size > 0) {
    const { readCode } = await import("../code/code.ts");
    const read = await readCode({
      root,
      entries: [...modules].map(([module, native]) => ({ module, native })),
      cache: join(store, "cache", "code.json"),
      stat,
    });
    if (!read.ok) return read;
    const engine = engineBytes(stat);
    const digest = digestJson(
      "engine",
      Object.entries(engine).map(([path, bytes]) => [basename(path), bytes]),
    );
    for (const module of modules.keys()) {
      const code = read.value.get(module)!; // every entry is read
      codes.set(module, {
        ...code,
        facts: { ...code.facts, engine: digest },
        bytes: { ...code.bytes, ...engine },
      });
    }
  }
  let chosen = false;
  for (const [key, runs] of commands) {
    const command = await commandCode(runs, root, stat);
    if (!command.ok) return command;
    codes.set(key, command.value.code);
    chosen ||= command.value.chosen;
  }
  const base = ground();
  const cache = new Map<Instance, Facts>();
  const reads = readsOf(root, stat);
  const codeOf = ({ declaration }: Instance) => {
    const { runs } = declaration;
    const code = codes.get(
      runs.kind === "module" ? runs.module : commandKey(runs),
    );
    const more = reads(declaration);
    return code && more
      ? {
        ...code,
        facts: { ...code.facts, ...more.facts },
        bytes: { ...code.bytes, ...more.bytes },
      }
      : code;
  };
  const own = (instance: Instance) => {
    let facts = cache.get(instance);
    if (!facts) {
      facts = ownFacts(instance, codeOf(instance), base);
      cache.set(instance, facts);
    }
    return facts;
  };
  return ok({
    code: codeOf,
    own,
    environment: commands.size > 0 ? ["PATH"] : [],
    chosen,
  });
}

type Command = Extract<Runs, { kind: "command" }>;

/** One program with its files, whatever its arguments are at a point. */
function commandKey(
  { command: [name], code = [], version = [name], environment }: Command,
): string {
  return JSON.stringify([name, code, version, environment ?? null]);
}

/** What a command is: the program's version, and the files that it executes. */
async function commandCode(
  runs: Command,
  root: string,
  stat: StatCache,
): Promise<Result<{ code: Code; chosen: boolean }>> {
  const { environmentFacts, programFacts } = await import(
    "../sandbox/program/facts.ts"
  );
  const program = programFacts(runs, stat);
  if (!program.ok) return program;
  const facts: Record<string, Json> = { ...program.value.facts };
  let locks: Code["bytes"] = {};
  const { environment } = runs;
  if (environment) {
    const locked = environmentFacts({ ...runs, environment }, root, stat);
    if (!locked.ok) return locked;
    Object.assign(facts, locked.value.facts);
    locks = locked.value.bytes;
  }
  const bytes: Record<string, Digest> = {};
  for (const path of runs.code ?? []) {
    const digest = fileDigest(
      root,
      path,
      stat,
      `"${short(path)}", code of the command ${runs.command.join(" ")}`,
    );
    if (!digest.ok) return digest;
    facts[`code ${path}`] = digest.value;
    bytes[join(root, path)] = digest.value;
  }
  return ok({
    code: {
      facts,
      files: Object.keys(bytes),
      bytes: { ...bytes, ...locks, ...program.value.bytes },
      packages: [],
      readable: false,
    },
    chosen: program.value.chosen,
  });
}

/**
 * What of ours runs in the process of a stage, as one fact: by its text as it
 * stands, since it loads what it is told to and no analysis would be sure of it.
 */
function engineBytes(stat: StatCache): { [path: string]: Digest | null } {
  return Object.fromEntries(
    engineCode().map((path) => [path, stat.digest(path) ?? null]),
  );
}

/** The digests of all files that are inputs. */
export function fileDigests(
  root: string,
  { instances }: Graph,
  stat: StatCache,
): Result<Map<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (const { id, links } of instances) {
    for (const [name, link] of Object.entries(links)) {
      if (link.kind !== "file" || digests.has(link.path)) continue;
      const digest = fileDigest(
        root,
        link.path,
        stat,
        `the file "${short(link.path)}", the input "${short(name)}" of "${id}"`,
      );
      if (!digest.ok) return digest;
      digests.set(link.path, digest.value);
    }
  }
  return ok(digests);
}

/** The digest of one file of the project, or why it has none. */
function fileDigest(
  root: string,
  path: string,
  stat: StatCache,
  what: string,
): Result<Digest> {
  const refused = (seen: string, hint: string) =>
    fail({ kind: "file-missing", what: `Cannot read ${what}`, seen, hint });
  try {
    const digest = stat.digest(join(root, path), root);
    return digest === undefined
      ? refused(
        "there is no plain file of that name inside the project",
        "put the file there, or name another one",
      )
      : ok(digest);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return refused(
      short(error.message, 200),
      "make the file one that this user may read",
    );
  }
}
