/**
 * The learning curves that the page shows: one for each group of networks, over
 * its seeds. The losses of the steps are gathered in buckets, for a screen has fewer
 * columns than a training has steps.
 */

import type { Curve } from "../formats/curve.ts";

/** What the chart needs of one training. */
export type Training = Pick<Curve, "seed" | "steps" | "epochs">;

/** One line of the chart with what surrounds it; x counts epochs. */
interface Line {
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
/** So many epochs of all curves together, and of each at least. */
const [EPOCHS, LEAST] = [6000, 60];

/** Of more lines than this the chart shows the validation losses alone. */
export const DENSE = 8;

/** One line for each group of trainings. */
export function curves(groups: readonly (readonly Training[])[]): Line[] {
  const buckets = Math.max(20, Math.floor(BUCKETS / groups.length));
  return groups.map((group) =>
    gather(group, buckets, thinning(groups.length, group[0]!)) // it has a member
  );
}

/** Every how many epochs one is drawn, with so many lines. */
export function thinning(
  lines: number,
  { epochs }: Pick<Training, "epochs">,
): number {
  const most = Math.max(LEAST, Math.floor(EPOCHS / lines));
  return Math.ceil(epochs.length / most);
}

/** The line of some trainings, with about so many buckets and some of its epochs. */
export function gather(
  trainings: readonly Training[],
  buckets: number,
  every = 1,
): Line {
  const { epochs } = trainings[0]!; // there is a seed
  // Counted from the last, which is what is compared.
  const places = epochs.map((_, index) => index)
    .filter((index) => (epochs.length - 1 - index) % every === 0);
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
    // Not `Math.min(...losses)`: a long training has too many for arguments.
    low.push(rounded(losses.reduce((a, b) => Math.min(a, b))));
    mean.push(rounded(average(losses)));
    high.push(rounded(losses.reduce((a, b) => Math.max(a, b))));
  }
  const after = (
    value: (epoch: Training["epochs"][number]) => number,
    over: (values: readonly number[]) => number,
  ) =>
    places.map((index) =>
      rounded(over(trainings.flatMap((one) => {
        const epoch = one.epochs[index];
        return epoch === undefined ? [] : [value(epoch)];
      })))
    );
  const validation = (epoch: Training["epochs"][number]) =>
    epoch.validation_loss;
  return {
    seeds: trainings.map((one) => one.seed),
    steps: { x, low, mean, high },
    epochs: {
      x: places.map((index) => epochs[index]!.epoch),
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
