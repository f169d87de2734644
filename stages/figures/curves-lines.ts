/** The lines of the learning curves, as uPlot gets them. */
import type uPlot from "uplot";
import type { Note } from "./annotation.ts";
import { type Family, smooth, spread, windowOf } from "./curve.ts";
import type { Band, LossAxis } from "./loss-axis.ts";
import type { KeyEntry } from "./mark.ts";
import type { ColourScale, Look } from "./palette.ts";

/** What is drawn, and how, by the number of curves. */
export interface Chart {
  readonly families: readonly Family[];
  readonly looks: readonly Look[];
  /** What the colours of many curves stand for. */
  readonly colours: ColourScale | null;
  /** "by learning rate (lr)". */
  readonly by: string;
  readonly axis: LossAxis;
  readonly band: Band | null;
  readonly scale: "log" | "linear";
  readonly smoothing: number;
  /** Curves have their names at their ends; else their colours are a scale. */
  readonly named: boolean;
  /** The line of every step, and a mark for every validation loss, confuse if there are many. */
  readonly raw: boolean;
  readonly marked: boolean;
  readonly notes: readonly Note[];
  readonly key: readonly KeyEntry[];
  /** Above the chart: 1 beside the name of its axis, 2 below it. */
  readonly keyLine: 1 | 2;
  readonly width: number;
  /** Of the chart's own box. */
  readonly tall: number;
  readonly top: number;
  readonly right: number;
}

/** So many points are a smooth line, of hundreds of lines as many as a file should have. */
const DENSE = 300;

/** What uPlot gets of the curves. */
interface Lines {
  readonly data: uPlot.AlignedData;
  readonly series: uPlot.Series[];
  readonly bands: uPlot.Band[];
  /** Of the longest curve. */
  readonly epochs: number;
}

/**
 * Everything that uPlot gets. It has one x for all; where batches or numbers of images
 * differ, the networks' steps stand between each other's.
 */
export function linesOf(
  { families, looks, named, raw, smoothing }: Chart,
): Lines {
  const paces = families.map(({ curves }) => curves[0]!.steps_per_epoch); // a seed
  const epochs = Math.max(
    ...families.map(({ curves }, at) => curves[0]!.steps.length / paces[at]!),
  );
  const x = [
    ...new Set(
      families.flatMap(({ curves }, at) => {
        const { steps } = curves[0]!;
        const stride = named ? 1 : Math.ceil(steps.length / DENSE);
        return steps.map((_, step) => step)
          .filter((step) => (steps.length - 1 - step) % stride === 0)
          .map((step) => (step + 1) / paces[at]!);
      }),
    ),
  ].sort((a, b) => a - b);
  const places = new Map(x.map((epoch, place) => [epoch, place]));
  const data: (number | null)[][] = [x];
  const series: uPlot.Series[] = [];
  const bands: uPlot.Band[] = [];
  families.forEach(({ curves }, index) => {
    const add = (values: readonly number[], options: uPlot.Series) => {
      const line = Array<number | null>(x.length).fill(null);
      values.forEach((value, step) => {
        const place = places.get((step + 1) / paces[index]!);
        if (place !== undefined) line[place] = value;
      });
      data.push(line);
      series.push({ points: { show: false }, spanGaps: true, ...options });
    };
    const { colour } = looks[index]!;
    const window = windowOf(smoothing, curves[0]!.steps.length);
    const { low, mean, high } = spread(
      curves.map(({ steps }) => smooth(steps, window)),
    );
    if (curves.length > 1 && named) {
      add(high, { stroke: colour, width: 0.4, alpha: 0.6 });
      add(low, { stroke: colour, width: 0.4, alpha: 0.6 });
      // Series count from 1: the first of uPlot's are the epochs.
      const last = series.length;
      bands.push({ series: [last - 1, last], fill: `${colour}22` });
    } else if (raw) {
      add(curves[0]!.steps, { stroke: colour, width: 0.25, alpha: 0.32 });
    }
    add(settled(mean, window), {
      stroke: colour,
      width: named ? 1.1 : 0.7,
    });
  });
  return {
    data: data as unknown as uPlot.AlignedData,
    series,
    bands,
    epochs,
  };
}

/**
 * A smooth line without its very end, where the window has hardly any steps left
 * and a single one would bend the line. Of short curves all is kept.
 */
function settled(line: readonly number[], window: number): readonly number[] {
  return line.length > 10 * window
    ? line.slice(0, line.length - (window >> 2))
    : line;
}
