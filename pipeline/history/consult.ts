/**
 * A plan for which the cache is asked that the configuration names, if anything is
 * lacking here: what is up to date asks nobody.
 */
import type { SharedCache } from "../cache/shared.ts";
import { unwrap } from "../failure.ts";
import type { Graph } from "../graph/graph.ts";
import type { World } from "../plan/decide.ts";
import type { Opened } from "../plan/open.ts";
import { Plan } from "../plan/plan.ts";
import type { Overlays, Project } from "../project/project.ts";
import { cacheSettings } from "./settings.ts";

/** A plan, and the world that it was made for. */
interface Consulted {
  readonly plan: Plan;
  readonly world: World;
}

/** Plans, and asks a cache. */
export async function consult<Config>(
  project: Project<Config>,
  overlays: Overlays,
  graph: Graph,
  opened: Opened,
): Promise<Consulted> {
  const { world } = opened;
  const plan = new Plan(graph, world);
  if (plan.current) return { plan, world };
  const cache = await cacheOf(project, overlays, opened);
  if (!cache) return { plan, world };
  const wider = { ...world, cache };
  await plan.consult(wider);
  return { plan, world: wider };
}

/** The cache that is configured; nothing if there is none. */
export async function cacheOf<Config>(
  project: Project<Config>,
  overlays: Overlays,
  { store }: Opened,
): Promise<SharedCache | undefined> {
  const settings = unwrap(await cacheSettings(project, overlays));
  if (settings.url === undefined) return undefined;
  // Loaded by those alone who have one.
  const { openCache } = await import("../cache/open.ts");
  return await openCache(settings, project.root, store);
}
