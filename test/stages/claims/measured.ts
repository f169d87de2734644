/** Metrics as a run would leave them, made up. */
import { measured, type Steps } from "../../../stages/claims/judgement.ts";
import type { Metrics } from "../../../stages/formats/metrics.ts";

/** What one network shows. */
export interface Shown {
  readonly rate: number;
  readonly seed?: number;
  /** After each epoch. */
  readonly train: readonly number[];
  readonly validation?: readonly number[];
  readonly steps?: readonly number[];
  readonly mse?: number;
  readonly psnr?: number | null;
  readonly ssim?: number;
}

/** The content of `metrics.json`. */
export function metrics(shown: readonly Shown[], standIn = false): Metrics {
  return {
    dataset: {
      name: standIn ? "glyphs" : "mnist",
      stand_in: standIn,
      sha256: {},
    },
    models: Object.fromEntries(shown.map((one) => {
      const { rate, seed = 1, train, validation = train } = one;
      const { mse = 0.01, psnr = 20, ssim = 0.9 } = one;
      return [`lr-${rate}-seed-${seed}`, {
        learning_rate: rate,
        seed,
        epochs: train.map((train_loss, index) => ({
          epoch: index + 1,
          train_loss,
          validation_loss: validation[index] ?? train_loss,
        })),
        engine: "portable",
        test: { mse, psnr, ssim },
        denoising: { images: 1, clean_mse: mse, levels: [] },
      }];
    })),
  };
}

/** The losses of each step. */
export function steps(shown: readonly Shown[]): Steps {
  return new Map(
    shown.map(({ rate, seed = 1, steps = [] }) => [
      `lr-${rate}-seed-${seed}`,
      steps,
    ]),
  );
}

/** The same as expressions see it. */
export function networks(
  shown: readonly Shown[],
): ReturnType<typeof measured> {
  return measured(metrics(shown), steps(shown));
}
