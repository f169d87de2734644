/** Loss curves as the trainings wrote them, and what is drawn of them. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import { type Curve, CurveSchema } from "../formats/curve.ts";
import { readJson } from "../formats/json.ts";
import type { Study } from "../formats/study.ts";
import { type Series, seriesOf } from "./series.ts";

/** The curves of networks that differ in their seed alone. */
export interface Family {
  readonly label: string;
  readonly curves: readonly Curve[];
}

/** Reads curves and groups them, in the order of the experiment. */
export function readFamilies(
  study: Study,
  files: readonly { readonly point: Point; readonly path: string }[],
): (Family & Pick<Series<unknown>, "value">)[] {
  return seriesOf(study, files).map(({ label, value, all }) => ({
    label,
    value,
    curves: all.map(({ path }) => readJson(path, CurveSchema)),
  }));
}

/**
 * The mean over a window centred on each value, narrower at the ends so that it
 * stays centred: a one-sided mean would lag behind a steep curve.
 */
export function smooth(values: readonly number[], window: number): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return values.map((_, index) => {
    const half = Math.min((window - 1) >> 1, index, values.length - 1 - index);
    return (sums[index + half + 1]! - sums[index - half]!) / (2 * half + 1);
  });
}

/**
 * The window of a training of so many steps, an odd number: as set, but a twentieth
 * of them at most. Else a few wild steps would lift half of a short curve.
 */
export function windowOf(smoothing: number, steps: number): number {
  const half = Math.min((smoothing - 1) >> 1, (steps / 20 - 1) >> 1);
  return 2 * Math.max(0, half) + 1;
}

/** Least, mean and greatest of several series of equal length, place by place. */
export function spread(
  series: readonly (readonly number[])[],
): { low: number[]; mean: number[]; high: number[] } {
  const length = Math.min(...series.map((one) => one.length));
  const low: number[] = [];
  const mean: number[] = [];
  const high: number[] = [];
  for (let i = 0; i < length; i++) {
    const values = series.map((one) => one[i]!);
    low.push(Math.min(...values));
    high.push(Math.max(...values));
    mean.push(values.reduce((sum, value) => sum + value, 0) / values.length);
  }
  return { low, mean, high };
}
