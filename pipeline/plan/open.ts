/**
 * A project, opened: its configuration read, its graph linked, its code
 * identified, its store at hand. Everything before the first decision.
 */
import { join } from "node:path";
import { Artifacts } from "../artifacts/artifacts.ts";
import {
  type Configuration,
  configurationOf,
} from "../artifacts/configuration.ts";
import type { Code } from "../code/code.ts";
import { fail, type Failure, ok, type Result } from "../failure.ts";
import type { Graph, Instance } from "../graph/graph.ts";
import { link } from "../graph/link.ts";
import { select } from "../graph/select.ts";
import type { Overlays, Project } from "../project/project.ts";
import type { Publication } from "../project/publication.ts";
import type { Json } from "../stage/json.ts";
import { Index } from "../store/index.ts";
import { StatCache } from "../store/stat.ts";
import { Store } from "../store/store.ts";
import type { World } from "./decide.ts";
import { Nearest } from "./nearest.ts";
import { fileDigests, gatherFacts } from "./sources.ts";

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
  /** The resolved configuration, and what gave it. */
  readonly experiment: Json;
  readonly configuration: Configuration;
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
  const forced = new Set<string>();
  for (const target of force) {
    const found = select(graph, target);
    if (!found.ok) return found;
    for (const { id } of found.value) forced.add(id);
  }

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
      nearest: new Nearest(store, graph),
      own,
      file: (path) => files.value.get(path),
      force: forced,
    },
    require: project.sandbox(config.value),
    environment,
    chosen,
    experiment: config.value as Json,
    configuration: configurationOf(config.value as Json, overlays),
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
