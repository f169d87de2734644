/**
 * The verdicts on claims about networks. Pure: the stage calls it with files of a
 * run, and an archive's verifier with those of the archive.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import type { Judgement } from "../formats/claims.ts";
import type { Curve } from "../formats/curve.ts";
import type { Metrics } from "../formats/metrics.ts";
import { TITLE } from "../formats/mnist.ts";
import {
  concludeAll,
  type Measurements,
  measurementsOf,
} from "./conclusion.ts";
import type { Measured } from "./evaluate.ts";
import type { Claim } from "./judge.ts";

/** The losses of each step, by the network's name. */
export type Steps = ReadonlyMap<string, readonly number[]>;

/** Judges every claim for every seed. */
export function judgements(
  claims: readonly Claim[],
  metrics: Metrics,
  steps: Steps,
): Judgement[] {
  return concludeAll(claims, measurementsIn(metrics, steps));
}

/** What claims on networks are judged over. */
export function measurementsIn(
  metrics: Metrics,
  steps: Steps,
): Measurements & { readonly dataset: Metrics["dataset"] } {
  const { dataset, datasets } = metrics;
  // Also where networks stand on the axes that an expression does not name.
  const { observed, base, ...others } = measurementsOf(metrics);
  return {
    ...others,
    observed: observed.map((one) => ({
      ...one,
      // The point of a network leaves out the axes on which it stands there, too.
      at: Object.hasOwn(one.at, "lr") && Object.hasOwn(one.at, "seed")
        ? { ...base, ...one.at }
        : one.at,
    })),
    networks: measured(metrics, steps),
    base,
    dataset,
    titles: { mnist: TITLE },
    ...(datasets && { datasets }),
  };
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
