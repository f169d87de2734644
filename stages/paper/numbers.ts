/** Writes the numbers of the text, as they were measured. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Params, writeNumbers } from "../quotes/macros.ts";
import { readGathered } from "./gathered.ts";

/** Writes `tex` and `json`, see `writeNumbers`. */
export default function numbers(task: Task<Params>): void {
  writeNumbers(task, readGathered(task));
}
