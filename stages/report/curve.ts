/**
 * The learning curves that the page shows: one for each learning rate, over its
 * seeds. The losses of the steps are gathered in buckets, for a screen has fewer
 * columns than a training has steps.
 */

import type { Curve } from "../formats/curve.ts";

/** What the chart needs of one training. */
export type Training = Pick<
  Curve,
  "learning_rate" | "seed" | "steps" | "epochs"
>;

/** One line of the chart with what surrounds it; x counts epochs. */
interface Line {
  readonly learningRate: number;
  readonly seeds: readonly number[];
  /** Of every bucket: its middle, and the least, the mean and the greatest loss. */
  readonly steps: {
    readonly x: readonly number[];
    readonly low: readonly number[];
    readonly mean: readonly number[];
    readonly high: readonly number[];
  };
  /** After every epoch; the mean over the seeds, and the validation's spread. */
  readonly epochs: {
    readonly x: readonly number[];
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  };
}

/** Buckets of all curves together: what keeps the page small. */
const BUCKETS = 2400;

/** One curve for each learning rate, in the order in which they come. */
export function curves(trainings: readonly Training[]): Line[] {
  const groups = Map.groupBy(trainings, (one) => one.learning_rate);
  const buckets = Math.max(20, Math.floor(BUCKETS / groups.size));
  return Array.from(groups.values(), (group) => gather(group, buckets));
}

/** The curve of one learning rate, with about so many buckets. */
export function gather(trainings: readonly Training[], buckets: number): Line {
  const { learning_rate, epochs } = trainings[0]!; // there is a seed
  const steps = Math.min(...trainings.map((one) => one.steps.length));
  const count = Math.min(steps, buckets);
  const perStep = epochs.length / steps;
  const x: number[] = [];
  const low: number[] = [];
  const mean: number[] = [];
  const high: number[] = [];
  for (let bucket = 0; bucket < count; bucket++) {
    const from = Math.floor(bucket * steps / count);
    const to = Math.floor((bucket + 1) * steps / count);
    const losses = trainings.flatMap((one) => one.steps.slice(from, to));
    x.push(rounded((from + to) / 2 * perStep));
    low.push(rounded(Math.min(...losses)));
    mean.push(rounded(average(losses)));
    high.push(rounded(Math.max(...losses)));
  }
  const after = (
    value: (epoch: Training["epochs"][number]) => number,
    over: (values: readonly number[]) => number,
  ) =>
    epochs.map((_, index) =>
      rounded(over(trainings.flatMap((one) => {
        const epoch = one.epochs[index];
        return epoch === undefined ? [] : [value(epoch)];
      })))
    );
  const validation = (epoch: Training["epochs"][number]) =>
    epoch.validation_loss;
  return {
    learningRate: learning_rate,
    seeds: trainings.map((one) => one.seed),
    steps: { x, low, mean, high },
    epochs: {
      x: epochs.map((one) => one.epoch),
      train: after((epoch) => epoch.train_loss, average),
      validation: after(validation, average),
      low: after(validation, (values) => Math.min(...values)),
      high: after(validation, (values) => Math.max(...values)),
    },
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Five significant digits: finer than a screen can show. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
