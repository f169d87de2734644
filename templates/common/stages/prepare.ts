/** Takes one data set out of the table. */
import { canonicalPretty } from "../pipeline/stage/json.ts";
import { StageError, type Task } from "../pipeline/stage/task.ts";
import type { Points } from "./points.ts";

export interface Params {
  readonly set: number;
}

/** Reads `table`, writes `points`. */
export default function prepare(
  task: Pick<Task<Params>, "params" | "input" | "output">,
): void {
  const { set } = task.params;
  const [, ...rows] = Deno.readTextFileSync(task.input("table")).trim()
    .split("\n").map((line) => line.split(",").map(Number));
  const points = rows.flatMap(([of, x = NaN, y = NaN], index) => {
    if (Number.isNaN(x + y)) {
      throw new StageError(
        "Cannot read the table",
        `line ${index + 2} has no three numbers`,
        "write set,x,y",
      );
    }
    return of === set ? [[x, y] as const] : [];
  });
  const content: Points = { set, points };
  Deno.writeTextFileSync(task.output("points"), canonicalPretty(content));
}
