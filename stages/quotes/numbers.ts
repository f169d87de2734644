/** Writes the numbers of the text, as they were measured of networks. */
import type { Task } from "../../pipeline/stage/task.ts";
import { readMeasurements } from "../claims/measurements.ts";
import { type Params, writeNumbers } from "./macros.ts";

export type { Params };

/** Writes `tex` and `json`, see `writeNumbers`. */
export default function numbers(task: Task<Params>): void {
  writeNumbers(task, readMeasurements(task));
}
