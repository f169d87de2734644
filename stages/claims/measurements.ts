/** Reads what claims and quoted numbers are compared with: the metrics and the curves. */
import { canonical } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { CurveSchema } from "../formats/curve.ts";
import { readJson } from "../formats/json.ts";
import {
  type Metrics,
  MetricsSchema,
  namesByPoint,
} from "../formats/metrics.ts";
import type { Steps } from "./judgement.ts";

/** Reads the inputs `metrics` and `curves`. */
export function readMeasurements<Params>(
  task: Pick<Task<Params>, "input" | "inputs">,
): { readonly metrics: Metrics; readonly steps: Steps } {
  const metrics = readJson(task.input("metrics"), MetricsSchema);
  const nameOf = namesByPoint(metrics);
  return {
    metrics,
    steps: new Map(
      task.inputs("curves").map(({ point, path }) => [
        nameOf.get(canonical(point)) ?? "", // every curve is of a network
        readJson(path, CurveSchema).steps,
      ]),
    ),
  };
}
