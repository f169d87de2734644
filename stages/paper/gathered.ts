/** Reads what a paper's stages measured, as claims and quoted numbers see it. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Measurements, measurementsOf } from "../claims/conclusion.ts";
import { readJson } from "../formats/json.ts";
import { GatheredSchema } from "../formats/measured.ts";

/** Reads the input `metrics`. */
export function readGathered(task: Pick<Task, "input">): Measurements {
  return measurementsOf(readJson(task.input("metrics"), GatheredSchema));
}
