/** The plan of a graph: what is to be done about each instance. */
import type { Graph } from "../graph/graph.ts";
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
