/** The axes of the learning curves: how far they reach, where their ticks are. */
import type { Curve } from "../formats/curve.ts";
import type { Family } from "./curve.ts";

/** The band in which the paper finds the loss of a learning rate. A type: it is JSON. */
export type Band = {
  readonly learning_rate: number;
  readonly low: number;
  readonly high: number;
};

/** A curve that leaves the figure at its top. */
export interface Excursion {
  /** Which of the families, from 0. */
  readonly family: number;
  readonly label: string;
  /** Its greatest loss. */
  readonly most: number;
  /** From this step on it stays within the figure. */
  readonly steps: number;
}

/** Where an axis begins and ends. */
interface Ends {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** The axis of the loss. */
export interface LossAxis extends Ends {
  readonly excursions: readonly Excursion[];
}

/** The part of a training, its beginning, that may lie outside of the figure. */
const BEGINNING = 0.1;

/**
 * An axis that shows what a reader compares: all validation losses, the losses
 * before training, the band, and the course of each training after its beginning. A
 * learning rate that is too large gives a loss of thousands there; with that in the
 * figure, the curves would be lines at its bottom. What is left out is said.
 */
export function lossAxis(
  families: readonly Family[],
  { scale, band }: {
    readonly scale: "log" | "linear";
    readonly band: Band | null;
  },
): LossAxis {
  const curves = families.flatMap((family) => family.curves);
  const most = Math.max(
    band?.high ?? 0,
    ...curves.flatMap(({ steps, epochs }) => [
      steps[0] ?? 0,
      later(steps),
      ...epochs.map(({ validation_loss }) => validation_loss),
    ]),
  );
  const { low, high, ticks } = scale === "linear"
    ? linear(most)
    : logarithmic(leastOf(curves, band?.low ?? most), most);
  const excursions = families.flatMap(({ label, curves }, family) => {
    const steps = Math.max(
      ...curves.map(({ steps }) => steps.findLastIndex((loss) => loss > high)),
    ) + 1;
    const greatest = curves.reduce(
      (most, { steps }) => steps.reduce((a, b) => Math.max(a, b), most),
      0,
    );
    return steps === 0 ? [] : [{ family, label, most: greatest, steps }];
  });
  return { low, high, ticks, excursions };
}

/** The greatest loss after the beginning. */
function later(steps: readonly number[]): number {
  return steps.slice(Math.ceil(steps.length * BEGINNING))
    .reduce((a, b) => Math.max(a, b), 0);
}

/** The least loss of a step or of the validation images; none of it is below the axis. */
function leastOf(curves: readonly Curve[], start: number): number {
  return curves.reduce(
    (least, { steps, epochs }) =>
      [...steps, ...epochs.map((one) => one.validation_loss)]
        .reduce((a, b) => b > 0 && b < a ? b : a, least),
    start,
  );
}

/** From 0 to what is greater than all. */
function linear(most: number): Ends {
  const high = most > 0 ? most * 1.05 : 1;
  const step = LEVELS.find((one) => high / one <= 8) ?? most;
  const ticks = Array.from(
    { length: Math.floor(high / step) + 1 },
    (_, index) => Number((index * step).toPrecision(6)),
  );
  return { low: 0, high, ticks };
}

/**
 * From tick to tick: 1, 2 and 5 times powers of ten, or these alone if there are
 * many. Where nothing is greater than zero there is one interval all the same.
 */
export function logarithmic(least: number, most: number): Ends {
  const top = most > 0 ? most : 1;
  const from = LEVELS.findLastIndex((level) => level <= least && level < top);
  const low = least > 0 && from >= 0 ? LEVELS[from]! : top / 10;
  const high = LEVELS.find((level) => level >= top) ?? top;
  const all = LEVELS.filter((level) => level >= low && level <= high);
  const ticks = all.length > 12
    ? all.filter((level) => LEVELS.indexOf(level) % 3 === 0)
    : all;
  return { low, high, ticks };
}

/** 1, 2, 5 × powers of ten, read from text: so they are written as exactly. */
const LEVELS = Array.from({ length: 25 }, (_, i) => i - 12)
  .flatMap((power) => [1, 2, 5].map((n) => Number(`${n}e${power}`)));

/** Whole epochs, at most eleven of them; fractions only if there is but one. */
export function epochTicks(epochs: number): number[] {
  if (epochs < 2) return [0, 0.25, 0.5, 0.75, 1].filter((at) => at <= epochs);
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => epochs / one <= 11) ??
      1000;
  return Array.from(
    { length: Math.floor(epochs / step) + 1 },
    (_, index) => index * step,
  );
}

/** The words of a tick; so short that they fit before the axis. */
export function tickText(value: number): string {
  return value !== 0 && (value < 1e-4 || value >= 1e5)
    ? value.toExponential()
    : String(value);
}
