/** Says of each of the paper's claims whether it holds, with the numbers behind it. */
import type { Json, JsonObject } from "../pipeline/json.ts";
import { canonicalPretty } from "../pipeline/json.ts";
import type { Task } from "../pipeline/task.ts";
import {
  type Claim,
  type Finding,
  judge,
  type Measured,
} from "./claims/judge.ts";

/** The claims to be judged. */
export interface Params {
  readonly claims: readonly Claim[];
}

interface Metrics {
  readonly dataset: { readonly name: string; readonly stand_in: boolean };
  readonly models: {
    readonly [name: string]: {
      readonly learning_rate: number;
      readonly seed: number;
      readonly epochs: readonly {
        train_loss: number;
        validation_loss: number;
      }[];
      readonly test: {
        readonly mse: number;
        readonly psnr: number;
        readonly ssim: number;
      };
    };
  };
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
  const networks = Object.values(metrics.models).map(
    ({ learning_rate, seed, epochs, test }): Measured => ({
      learning_rate,
      seed,
      series: {
        train_loss: epochs.map(({ train_loss }) => train_loss),
        validation_loss: epochs.map(({ validation_loss }) => validation_loss),
        step_loss: steps.get(`${learning_rate},${seed}`) ?? [],
      },
      scalars: {
        "test.mse": test.mse,
        "test.psnr": test.psnr,
        "test.ssim": test.ssim,
      },
    }),
  );
  const seeds = [...new Set(networks.map(({ seed }) => seed))].sort((a, b) =>
    a - b
  );
  const verdicts = task.params.claims.map((claim) => {
    const findings = seeds.map((seed) => judge(claim, seed, networks));
    return {
      id: claim.id,
      sentence: claim.sentence,
      where: claim.where,
      ...conclude(claim, findings, metrics.dataset.stand_in),
    };
  });
  Deno.writeTextFileSync(task.output("claims"), canonicalPretty(verdicts));
}

/** The verdict over all seeds: a claim holds if it holds for each. */
export function conclude(
  claim: Claim,
  findings: readonly Finding[],
  standIn: boolean,
): { verdict: "holds" | "fails" | "not judged"; evidence: JsonObject } {
  const seeds = Object.fromEntries(findings.map((finding): [string, Json] => [
    String(finding.seed),
    finding.kind === "judged"
      ? { holds: finding.holds, values: rounded(finding.values) }
      : { because: finding.because },
  ]));
  const judged = findings.filter((finding) => finding.kind === "judged");
  const holding = judged.filter(({ holds }) => holds).length;
  const evidence = (summary: string): JsonObject => ({
    summary,
    expression: claim.holds.trim().replace(/\s+/g, " "),
    seeds,
    seeds_judged: judged.length,
    seeds_holding: holding,
  });
  if (standIn) {
    return {
      verdict: "not judged",
      evidence: evidence("stand-in data: the paper speaks of MNIST"),
    };
  }
  const open = findings.find((finding) => finding.kind === "not judged");
  if (open) return { verdict: "not judged", evidence: evidence(open.because) };
  const numbers = judged.length === 1 ? text(judged[0]!.values) : "";
  const count = judged.length > 1
    ? `holds for ${holding} of ${judged.length} seeds`
    : numbers;
  return {
    verdict: holding === judged.length ? "holds" : "fails",
    evidence: evidence(count),
  };
}

/** Six significant digits: what float32 losses are good for. */
function rounded(values: { readonly [text: string]: number }): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map((
      [text, value],
    ) => [text, Number(value.toPrecision(6))]),
  );
}

function text(values: { readonly [text: string]: number }): string {
  return Object.entries(values)
    .map(([text, value]) => `${text} = ${Number(value.toPrecision(4))}`).join(
      "; ",
    );
}
