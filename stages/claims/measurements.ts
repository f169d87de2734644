/** Reads what claims and quoted numbers are compared with: the metrics and the curves. */
import type { Task } from "../../pipeline/stage/task.ts";
import { CurveSchema } from "../formats/curve.ts";
import { readJson } from "../formats/json.ts";
import { type Metrics, MetricsSchema } from "../formats/metrics.ts";
import { type Steps, stepsOf } from "./judgement.ts";

/** Reads the inputs `metrics` and `curves`. */
export function readMeasurements<Params>(
  task: Pick<Task<Params>, "input" | "inputs">,
): { readonly metrics: Metrics; readonly steps: Steps } {
  return {
    metrics: readJson(task.input("metrics"), MetricsSchema),
    steps: stepsOf(
      task.inputs("curves").map(({ path }) => readJson(path, CurveSchema)),
    ),
  };
}
