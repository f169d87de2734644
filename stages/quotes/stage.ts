/** Compares the numbers that texts quote with what was measured of networks. */
import type { Task } from "../../pipeline/stage/task.ts";
import { readMeasurements } from "../claims/measurements.ts";
import { type Params, writeQuotes } from "./comparison.ts";

export type { Params };

/** Writes `quotes`, see `writeQuotes`. */
export default function quotes(task: Task<Params>): void {
  writeQuotes(task, readMeasurements(task));
}
