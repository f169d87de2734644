/**
 * Linking: a pipeline under one configuration becomes a graph, or the failure
 * that keeps it from being one. All is checked here that can be checked without
 * running anything.
 */
import { fail, type Failure, nearest, ok, type Result } from "../failure.ts";
import type { Input, Pipeline, Point } from "../stage/declaration.ts";
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
import { expand } from "./matrix.ts";

/** The instances of every stage, by its name. */
type Stages = ReadonlyMap<string, readonly Declared[]>;

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
  for (const stage of pipeline.stages) {
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

/** Finds the producers of an input. What several users ask for is looked up once. */
function finder(stages: Stages) {
  const known = new Map<string, unknown>();
  // A search among all producers, for every user of them, would be quadratic.
  const once = <Value>(key: readonly string[], value: () => Value): Value => {
    const text = JSON.stringify(key);
    if (!known.has(text)) known.set(text, value());
    return known.get(text) as Value; // a key always has the same kind of value
  };
  return (
    user: Declared,
    name: string,
    input: Exclude<Input, { kind: "file" }>,
  ): Result<readonly Declared[]> => {
    const { stage, output } = input;
    const what = `Cannot link the input "${name}" of "${user.id}" to `;
    const producers = stages.get(stage);
    if (!producers) {
      return fail({
        kind: "unknown-stage",
        what: `${what}"${stage}"`,
        ...meant("stages", stage, [...stages.keys()]),
      });
    }
    const lacking = once(
      ["output", stage, output],
      () =>
        producers.find(({ declaration }) =>
          !Object.hasOwn(declaration.outputs, output)
        ),
    );
    if (lacking) {
      return fail({
        kind: "unknown-output",
        what: `${what}the output "${output}" of "${stage}"`,
        ...meant("outputs", output, Object.keys(lacking.declaration.outputs)),
      });
    }
    if (input.kind === "every") return ok(producers);
    const at = input.at ?? user.point;
    const axes = Object.keys(producers[0]?.point ?? {});
    const fixed = axes.filter((axis) => Object.hasOwn(at, axis));
    const byPoint = once(
      ["point", stage, ...fixed],
      () => Map.groupBy(producers, ({ point }) => coordinates(point, fixed)),
    );
    const matching = input.at === undefined || fixed.length === axes.length
      ? byPoint.get(coordinates(at, fixed)) ?? []
      : [];
    if (matching.length === 1) return ok(matching);
    return fail({
      kind: "ambiguous-input",
      what: `${what}"${stage}"`,
      seen: `${matching.length} instances match: ` +
        `${producers.map(({ id }) => id).slice(0, 8).join(", ")}`,
      hint: "fix the axes that only the producer has, or take every instance",
    });
  };
}

/** What there is instead of an unknown name, and which of it may be meant. */
function meant(
  noun: string,
  name: string,
  known: readonly string[],
): Pick<Failure, "seen" | "hint"> {
  const guess = nearest(name, known);
  return {
    seen: `${noun}: ${known.join(", ")}`,
    ...(guess && { hint: `did you mean "${guess}"?` }),
  };
}

/** A point's values on some axes, as one text. */
function coordinates(point: Point, axes: readonly string[]): string {
  return JSON.stringify(axes.map((axis) => String(point[axis])));
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
