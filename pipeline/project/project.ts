/**
 * A project, opened: its configuration read, its graph linked, its code
 * identified, its store at hand. Everything before the first decision.
 */
import { basename, join } from "node:path";
import { Artifacts } from "../artifacts/artifacts.ts";
import type { Code } from "../code/code.ts";
import { type Digest, digestJson } from "../store/digest.ts";
import { ground, ownFacts } from "../plan/facts.ts";
import {
  fail,
  type Failure,
  nearest,
  ok,
  type Result,
  short,
} from "../failure.ts";
import type { Facts } from "../store/fingerprint.ts";
import { type Graph, type Instance, link } from "../graph/graph.ts";
import { readsOf } from "../plan/reads.ts";
import { Index } from "../store/index.ts";
import type { Json } from "../stage/json.ts";
import type { World } from "../plan/plan.ts";
import type { Judge, Publication } from "./publication.ts";
import type { Runs } from "../stage/declaration.ts";
import type { Pipeline } from "../stage/declaration.ts";
import { StatCache } from "../store/stat.ts";
import { engineCode } from "../sandbox/flags.ts";
import { Store } from "../store/store.ts";

/** What a project brings along; the rest is the engine's. */
export interface Project<Config> {
  /** Absolute path. */
  readonly root: string;
  /** The Deno version that it is made for: `2.9.6`. */
  readonly deno: string;
  readonly pipeline: Pipeline<Config>;
  /** Reads the configuration. Pure but for the one file. */
  readonly configure: (overlays: Overlays) => Promise<Result<Config>>;
  readonly sandbox: (config: Config) => "deno" | "kernel";
  /**
   * Files and folders, absolute or relative to the root, that decide what is decided:
   * configuration, declarations.
   */
  readonly sources: readonly string[];
  /** Options of the command line that stand for a setting: `engine`. */
  readonly shorthands: { readonly [option: string]: string };
  /** What is said of it when it is published; without it, nothing ever is. */
  readonly publication?: (config: Config) => Publication;
  /** Judges the claims of an archive. */
  readonly judge?: () => Promise<Judge>;
  /** Another place for the store and the artifacts than below the root. */
  readonly place?: string;
}

/** What the command line says about the configuration. */
export interface Overlays {
  readonly profile?: string;
  readonly set: readonly string[];
}

/** An opened project. */
export interface Opened {
  readonly root: string;
  readonly graph: Graph;
  readonly world: World;
  readonly store: Store;
  readonly stat: StatCache;
  readonly index: Index;
  readonly artifacts: Artifacts;
  readonly code: (instance: Instance) => Code | undefined;
  readonly require: "deno" | "kernel";
  /** Variables of the environment by which programs were found. */
  readonly environment: readonly string[];
  /** A version manager chose a program: by what, nobody can list. */
  readonly chosen: boolean;
  /** The resolved configuration. */
  readonly experiment: Json;
  readonly publication: Publication | undefined;
  /** Keeps the caches; a disk that cannot be written costs only time. */
  save(): void;
}

/** Opens a project under some overlays. Runs nothing and writes nothing. */
export async function open<Config>(
  project: Project<Config>,
  overlays: Overlays,
  force: readonly string[] = [],
): Promise<Result<Opened>> {
  const refused = refuse(project.deno);
  if (refused) return fail(refused);
  const config = await project.configure(overlays);
  if (!config.ok) return config;
  const linked = link(
    project.pipeline,
    config.value,
    (name) => Deno.env.get(name),
  );
  if (!linked.ok) return linked;
  const graph = linked.value;
  const unknown = unknownForce(graph, force);
  if (unknown) return fail(unknown);

  const { root } = project;
  const { place = root } = project;
  const folder = join(place, ".store");
  const stat = StatCache.open(join(folder, "cache", "stat"));
  const store = new Store(folder, stat);
  const index = new Index(store, stat);
  const artifacts = new Artifacts(join(place, "artifacts"), store, stat);
  const facts = await gatherFacts(root, graph, stat, folder);
  if (!facts.ok) return facts;
  const files = fileDigests(root, graph, stat);
  if (!files.ok) return files;
  const { code, own, environment, chosen } = facts.value;

  return ok({
    root,
    graph,
    store,
    stat,
    index,
    artifacts,
    code,
    world: {
      store,
      index,
      artifacts,
      own,
      file: (path) => files.value.get(path),
      force: new Set(force),
    },
    require: project.sandbox(config.value),
    environment,
    chosen,
    experiment: config.value as Json,
    publication: project.publication?.(config.value),
    save() {
      try {
        stat.save();
        index.save();
      } catch (error) {
        if (!(error instanceof Error && "code" in error)) throw error;
      }
    },
  });
}

/** A platform or a Deno that was never tried is refused, not trusted. */
function refuse(wanted: string): Failure | undefined {
  const { os, arch } = Deno.build;
  if (
    !["linux", "darwin"].includes(os) || !["x86_64", "aarch64"].includes(arch)
  ) {
    return {
      kind: "platform",
      what: `Cannot run on ${os} ${arch}`,
      seen: "made for Linux and macOS on x86-64 and ARM64",
      hint: "use the Windows Subsystem for Linux on Windows",
    };
  }
  const minor = (version: string) => version.split(".").slice(0, 2).join(".");
  const found = Deno.version.deno;
  if (minor(found) !== minor(wanted) && !Deno.env.get("FACSIMILE_ANY_DENO")) {
    return {
      kind: "deno-version",
      what: `Cannot run under Deno ${found}`,
      seen: `made for Deno ${
        minor(wanted)
      }: another minor version may give other bits`,
      hint: `use npx -y deno@${wanted} task reproduce, or set ` +
        "FACSIMILE_ANY_DENO=1 to try nevertheless",
    };
  }
  return undefined;
}

function unknownForce(
  { instances }: Graph,
  force: readonly string[],
): Failure | undefined {
  const known = new Set(instances.flatMap(({ id, stage }) => [stage, id]));
  const unknown = force.find((name) => !known.has(name));
  if (unknown === undefined) return undefined;
  const guess = nearest(unknown, known);
  return {
    kind: "unknown-stage",
    what: `Cannot force the stage "${short(unknown)}"`,
    seen: `stages: ${
      [...new Set(instances.map((one) => one.stage))].join(", ")
    }`,
    hint: guess
      ? `did you mean "${guess}"?`
      : "see deno task status --verbose for all instances",
  };
}

/** The code of every module and the version of every program in the graph. */
async function gatherFacts(
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
  { command: [name], code = [], version = [name] }: Command,
): string {
  return JSON.stringify([name, code, version]);
}

/** What a command is: the program's version, and the files that it executes. */
async function commandCode(
  runs: Command,
  root: string,
  stat: StatCache,
): Promise<Result<{ code: Code; chosen: boolean }>> {
  const { programFacts } = await import("../sandbox/program.ts");
  const program = programFacts(runs, stat);
  if (!program.ok) return program;
  const facts: Record<string, Json> = { ...program.value.facts };
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
      bytes: { ...bytes, ...program.value.bytes },
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
function fileDigests(
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
