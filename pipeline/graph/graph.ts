/**
 * The experiment as a graph of instances: every stage at every point of its
 * matrix, inputs before their users. Linking checks all that can be checked
 * without running anything.
 */
import { declarationProblem } from "./declaration.ts";
import {
  fail,
  type Failure,
  nearest,
  ok,
  type Result,
  short,
} from "../failure.ts";
import { isPathBelow, isStageName } from "../stage/names.ts";
import type {
  Coordinate,
  Declaration,
  Environment,
  Input,
  Pipeline,
  Point,
  Stage,
} from "../stage/declaration.ts";

/** One output of one instance, as an input of another. */
export interface Source {
  readonly instance: Instance;
  readonly output: string;
}

/** An input with its producers found. */
export type Link =
  | { readonly kind: "one"; readonly source: Source }
  | { readonly kind: "every"; readonly sources: readonly Source[] }
  | { readonly kind: "file"; readonly path: string };

/** A stage at one point of its matrix. */
export interface Instance {
  /** `train[lr=0.01,seed=1]`; the stage's name where it has no matrix. */
  readonly id: string;
  readonly stage: string;
  readonly title: string;
  readonly point: Point;
  readonly declaration: Declaration;
  readonly links: { readonly [input: string]: Link };
  /** The instances that this one reads from, each once. */
  readonly producers: readonly Instance[];
}

/** Instances in an order in which producers come before their users. */
export interface Graph {
  readonly instances: readonly Instance[];
  readonly byId: ReadonlyMap<string, Instance>;
}

/** The name of a stage at a point, axes in the order of the declaration. */
export function instanceId(stage: string, point: Point): string {
  const axes = Object.entries(point).map(([axis, value]) => `${axis}=${value}`);
  return axes.length === 0 ? stage : `${stage}[${axes.join(",")}]`;
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
  const stages = new Map<string, Declared[]>();
  for (const stage of pipeline.stages) {
    const problem = nameProblem(stage.name, stages);
    if (problem) return fail(problem);
    const points = expand(stage, config);
    if (!points.ok) return points;
    const known = Object.fromEntries(
      (stage.environment ?? []).map((name) => [name, environment(name)]),
    );
    const declared = points.value.map((point) =>
      declare(stage, config, point, known)
    );
    for (const one of declared) {
      const wrong = declarationProblem(one);
      if (wrong) return fail(wrong);
    }
    stages.set(stage.name, declared);
  }
  const clash = outputClash(stages) ?? artifactClash(stages);
  if (clash) return fail(clash);
  return order(stages);
}

/** An instance before its inputs are linked. */
interface Declared {
  readonly id: string;
  readonly stage: string;
  readonly title: string;
  readonly point: Point;
  readonly declaration: Declaration;
}

function declare<Config>(
  stage: Stage<Config>,
  config: Config,
  point: Point,
  environment: Environment,
): Declared {
  return {
    id: instanceId(stage.name, point),
    stage: stage.name,
    title: stage.title,
    point,
    declaration: stage.at(config, point, environment),
  };
}

function nameProblem(
  name: string,
  stages: ReadonlyMap<string, unknown>,
): Failure | undefined {
  if (!isStageName(name)) {
    return {
      kind: "stage-name",
      what: `Cannot name a stage "${name}"`,
      hint: "use lower case letters, digits and hyphens",
    };
  }
  if (stages.has(name)) {
    return {
      kind: "stage-twice",
      what: `Cannot declare the stage "${name}"`,
      seen: "another stage has that name",
    };
  }
}

/** What can be planned in some ten seconds; nobody waits for so many processes. */
const POINTS = 100_000;

/** All points of a stage's matrix, the last axis fastest. */
function expand<Config>(stage: Stage<Config>, config: Config): Result<Point[]> {
  let points: Point[] = [{}];
  for (const [axis, values] of Object.entries(stage.matrix?.(config) ?? {})) {
    const bad = values.find((value) =>
      !/^[\w.+-]+$/.test(String(value)) ||
      typeof value === "number" && !Number.isFinite(value)
    );
    if (bad !== undefined) {
      return fail({
        kind: "coordinate",
        what:
          `Cannot use "${bad}" on the axis ${axis} of the stage "${stage.name}"`,
        hint:
          "use finite numbers, letters, digits, dots, hyphens and underscores",
      });
    }
    if (new Set(values.map(String)).size < values.length) {
      return fail({
        kind: "coordinate-twice",
        what: `Cannot expand the axis ${axis} of the stage "${stage.name}"`,
        seen: `a value stands there twice: ${values.join(", ")}`,
      });
    }
    if (points.length * values.length > POINTS) {
      return fail({
        kind: "matrix",
        what: `Cannot expand the matrix of the stage "${stage.name}"`,
        seen: `it has ${points.length * values.length} points and more; ` +
          `allowed are at most ${POINTS}`,
        hint: "use shorter axes, or fewer",
      });
    }
    points = points.flatMap((point) =>
      values.map((value: Coordinate) => ({ ...point, [axis]: value }))
    );
  }
  return ok(points);
}

