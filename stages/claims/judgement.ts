/**
 * The verdicts on all claims, from what was measured. Pure: the stage calls it
 * with files of a run, and an archive's verifier with those of the archive.
 */
import type { Json, JsonObject } from "../../pipeline/json.ts";
import { type Claim, type Finding, judge, type Measured } from "./judge.ts";

/** What the claims speak of, of `metrics.json`. */
export interface Metrics {
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

/** The losses of each step, by learning rate and seed. */
export type Steps = (
  learningRate: number,
  seed: number,
) => readonly number[] | undefined;

/** A claim and what became of it. */
export type Judgement = {
  readonly id: string;
  readonly sentence: string;
  readonly where: string;
  readonly verdict: "holds" | "fails" | "not judged";
  readonly evidence: JsonObject;
};

/** Judges every claim for every seed. */
export function judgements(
  claims: readonly Claim[],
  metrics: Metrics,
  steps: Steps,
): Judgement[] {
  const networks = Object.values(metrics.models).map(
    ({ learning_rate, seed, epochs, test }): Measured => ({
      learning_rate,
      seed,
      series: {
        train_loss: epochs.map(({ train_loss }) => train_loss),
        validation_loss: epochs.map(({ validation_loss }) => validation_loss),
        step_loss: steps(learning_rate, seed) ?? [],
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
  return claims.map((claim) => {
    const findings = seeds.map((seed) => judge(claim, seed, networks));
    return {
      id: claim.id,
      sentence: claim.sentence,
      where: claim.where,
      ...conclude(claim, findings, metrics.dataset.stand_in),
    };
  });
}

/** The same from the artifacts by path: `metrics.json` and `curves/…`. */
export function verdicts(
  claims: readonly Json[],
  artifacts: { readonly [path: string]: Json },
): Judgement[] {
  interface Curve {
    readonly learning_rate: number;
    readonly seed: number;
    readonly steps: readonly number[];
  }
  const curves = Object.entries(artifacts)
    .filter(([path]) => path.startsWith("curves/"))
    .map(([, curve]) => curve as unknown as Curve);
  return judgements(
    claims as unknown as readonly Claim[],
    artifacts["metrics.json"] as unknown as Metrics,
    (rate, seed) =>
      curves.find((curve) =>
        curve.learning_rate === rate && curve.seed === seed
      )?.steps,
  );
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
