/** A graph by stages, as a person draws it: boxes with counts, and arrows. */
import type { Decision } from "../event.ts";
import type { Graph } from "../graph.ts";
import type { Plan } from "../plan.ts";

/** The state of a stage: that of its least finished instance. */
export type State = Decision["kind"];

/** One stage in the outline. */
export interface Box {
  readonly stage: string;
  readonly title: string;
  readonly instances: readonly { readonly id: string; readonly state: State }[];
  readonly state: State;
  /** The stages that it reads from. */
  readonly from: readonly string[];
}

const WORST: readonly State[] = ["run", "maybe", "restore", "reuse"];

/** The outline of a graph, producers first. */
export function outline({ instances }: Graph, plan: Plan): Box[] {
  const boxes = new Map<
    string,
    Box & { instances: Box["instances"][number][]; from: string[] }
  >();
  for (const { id, stage, title, producers } of instances) {
    const state = plan.decided.get(id)!.decision.kind; // the plan has every instance
    const box = boxes.get(stage) ??
      { stage, title, instances: [], state, from: [] };
    box.instances.push({ id, state });
    for (const producer of producers) {
      if (!box.from.includes(producer.stage)) box.from.push(producer.stage);
    }
    const worst = WORST.find((one) => one === state || one === box.state)!; // both are in it
    boxes.set(stage, { ...box, state: worst });
  }
  return [...boxes.values()];
}
