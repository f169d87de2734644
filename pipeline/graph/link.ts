/**
 * Linking: a pipeline under one configuration becomes a graph, or the failure
 * that keeps it from being one. All is checked here that can be checked without
 * running anything.
 */
import { fail, type Failure, ok, type Result } from "../failure.ts";
import type { Input, Pipeline } from "../stage/declaration.ts";
import { isStageName } from "../stage/names.ts";
import { artifactClash, outputClash } from "./clash.ts";
import { declarationProblem } from "./declaration.ts";
import {
  type Declared,
  type Graph,
  type Instance,
  instanceId,
  type Link,
  type Source,
} from "./graph.ts";
import { finder, type Stages } from "./find.ts";
import { expand } from "./matrix.ts";

/** An input of an instance, with its producers: none of a file. */
interface Use {
  readonly name: string;
  readonly input: Input;
  readonly producers: readonly Declared[];
}

/**
 * The graph of a pipeline under one configuration. Fails on unknown stages and
 * outputs, ambiguous references, clashing names and cycles.
 */
export function link<Config>(
  pipeline: Pipeline<Config>,
  config: Config,
  environment: (name: string) => string | undefined,
): Result<Graph> {
  const stages = declareAll(pipeline, config, environment);
  if (!stages.ok) return stages;
  const all = [...stages.value.values()].flat();
  for (const one of all) {
    const problem = declarationProblem(one) ?? outputClash(one);
    if (problem) return fail(problem);
  }
  const clash = artifactClash(all);
  if (clash) return fail(clash);
  const find = finder(stages.value);
  const uses = new Map<Declared, readonly Use[]>();
  for (const user of all) {
    const list: Use[] = [];
    for (
      const [name, input] of Object.entries(user.declaration.inputs ?? {})
    ) {
      const producers = input.kind === "file"
        ? ok([])
        : find(user, name, input);
      if (!producers.ok) return producers;
      list.push({ name, input, producers: producers.value });
    }
    uses.set(user, list);
  }
  return order(uses);
}

function declareAll<Config>(
  pipeline: Pipeline<Config>,
  config: Config,
  environment: (name: string) => string | undefined,
): Result<Stages> {
  const stages = new Map<string, Declared[]>();
  const declared = pipeline.declared?.(config) ?? [];
  for (const stage of [...pipeline.stages, ...declared]) {
    const { name, title } = stage;
    if (!isStageName(name)) {
      return fail({
        kind: "stage-name",
        what: `Cannot name a stage "${name}"`,
        hint: "use lower case letters, digits and hyphens",
      });
    }
    if (stages.has(name)) {
      return fail({
        kind: "stage-twice",
        what: `Cannot declare the stage "${name}"`,
        seen: "another stage has that name",
      });
    }
    const points = expand(stage, config);
    if (!points.ok) return points;
    const known = Object.fromEntries(
      (stage.environment ?? []).map((name) => [name, environment(name)]),
    );
    stages.set(
      name,
      points.value.map((point) => ({
        id: instanceId(name, point),
        stage: name,
        title,
        point,
        declaration: stage.at(config, point, known),
      })),
    );
  }
  return ok(stages);
}

/**
 * Orders instances depth first, so that producers are complete before their users.
 * No recursion: a chain may be longer than the stack.
 */
function order(uses: ReadonlyMap<Declared, readonly Use[]>): Result<Graph> {
  const byId = new Map<string, Instance>();
  /** Of instances on the way: their producers that are not looked at yet, the next last. */
  const open = new Map<Declared, Declared[]>();
  for (const last of uses.keys()) {
    const path = byId.has(last.id) ? [] : [last];
    for (let one = path.at(-1); one; one = path.at(-1)) {
      let left = open.get(one);
      if (!left) {
        left = uses.get(one)!.flatMap(({ producers }) => producers).reverse();
        open.set(one, left);
      }
      const next = left.pop();
      if (!next) {
        byId.set(one.id, linked(one, uses.get(one)!, byId));
        open.delete(one);
        path.pop();
      } else if (open.has(next)) {
        return fail(cycle([...path.slice(path.indexOf(next)), next]));
      } else if (!byId.has(next.id)) path.push(next);
    }
  }
  return ok({ instances: [...byId.values()], byId });
}

function cycle(path: readonly Declared[]): Failure {
  const ids = path.map(({ id }) => id);
  const shown = ids.length > 12
    ? [...ids.slice(0, 6), "…", ...ids.slice(-5)]
    : ids;
  return {
    kind: "cycle",
    what: "Cannot put the stages into an order",
    seen: `a cycle: ${shown.join(" ← ")}`,
  };
}

/** An instance whose producers are complete. */
function linked(
  declared: Declared,
  uses: readonly Use[],
  byId: ReadonlyMap<string, Instance>,
): Instance {
  const links = uses.map(({ name, input, producers }): [string, Link] => {
    if (input.kind === "file") return [name, input];
    const sources = producers.map(({ id }): Source => ({
      instance: byId.get(id)!, // completed before
      output: input.output,
    }));
    return [
      name,
      input.kind === "every"
        ? { kind: "every", sources }
        : { kind: "one", source: sources[0]! }, // exactly one was found
    ];
  });
  const producers = uses.flatMap(({ producers }) => producers)
    .map(({ id }) => byId.get(id)!);
  return {
    ...declared,
    links: Object.fromEntries(links),
    producers: [...new Set(producers)],
  };
}
