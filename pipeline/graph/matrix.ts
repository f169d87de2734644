/** A stage's matrix as the list of its points. */
import { fail, type Failure, ok, type Result, short } from "../failure.ts";
import {
  type Coordinate,
  isList,
  type Point,
  pointsOf,
  type Stage,
} from "../stage/declaration.ts";

/** What can be planned in some ten seconds; nobody waits for so many processes. */
const POINTS = 100_000;

/** All points of a stage's matrix, of axes the last one fastest. */
export function expand<Config>(
  { name, matrix }: Stage<Config>,
  config: Config,
): Result<readonly Point[]> {
  const where = matrix?.(config) ?? {};
  const problem = isList(where) ? listed(name, where) : crossed(name, where);
  return problem ? fail(problem) : ok(pointsOf(where));
}

/** What is wrong with axes whose combinations are the points. */
function crossed(
  stage: string,
  axes: { readonly [axis: string]: readonly Coordinate[] },
): Failure | undefined {
  let points = 1;
  for (const [axis, values] of Object.entries(axes)) {
    const bad = values.find((value) => !isCoordinate(value));
    if (bad !== undefined) return unusable(stage, axis, bad);
    if (new Set(values.map(String)).size < values.length) {
      return {
        kind: "coordinate-twice",
        what: `Cannot expand the axis ${axis} of the stage "${stage}"`,
        seen: `a value stands there twice: ${values.join(", ")}`,
      };
    }
    points *= values.length;
    if (points > POINTS) return tooMany(stage, points);
  }
}

/** What is wrong with points that are listed. */
function listed(
  stage: string,
  points: readonly Point[],
): Failure | undefined {
  if (points.length > POINTS) return tooMany(stage, points.length);
  const known = new Set<string>();
  for (const point of points) {
    for (const [axis, value] of Object.entries(point)) {
      if (!isCoordinate(value)) return unusable(stage, axis, value);
    }
    // Whatever the order of its axes, and as a text: so it stands in the name.
    const name = Object.entries(point)
      .map(([axis, value]) => `${axis}=${value}`).sort().join(",");
    if (known.has(name)) {
      return {
        kind: "coordinate-twice",
        what: `Cannot expand the matrix of the stage "${stage}"`,
        seen: `a point stands there twice: ${short(name) || "the empty one"}`,
      };
    }
    known.add(name);
  }
}

function isCoordinate(value: Coordinate): boolean {
  return /^[\w.+-]+$/.test(String(value)) &&
    (typeof value !== "number" || Number.isFinite(value));
}

function unusable(stage: string, axis: string, value: Coordinate): Failure {
  return {
    kind: "coordinate",
    what: `Cannot use "${value}" on the axis ${axis} of the stage "${stage}"`,
    hint: "use finite numbers, letters, digits, dots, hyphens and underscores",
  };
}

function tooMany(stage: string, points: number): Failure {
  return {
    kind: "matrix",
    what: `Cannot expand the matrix of the stage "${stage}"`,
    seen: `it has ${points} points and more; allowed are at most ${POINTS}`,
    hint: "use shorter axes, or fewer",
  };
}
