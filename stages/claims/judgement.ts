/**
 * The verdicts on all claims, from what was measured. Pure: the stage calls it
 * with files of a run, and an archive's verifier with those of the archive.
 */
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Json } from "../../pipeline/stage/json.ts";
import type { Judgement } from "../formats/claims.ts";
import type { Curve } from "../formats/curve.ts";
import type { Metrics } from "../formats/metrics.ts";
import type { Measured, Observed } from "./evaluate.ts";
import { spoken } from "./vocabulary.ts";
import { type Claim, type Finding, judge } from "./judge.ts";

/** The losses of each step, by the network's name. */
export type Steps = ReadonlyMap<string, readonly number[]>;

/** Judges every claim for every seed. */
export function judgements(
  claims: readonly Claim[],
  metrics: Metrics,
  steps: Steps,
): Judgement[] {
  const networks = measured(metrics, steps);
  const ground = {
    networks,
    observed: observedIn(metrics),
    base: baseOf(metrics),
  };
  const seeds = seedsOf(networks);
  return claims.map((claim) => {
    const findings = seeds.map((seed) => judge(claim, seed, ground));
    return {
      id: claim.id,
      sentence: claim.sentence,
      where: claim.where,
      ...conclude(claim, findings, metrics.dataset),
    };
  });
}

/** What was measured of every network, as expressions see it. */
export function measured(metrics: Metrics, steps: Steps): Measured[] {
  return Object.entries(metrics.models).map(
    ([name, { learning_rate, seed, at, epochs, test }]) => ({
      seed,
      at: { lr: learning_rate, seed, ...at },
      series: {
        train_loss: epochs.map(({ train_loss }) => train_loss),
        validation_loss: epochs.map(({ validation_loss }) => validation_loss),
        step_loss: steps.get(name) ?? [],
      },
      scalars: {
        "test.mse": test.mse,
        ...(test.psnr !== null && { "test.psnr": test.psnr }),
        "test.ssim": test.ssim,
      },
    }),
  );
}

/** What other stages measured, as expressions see it. */
export function observedIn({ measured = {} }: Metrics): Observed[] {
  return Object.entries(measured).flatMap(([stage, points]) =>
    Object.values(points).map(({ at, values }) => ({
      stage: spoken(stage),
      at,
      values,
    }))
  );
}

/** Where networks stand on the axes that an expression does not name. */
export function baseOf({ axes = {} }: Metrics): Point {
  return Object.fromEntries(
    Object.entries(axes).map(([axis, { base }]) => [axis, base]),
  );
}

/** The seeds of networks, in order. */
export function seedsOf(networks: readonly Measured[]): number[] {
  const seeds = new Set(networks.map(({ seed }) => seed));
  return [...seeds].sort((a, b) => a - b);
}

/**
 * The same from the artifacts by path: `metrics.json` and `curves/…`. Unchecked:
 * the verifier, which has no schemas, reports what goes wrong here.
 */
export function verdicts(
  claims: readonly Json[],
  artifacts: { readonly [path: string]: Json },
): Judgement[] {
  const steps = new Map(
    Object.entries(artifacts).flatMap(([path, curve]) => {
      const [, name] = /^curves\/(.+)\.json$/.exec(path) ?? [];
      return name === undefined ? [] : [[name, (curve as Curve).steps]];
    }),
  );
  return judgements(
    claims as unknown as readonly Claim[],
    artifacts["metrics.json"] as Metrics,
    steps,
  );
}

/** The verdict over all seeds: a claim holds if it holds for each. */
export function conclude(
  claim: Claim,
  findings: readonly Finding[],
  dataset: Pick<Metrics["dataset"], "name" | "stand_in">,
): Pick<Judgement, "verdict" | "evidence"> {
  const seeds = Object.fromEntries(findings.map((finding) => [
    String(finding.seed),
    finding.kind === "judged"
      ? {
        holds: finding.holds,
        values: rounded(finding.values),
        untrue: [...finding.untrue],
      }
      : { because: finding.because },
  ]));
  const judged = findings.filter((finding) => finding.kind === "judged");
  const open = findings.find((finding) => finding.kind === "not judged");
  const failing = judged.filter(({ holds }) => !holds);
  const conclusion = (
    verdict: Judgement["verdict"],
    summary: string,
  ) => ({
    verdict,
    evidence: {
      summary,
      expression: claim.holds.trim().replace(/\s+/g, " "),
      ...(claim.tolerance !== undefined && { tolerance: claim.tolerance }),
      seeds,
      seeds_judged: judged.length,
      seeds_holding: judged.length - failing.length,
    },
  });
  const other = otherData(claim, dataset);
  if (other !== undefined) return conclusion("not judged", other);
  if (open) return conclusion("not judged", open.because);
  const [first] = judged;
  if (!first) return conclusion("not judged", "no network was trained");
  return conclusion(
    failing.length === 0 ? "holds" : "fails",
    judged.length === 1 ? told(first) : counted(judged.length, failing),
  );
}

/** Why a claim says nothing of this data; nothing if it may be judged. */
function otherData(
  { data }: Pick<Claim, "data">,
  { name, stand_in }: Pick<Metrics["dataset"], "name" | "stand_in">,
): string | undefined {
  const own = data?.toUpperCase();
  if (stand_in) {
    return own === undefined
      ? "stand-in data, of which the paper does not speak"
      : `stand-in data: the paper speaks of ${own}`;
  }
  return data === undefined || data === name
    ? undefined
    : `the paper speaks of ${own}, and this run is of ${name}`;
}

type Judged = Extract<Finding, { kind: "judged" }>;

/** One seed: the numbers, and first what is not so. */
function told({ holds, values, measured, untrue }: Judged): string {
  const numbers = measured.map((text) =>
    `${text} = ${Number(values[text]!.toPrecision(4))}`
  ).join("; ");
  return holds || untrue.length === 0
    ? numbers
    : `not so: ${untrue.join("; ")} – ${numbers}`;
}

/** So many seeds are told by name. */
const NAMED = 5;

/** Several seeds: in how many it holds, and in which not. */
function counted(all: number, failing: readonly Judged[]): string {
  const holding = all - failing.length;
  if (failing.length === 0) return `holds for all ${all} seeds`;
  if (holding === 0) return `holds for none of ${all} seeds`;
  const some = failing.slice(0, NAMED).map(({ seed }) => seed).join(", ");
  const others = failing.length - NAMED;
  return `holds for ${holding} of ${all} seeds, not for ${some}${
    others > 0 ? ` and ${others} more` : ""
  }`;
}

/** Six significant digits: what float32 losses are good for. */
function rounded(
  values: { readonly [text: string]: number },
): { [text: string]: number } {
  return Object.fromEntries(
    Object.entries(values).map((
      [text, value],
    ) => [text, Number(value.toPrecision(6))]),
  );
}
