/** A stage's matrix as the list of its points. */
import { fail, ok, type Result } from "../failure.ts";
import type { Coordinate, Point, Stage } from "../stage/declaration.ts";

/** What can be planned in some ten seconds; nobody waits for so many processes. */
const POINTS = 100_000;

/** All points of a stage's matrix, the last axis fastest. */
export function expand<Config>(
  stage: Stage<Config>,
  config: Config,
): Result<Point[]> {
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