/** Two outputs of an instance that would be the same file. */
function outputClash(
  stages: ReadonlyMap<string, readonly Declared[]>,
): Failure | undefined {
  for (const { id, declaration } of [...stages.values()].flat()) {
    const owners = new Map<string, string>();
    for (const [output, { file }] of Object.entries(declaration.outputs)) {
      const owner = owners.get(file.toLowerCase());
      if (owner !== undefined) {
        return {
          kind: "output-twice",
          what: `"${id}" cannot write its output "${output}" as "${file}"`,
          seen: `its output "${owner}" is that file already`,
          hint: "give each output a file of its own",
        };
      }
      owners.set(file.toLowerCase(), output);
    }
  }
}

/**
 * Two instances that would write the same artifact, also on file systems that
 * fold case, or one a file where another needs a folder.
 */
function artifactClash(
  stages: ReadonlyMap<string, readonly Declared[]>,
): Failure | undefined {
  const owners = new Map<string, string>([["run.json", "the engine"]]);
  const folders = new Map<string, string>();
  for (const declared of stages.values()) {
    for (const { id, declaration } of declared) {
      for (const { artifact } of Object.values(declaration.outputs)) {
        if (artifact === undefined) continue;
        if (!isPathBelow(artifact)) {
          return {
            kind: "artifact-path",
            what: `Cannot publish an output of "${id}" as "${artifact}"`,
            hint: "use a relative path inside the folder of the artifacts",
          };
        }
        const folded = artifact.toLowerCase();
        const owner = owners.get(folded);
        if (owner !== undefined) {
          return {
            kind: "artifact-twice",
            what: `Cannot publish "${artifact}" from "${id}"`,
            seen: `${owner} publishes it too`,
          };
        }
        const parts = folded.split("/");
        const above = parts.slice(1).map((_, at) =>
          parts.slice(0, at + 1).join("/")
        );
        const file = above.find((folder) => owners.has(folder));
        const inside = folders.get(folded);
        if (file !== undefined || inside !== undefined) {
          const other = inside ?? file!; // one of them is there
          return {
            kind: "artifact-inside",
            what: `Cannot publish "${artifact}" from "${id}"`,
            seen: inside === undefined
              ? `${
                owners.get(other)
              } publishes the file "${other}", which cannot be a folder too`
              : `"${inside}" is published inside a folder of that name`,
            hint: "give one of them another path",
          };
        }
        for (const folder of above) {
          if (!folders.has(folder)) folders.set(folder, artifact);
        }
        owners.set(folded, id);
      }
    }
  }
}

/** A point's values on some axes, as one text. */
function coordinates(point: Point, axes: readonly string[]): string {
  return JSON.stringify(axes.map((axis) => String(point[axis])));
}

