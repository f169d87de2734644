/** The instances that a person means by a target of the command line. */
import { fail, nearest, ok, type Result, short } from "../failure.ts";
import type { Graph, Instance } from "./graph.ts";

/**
 * The part of a graph that some targets need: each a stage's name, an
 * instance's, an alias, or an instance's with only some of its axes.
 */
export function narrow(
  graph: Graph,
  targets: readonly string[],
): Result<Graph> {
  if (targets.length === 0) return ok(graph);
  const kept = new Set<Instance>();
  for (const target of targets) {
    const found = select(graph, target);
    if (!found.ok) return found;
    for (const one of found.value) kept.add(one);
  }
  // Users come after their producers, so one way back finds them all.
  for (const instance of graph.instances.toReversed()) {
    if (!kept.has(instance)) continue;
    for (const producer of instance.producers) kept.add(producer);
  }
  const instances = graph.instances.filter((instance) => kept.has(instance));
  return ok({
    instances,
    byId: new Map(instances.map((one) => [one.id, one])),
  });
}

/** So many instances are named where none fits. */
const TOLD = 12;

/**
 * The instances that a person means with `draw`, `draw[size=2]` or
 * `draw[size=2,seed=1]`. A whole name means that one alone, even where others have
 * an axis more.
 */
export function select(graph: Graph, target: string): Result<Instance[]> {
  const exact = target.includes("[") ? graph.byId.get(target) : undefined;
  if (exact) return ok([exact]);
  const aliases = graph.instances.flatMap((one) =>
    one.declaration.alias === undefined ? [] : [one.declaration.alias]
  );
  const called = graph.instances.filter(({ declaration: { alias } }) =>
    alias?.toLowerCase() === target.trim().toLowerCase()
  );
  if (called.length > 0) return ok(called);
  const [, stage = target, inside = ""] =
    /^([^[]*)(?:\[(.*)\])?$/.exec(target) ?? [];
  const wanted = inside.split(",").map((part) => part.trim()).filter(Boolean);
  const of = graph.instances.filter((one) => one.stage === stage);
  const found = of.filter(({ point }) => {
    const axes = Object.entries(point).map(([axis, value]) =>
      `${axis}=${value}`
    );
    return wanted.every((part) =>
      axes.includes(part) ||
      Object.values(point).some((value) => String(value) === part)
    );
  });
  if (found.length > 0) return ok(found);
  const stages = [...new Set(graph.instances.map((one) => one.stage))];
  const ids = graph.instances.map((one) => one.id);
  const guess = of.length > 0
    ? nearest(target, ids) ?? of[0]?.id
    : nearest(target, [...stages, ...ids, ...aliases]);
  return fail({
    kind: of.length > 0 ? "unknown-instance" : "unknown-stage",
    what: `Cannot find ${of.length > 0 ? "the instance" : "the stage"} "${
      short(target)
    }"`,
    seen: of.length > 0
      ? `instances: ${of.map((one) => one.id).slice(0, TOLD).join(", ")}${
        of.length > TOLD ? ` and ${of.length - TOLD} more` : ""
      }`
      : `stages: ${stages.join(", ")}`,
    hint: guess
      ? `did you mean "${guess}"?`
      : "see deno task status --verbose for all instances",
  });
}
