/** The plan of a graph: what is to be done about each instance. */
import type { SharedCache } from "../cache/shared.ts";
import type { Graph, Instance } from "../graph/graph.ts";
import { decide, type Decided, type World } from "./decide.ts";
import type { Planned } from "./decision.ts";

/** A decision for every instance, producers first. */
export class Plan {
  readonly decided = new Map<string, Decided>();

  constructor(readonly graph: Graph, world: World) {
    const outputs = (id: string) => this.decided.get(id)?.outputs;
    for (const instance of graph.instances) {
      this.decided.set(instance.id, decide(instance, world, outputs));
    }
  }

  /**
   * Asks a cache about all that would run, and decides anew about what it has and
   * about what that makes known; wave by wave, since only who knows an input knows
   * what to ask for.
   */
  async consult(world: World & { readonly cache: SharedCache }): Promise<void> {
    const { cache } = world;
    const outputs = (id: string) => this.decided.get(id)?.outputs;
    for (let fresh = this.lacking(world); fresh.length > 0;) {
      await cache.look(
        fresh.map((one) => this.decided.get(one.id)!.fingerprint!), // who lacks something has one
      );
      const again = new Set<Instance>(fresh);
      const next: Instance[] = [];
      for (const instance of this.graph.instances) {
        const was = this.decided.get(instance.id)!; // the plan has every instance
        if (!again.has(instance)) {
          const waits = was.fingerprint === undefined &&
            instance.producers.some((one) => again.has(one));
          if (!waits) continue;
          again.add(instance);
        }
        const now = decide(instance, world, outputs);
        // Where nothing came of it, nothing follows for whoever reads from it.
        if (now.outputs === undefined && now.fingerprint === was.fingerprint) {
          again.delete(instance);
        }
        this.decided.set(instance.id, now);
        if (asks(instance, now, world)) next.push(instance);
      }
      fresh = next;
    }
  }

  /** The instances that would run of which all is known but whether a cache has their results. */
  lacking(world: World): Instance[] {
    return this.graph.instances.filter((one) =>
      asks(one, this.decided.get(one.id)!, world) // the plan has every instance
    );
  }

  /** Whether there is nothing to do. */
  get current(): boolean {
    for (const { decision } of this.decided.values()) {
      if (decision.kind !== "reuse") return false;
    }
    return true;
  }

  /** How many instances have to run, or may have to. */
  get cost(): number {
    return Array.from(this.decided.values())
      .filter(({ decision: { kind } }) => kind === "run" || kind === "maybe")
      .length;
  }

  /** As renderers show it. */
  list(): Planned[] {
    return this.graph.instances.map(({ id, stage, title }) => {
      const { decision, seconds, about, continues } = this.decided.get(id)!; // made for each instance
      return {
        instance: id,
        stage,
        title,
        decision,
        ...(seconds !== undefined && { seconds }),
        ...(about && { about }),
        ...(continues && {
          continues: {
            along: continues.along,
            position: continues.checkpoint.position,
            end: continues.end,
          },
        }),
      };
    });
  }
}

function asks(
  { id }: Instance,
  { decision, fingerprint }: Decided,
  { cache, force }: World,
): boolean {
  return decision.kind === "run" && fingerprint !== undefined &&
    !force.has(id) && !cache?.asked(fingerprint);
}