/** Links inputs depth first, so that producers are complete before their users. */
function order(
  stages: ReadonlyMap<string, readonly Declared[]>,
): Result<Graph> {
  const byId = new Map<string, Instance>();
  let problem: Failure | undefined;

  /** An instance on the way to be completed, with what it reads from. */
  interface Step {
    readonly declared: Declared;
    readonly found: readonly (readonly [
      name: string,
      input: Input,
      producers: readonly Declared[],
    ])[];
    /** Its producers that are not looked at yet, the next one last. */
    readonly open: Declared[];
  }

  /** Completes an instance and all before it. No recursion: a chain may be longer than the stack. */
  function complete(last: Declared): void {
    const path = new Map<string, Step>(); // in the order in which it is walked
    const enter = (declared: Declared) => {
      const found: Step["found"][number][] = [];
      for (
        const [name, input] of Object.entries(declared.declaration.inputs ?? {})
      ) {
        const producers = input.kind === "file"
          ? []
          : find(declared, name, input);
        if (!producers) return;
        found.push([name, input, producers]);
      }
      const open = found.flatMap(([, , producers]) => producers).reverse();
      path.set(declared.id, { declared, found, open });
      steps.push(declared.id);
    };
    const steps: string[] = [];
    if (!byId.has(last.id)) enter(last);
    while (steps.length > 0 && !problem) {
      const step = path.get(steps.at(-1)!)!; // it is on the way
      const next = step.open.pop();
      if (!next) {
        byId.set(step.declared.id, linked(step));
        path.delete(step.declared.id);
        steps.pop();
      } else if (path.has(next.id)) {
        const cycle = [...steps.slice(steps.indexOf(next.id)), next.id];
        const shown = cycle.length > 12
          ? [...cycle.slice(0, 6), "…", ...cycle.slice(-5)]
          : cycle;
        problem = {
          kind: "cycle",
          what: "Cannot put the stages into an order",
          seen: `a cycle: ${shown.join(" ← ")}`,
        };
      } else if (!byId.has(next.id)) enter(next);
    }
  }

  /** An instance whose producers are complete. */
  function linked({ declared, found }: Step): Instance {
    const producers = new Set<Instance>();
    const links = found.map(([name, input, list]): [string, Link] => {
      if (input.kind === "file") return [name, input];
      const sources = list.map(({ id }): Source => {
        const instance = byId.get(id)!; // completed before
        producers.add(instance);
        return { instance, output: input.output };
      });
      return [
        name,
        input.kind === "every"
          ? { kind: "every", sources }
          : { kind: "one", source: sources[0]! }, // `find` gave exactly one
      ];
    });
    return {
      ...declared,
      links: Object.fromEntries(links),
      producers: [...producers],
    };
  }

  function find(
    user: Declared,
    name: string,
    input: Exclude<Input, { kind: "file" }>,
  ): readonly Declared[] | undefined {
    const what =
      `Cannot link the input "${name}" of "${user.id}" to "${input.stage}"`;
    const producers = stages.get(input.stage);
    if (!producers) {
      const guess = nearest(input.stage, stages.keys());
      problem ??= {
        kind: "unknown-stage",
        what,
        seen: `stages: ${[...stages.keys()].join(", ")}`,
        ...(guess && { hint: `did you mean "${guess}"?` }),
      };
      return;
    }
    const lacking = lacks(input.stage, producers, input.output);
    if (lacking) {
      const known = Object.keys(lacking.declaration.outputs);
      const guess = nearest(input.output, known);
      problem ??= {
        kind: "unknown-output",
        what: `Cannot link the input "${name}" of "${user.id}" to the output ` +
          `"${input.output}" of "${input.stage}"`,
        seen: `outputs: ${known.join(", ")}`,
        ...(guess && { hint: `did you mean "${guess}"?` }),
      };
      return;
    }
    if (input.kind === "every") return producers;
    const at = input.at ?? user.point;
    const axes = Object.keys(producers[0]?.point ?? {});
    const fixed = axes.filter((axis) => Object.hasOwn(at, axis));
    const matching = input.at === undefined || fixed.length === axes.length
      ? byPoint(input.stage, producers, fixed).get(coordinates(at, fixed)) ?? []
      : [];
    if (matching.length === 1) return matching;
    problem ??= {
      kind: "ambiguous-input",
      what,
      seen: `${matching.length} instances match: ` +
        `${producers.map(({ id }) => id).slice(0, 8).join(", ")}`,
      hint: "fix the axes that only the producer has, or take every instance",
    };
  }

  // A search among all producers, for every user of them, would be quadratic.
  const lacking = new Map<string, Declared | undefined>();
  function lacks(
    stage: string,
    producers: readonly Declared[],
    output: string,
  ): Declared | undefined {
    const key = JSON.stringify([stage, output]);
    if (!lacking.has(key)) {
      lacking.set(
        key,
        producers.find(({ declaration }) =>
          !Object.hasOwn(declaration.outputs, output)
        ),
      );
    }
    return lacking.get(key);
  }

  const points = new Map<string, Map<string, Declared[]>>();
  function byPoint(
    stage: string,
    producers: readonly Declared[],
    axes: readonly string[],
  ): Map<string, Declared[]> {
    const key = JSON.stringify([stage, ...axes]);
    let map = points.get(key);
    if (!map) {
      map = Map.groupBy(producers, ({ point }) => coordinates(point, axes));
      points.set(key, map);
    }
    return map;
  }

  for (const declared of stages.values()) {
    for (const one of declared) {
      complete(one);
      if (problem) return fail(problem);
    }
  }
  return ok({ instances: [...byId.values()], byId });
}

/**
 * The part of a graph that some targets need: each a stage's name, an
 * instance's, or an instance's with only some of its axes.
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

/** The instances that a person means with `train`, `train[lr=0.1]` or `train[lr=0.1,seed=1]`. */
export function select(graph: Graph, target: string): Result<Instance[]> {
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
    : nearest(target, [...stages, ...ids]);
  return fail({
    kind: of.length > 0 ? "unknown-instance" : "unknown-stage",
    what: `Cannot find ${of.length > 0 ? "the instance" : "the stage"} "${
      short(target)
    }"`,
    seen: of.length > 0
      ? `instances: ${of.map((one) => one.id).slice(0, 12).join(", ")}`
      : `stages: ${stages.join(", ")}`,
    hint: guess
      ? `did you mean "${guess}"?`
      : "see deno task status --verbose for all instances",
  });
}
