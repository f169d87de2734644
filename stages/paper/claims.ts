/** Says of each claim whether it holds, with the numbers behind it. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { concludeAll } from "../claims/conclusion.ts";
import type { Claim } from "../claims/judge.ts";
import { readGathered } from "./gathered.ts";

/** The claims to be judged. */
export interface Params {
  readonly claims: readonly Claim[];
}

/** Writes `claims`: sentences, verdicts and evidence. */
export default function claims(task: Task<Params>): void {
  const found = concludeAll(task.params.claims, readGathered(task));
  Deno.writeTextFileSync(task.output("claims"), canonicalPretty(found));
}
