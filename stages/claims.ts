/** Says of each of the paper's claims whether it holds, with the numbers behind it. */
import { canonicalPretty } from "../pipeline/json.ts";
import type { Task } from "../pipeline/task.ts";
import type { Claim } from "./claims/judge.ts";
import { judgements, type Metrics } from "./claims/judgement.ts";

/** The claims to be judged. */
export interface Params {
  readonly claims: readonly Claim[];
}

/** Writes `claims`: a list of sentences, verdicts and evidence, as `Verdict`. */
export default function claims(task: Task<Params>): void {
  const metrics: Metrics = JSON.parse(
    Deno.readTextFileSync(task.input("metrics")),
  );
  const steps = new Map(
    task.inputs("curves").map(({ point, path }) => {
      const curve: { steps: number[] } = JSON.parse(
        Deno.readTextFileSync(path),
      );
      return [`${point.lr},${point.seed}`, curve.steps];
    }),
  );
  const found = judgements(
    task.params.claims,
    metrics,
    (rate, seed) => steps.get(`${rate},${seed}`),
  );
  Deno.writeTextFileSync(task.output("claims"), canonicalPretty(found));
}
