/** Finds the instances that an input of another one comes from. */
import { fail, type Failure, nearest, ok, type Result } from "../failure.ts";
import type { Input, Point } from "../stage/declaration.ts";
import type { Declared } from "./graph.ts";

/** The instances of every stage, by its name. */
export type Stages = ReadonlyMap<string, readonly Declared[]>;

/** The producers of an input of an instance, or why there are none. */
type Find = (
  user: Declared,
  name: string,
  input: Exclude<Input, { kind: "file" }>,
) => Result<readonly Declared[]>;

/** Finds the producers of inputs. What several users ask for is looked up once. */
export function finder(stages: Stages): Find {
  const known = new Map<string, unknown>();
  // A search among all producers, for every user of them, would be quadratic.
  const once = <Value>(key: readonly string[], value: () => Value): Value => {
    const text = JSON.stringify(key);
    if (!known.has(text)) known.set(text, value());
    return known.get(text) as Value; // a key always has the same kind of value
  };
  return (user, name, input) => {
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
    if (input.kind === "every") {
      if (!input.at) return ok(producers);
      const wanted = new Set(input.at.map(place));
      const found = producers.filter(({ point }) => wanted.has(place(point)));
      return found.length === wanted.size ? ok(found) : fail({
        kind: "ambiguous-input",
        what: `${what}"${stage}"`,
        seen:
          `of ${wanted.size} points that are named, ${found.length} have an instance`,
        hint: "name points that the stage has, or take every instance",
      });
    }
    const matching = match(stage, producers, input.at, user.point);
    if (matching.length === 1) return ok(matching);
    return fail({
      kind: "ambiguous-input",
      what: `${what}"${stage}"`,
      seen: `${matching.length} instances match: ` +
        `${producers.map(({ id }) => id).slice(0, 8).join(", ")}`,
      hint: "fix the axes that only the producer has, or take every instance",
    });
  };

  /** The producers that fit a point: those that share most axes with it, and have fewest besides. */
  function match(
    stage: string,
    producers: readonly Declared[],
    at: Point | undefined,
    own: Point,
  ): readonly Declared[] {
    const kinds = once(["axes", stage], () => axesOf(producers));
    if (at !== undefined) {
      const axes = kinds.find((axes) =>
        axes.length === Object.keys(at).length &&
        axes.every((axis) => Object.hasOwn(at, axis))
      );
      return axes ? among(axes, axes, at) : [];
    }
    let best: readonly Declared[] = [];
    let rank = { shared: -1, lacking: 0 };
    for (const axes of kinds) {
      const fixed = axes.filter((axis) => Object.hasOwn(own, axis));
      const found = among(axes, fixed, own);
      const shared = fixed.length;
      const lacking = axes.length - shared;
      if (found.length === 0 || shared < rank.shared) continue;
      if (shared === rank.shared && lacking > rank.lacking) continue;
      const tie = shared === rank.shared && lacking === rank.lacking;
      best = tie ? [...best, ...found] : found;
      rank = { shared, lacking };
    }
    return best;

    /** Of the producers with just these axes, those that agree on some. */
    function among(
      axes: readonly string[],
      fixed: readonly string[],
      at: Point,
    ): readonly Declared[] {
      const byPoint = once(
        ["point", stage, String(axes.length), ...axes, ...fixed],
        () =>
          Map.groupBy(
            producers.filter(({ point }) => has(point, axes)),
            ({ point }) => coordinates(point, fixed),
          ),
      );
      return byPoint.get(coordinates(at, fixed)) ?? [];
    }
  }
}

/** The sets of axes that these instances have: one, unless their points are listed. */
function axesOf(
  instances: readonly Declared[],
): readonly (readonly string[])[] {
  const kinds = new Map(
    instances.map(({ point }) => {
      const axes = Object.keys(point);
      return [JSON.stringify(axes.toSorted()), axes];
    }),
  );
  return [...kinds.values()];
}

/** Whether a point has just these axes. */
function has(point: Point, axes: readonly string[]): boolean {
  return Object.keys(point).length === axes.length &&
    axes.every((axis) => Object.hasOwn(point, axis));
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

/** A point as one text, whatever the order of its axes. */
function place(point: Point): string {
  return coordinates(point, Object.keys(point).sort()) +
    Object.keys(point).sort().join();
}

/** A point's values on some axes, as one text. */
function coordinates(point: Point, axes: readonly string[]): string {
  return JSON.stringify(axes.map((axis) => String(point[axis])));
}
