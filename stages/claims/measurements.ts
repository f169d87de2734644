/** Reads what claims on networks and quoted numbers are compared with: the metrics and the curves. */
import { canonical } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { CurveSchema } from "../formats/curve.ts";
import { readJson } from "../formats/json.ts";
import { MetricsSchema, namesByPoint } from "../formats/metrics.ts";
import { measurementsIn } from "./judgement.ts";

/** Reads the inputs `metrics` and `curves`. */
export function readMeasurements<Params>(
  task: Pick<Task<Params>, "input" | "inputs">,
): ReturnType<typeof measurementsIn> {
  const metrics = readJson(task.input("metrics"), MetricsSchema);
  const nameOf = namesByPoint(metrics);
  return measurementsIn(
    metrics,
    new Map(
      task.inputs("curves").map(({ point, path }) => [
        nameOf.get(canonical(point)) ?? "", // every curve is of a network
        readJson(path, CurveSchema).steps,
      ]),
    ),
  );
}
