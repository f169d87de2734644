/** The stages of a graph as boxes, and the arrows between them. */
import type { Decision } from "../plan/decision.ts";
import type { Graph } from "../graph/graph.ts";
import type { Plan } from "../plan/plan.ts";

/** The state of a stage: that of its least finished instance. */
export type State = Decision["kind"];

/** One instance in a box. */
export interface Member {
  readonly id: string;
  readonly state: State;
  /** The instances that it reads from. */
  readonly from: readonly string[];
}

/** One stage. */
export interface Box {
  readonly stage: string;
  readonly title: string;
  readonly instances: readonly Member[];
  readonly state: State;
  /** The stages that it reads from. */
  readonly from: readonly string[];
}

const WORST: readonly State[] = ["run", "maybe", "restore", "reuse"];

/** The boxes of a graph, producers first. */
export function boxesOf({ instances }: Graph, plan: Plan): Box[] {
  return boxed(instances.map(({ id, stage, title, producers }) => ({
    id,
    stage,
    title,
    state: plan.decided.get(id)!.decision.kind, // the plan has every instance
    from: producers.map((producer) => producer.id),
  })));
}

/** Instances, producers first, in the boxes of their stages. */
export function boxed(
  members: readonly (Member & Pick<Box, "stage" | "title">)[],
): Box[] {
  const stageOf = new Map(members.map(({ id, stage }) => [id, stage]));
  return [...Map.groupBy(members, ({ stage }) => stage)].map(
    ([stage, group]) => ({
      stage,
      title: group[0]!.title, // a group has a member
      instances: group.map(({ id, state, from }) => ({ id, state, from })),
      state: WORST.find((one) => group.some(({ state }) => state === one))!, // these are all
      from: [
        ...new Set(
          group.flatMap(({ from }) =>
            from.map((one) => stageOf.get(one) ?? "")
          ),
        ),
      ].filter((one) => one !== stage && one !== ""),
    }),
  );
}

/** What some nodes read from directly: without what is also reached another way, which is clutter. */
export function direct<Node extends { readonly from: readonly string[] }>(
  nodes: readonly Node[],
  name: (node: Node) => string,
): Map<string, readonly string[]> {
  const reached = new Map<string, ReadonlySet<string>>();
  const edges = new Map<string, readonly string[]>();
  for (const node of nodes) {
    const indirect = new Set<string>();
    for (const from of node.from) {
      for (const one of reached.get(from) ?? []) indirect.add(one);
    }
    edges.set(name(node), node.from.filter((from) => !indirect.has(from)));
    reached.set(name(node), indirect.union(new Set(node.from)));
  }
  return edges;
}
