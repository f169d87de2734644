/** Says of each of the paper's claims whether it holds, with the numbers behind it. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { concludeAll } from "./conclusion.ts";
import type { Claim } from "./judge.ts";
import { readMeasurements } from "./measurements.ts";

/** The claims to be judged. */
export interface Params {
  readonly claims: readonly Claim[];
}

/** Writes `claims`: sentences, verdicts and evidence. */
export default function claims(task: Task<Params>): void {
  const found = concludeAll(task.params.claims, readMeasurements(task));
  Deno.writeTextFileSync(task.output("claims"), canonicalPretty(found));
}
