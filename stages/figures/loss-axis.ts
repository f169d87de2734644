/** The axes of the learning curves: how far they reach, where their ticks are. */
import type { Family } from "./curve.ts";

/** A curve that leaves the figure at its top. */
export interface Excursion {
  /** Which of the families, from 0. */
  readonly family: number;
  readonly learningRate: number;
  /** Its greatest loss. */
  readonly most: number;
  /** From this step on it stays within the figure. */
  readonly steps: number;
}

/** The axis of the loss. */
interface LossAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
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
    readonly band: readonly [number, number];
  },
): LossAxis {
  const curves = families.flatMap((family) => family.curves);
  const most = Math.max(
    band[1],
    ...curves.flatMap(({ steps, epochs }) => [
      steps[0] ?? 0,
      later(steps),
      ...epochs.map(({ validation_loss }) => validation_loss),
    ]),
  );
  const { low, high, ticks } = scale === "linear"
    ? linear(most)
    : logarithmic(leastOf(curves.map(({ steps }) => steps), band[0]), most);
  const excursions = families.flatMap(({ learningRate, curves }, family) => {
    const steps = Math.max(
      ...curves.map(({ steps }) => steps.findLastIndex((loss) => loss > high)),
    ) + 1;
    const greatest = curves.reduce(
      (most, { steps }) => steps.reduce((a, b) => Math.max(a, b), most),
      0,
    );
    return steps === 0 ? [] : [{ family, learningRate, most: greatest, steps }];
  });
  return { low, high, ticks, excursions };
}

/** The greatest loss after the beginning. */
function later(steps: readonly number[]): number {
  return steps.slice(Math.ceil(steps.length * BEGINNING))
    .reduce((a, b) => Math.max(a, b), 0);
}

function leastOf(
  curves: readonly (readonly number[])[],
  start: number,
): number {
  return curves.reduce(
    (least, steps) => steps.reduce((a, b) => b > 0 && b < a ? b : a, least),
    start,
  );
}

function linear(most: number) {
  const high = most * 1.12; // room for a line of words
  const step = LEVELS.find((one) => high / one <= 8) ?? most;
  const ticks = Array.from(
    { length: Math.floor(high / step) + 1 },
    (_, index) => Number((index * step).toPrecision(6)),
  );
  return { low: 0, high, ticks };
}

/** From tick to tick: 1, 2 and 5 times powers of ten, or these alone if there are many. */
function logarithmic(least: number, most: number) {
  const low = LEVELS.findLast((level) => level <= least) ?? least;
  const high = LEVELS.find((level) => level >= most) ?? most;
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
