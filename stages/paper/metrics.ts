/** Gathers what a paper's stages measured into the one file that other tools read. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { gatherMeasured } from "../evaluation/measured.ts";

/** The stages that measure, each an input `measured STAGE`. */
export interface Params {
  readonly measuring: readonly string[];
}

/** Writes `metrics`. */
export default function metrics(task: Task<Params>): void {
  const gathered = gatherMeasured(task, task.params.measuring);
  Deno.writeTextFileSync(task.output("metrics"), canonicalPretty(gathered));
}
