/** Compares the numbers that texts quote with what was measured. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Params, writeQuotes } from "../quotes/comparison.ts";
import { readGathered } from "./gathered.ts";

/** Writes `quotes`, see `writeQuotes`. */
export default function quotes(task: Task<Params>): void {
  writeQuotes(task, readGathered(task));
}
