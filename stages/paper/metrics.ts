/** Gathers what a paper's stages measured into the one file that other tools read. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { gatherMeasured } from "../evaluation/measured.ts";
import type { Gathered } from "../formats/measured.ts";

/** The stages that measure, each an input `measured STAGE`. */
export interface Params {
  readonly measuring: readonly string[];
  /** Axes that points may leave out. */
  readonly axes?: Gathered["axes"];
}

/** Writes `metrics`. */
export default function metrics(task: Task<Params>): void {
  const { measuring, axes } = task.params;
  const gathered: Gathered = {
    ...gatherMeasured(task, measuring),
    ...(axes && { axes }),
  };
  Deno.writeTextFileSync(task.output("metrics"), canonicalPretty(gathered));
}
