/** The figure of the learning curves: loss against epoch for every learning rate. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/stage/task.ts";
import { threeDigits } from "../formats/number.ts";
import {
  drawBand,
  drawExcursion,
  drawFrame,
  drawPoints,
  drawWords,
  nameBand,
} from "./annotation.ts";
import { type Family, readFamilies, smooth, spread } from "./curve.ts";
import { writeFigure } from "./figure.ts";
import { epochTicks, lossAxis, tickText } from "./loss-axis.ts";
import { type Context, type Signed, WIDTH } from "./page.ts";
import { look } from "./palette.ts";
import { axis, drawPlot } from "./plot.ts";

/** The figure's settings. */
export interface Params extends Signed {
  readonly width: "single" | "double";
  readonly scale: "log" | "linear";
  /** Steps in the centred window of the smooth line. */
  readonly smoothing: number;
  /** The band that the paper speaks of. */
  readonly band: readonly [number, number];
}

/** Draws the curves of all networks. */
export default async function learningCurves(
  task: Task<Params>,
): Promise<void> {
  const { params } = task;
  const families = readFamilies(task.inputs("curves").map(({ path }) => path));
  const size = {
    width: WIDTH[params.width],
    height: params.width === "double" ? 240 : 190,
  };
  await writeFigure(task, "learning-curves", () => ({
    title: "Learning curves: loss against epoch by learning rate",
    ...size,
    draw: (context) => draw(context, size, families, params),
    caption: caption(families, params),
  }));
}

const MARGIN = { left: 34, right: 58, top: 16, bottom: 30 };

function draw(
  context: Context,
  size: { readonly width: number; readonly height: number },
  families: readonly Family[],
  params: Params,
): void {
  const { data, series, bands, epochs } = assemble(families, params.smoothing);
  const { low, high, ticks, excursions } = lossAxis(families, params);
  drawPlot(context, 0, {
    ...size,
    padding: [MARGIN.top, MARGIN.right, 0, 0],
    scales: {
      x: { time: false, range: [0, epochs] },
      y: {
        range: [low, high],
        ...(params.scale === "log"
          ? { distr: 3 as const, log: 10 as const }
          : {}),
      },
    },
    axes: [
      axis({
        size: MARGIN.bottom,
        splits: () => epochTicks(epochs),
        values: (_, at) => at.map(String),
      }),
      axis({
        size: MARGIN.left,
        splits: () => [...ticks],
        values: (_, at) => at.map(tickText),
        filter: (_, at) => at,
      }),
    ],
    series: [{}, ...series],
    bands,
    hooks: {
      drawClear: [(plot) => drawBand(plot, params.band)],
      draw: [(plot) => {
        families.forEach((family, index) => drawPoints(plot, family, index));
        drawFrame(plot);
        nameBand(plot, params.band);
        excursions.forEach((one, row) =>
          drawExcursion(plot, one, row, excursions.length)
        );
        drawWords(
          plot,
          families.map(({ learningRate, curves }, index) => ({
            text: `lr ${learningRate}`,
            colour: look(index).colour,
            value: spread(curves.map(({ steps, epochs }) => [
              epochs.at(-1)?.validation_loss ??
                smooth(steps, params.smoothing).at(-1)!,
            ])).mean[0]!,
          })),
        );
      }],
    },
  }, data);
}

/** Everything that uPlot gets: one x for all, since all networks take equal steps. */
function assemble(families: readonly Family[], window: number) {
  const first = families[0]!.curves[0]!; // a learning rate has a seed
  const longest = Math.max(
    ...families.flatMap(({ curves }) =>
      curves.map(({ steps }) => steps.length)
    ),
  );
  const x = Array.from(
    { length: longest },
    (_, step) => (step + 1) / first.steps_per_epoch,
  );
  const data: (number | null)[][] = [x];
  const series: uPlot.Series[] = [];
  const bands: uPlot.Band[] = [];
  const add = (values: readonly number[], options: uPlot.Series) => {
    data.push(x.map((_, step) => values[step] ?? null));
    series.push({ points: { show: false }, ...options });
  };
  families.forEach(({ curves }, index) => {
    const { colour } = look(index);
    const { low, mean, high } = spread(
      curves.map(({ steps }) => smooth(steps, window)),
    );
    if (curves.length > 1) {
      add(high, { stroke: colour, width: 0.4, alpha: 0.6 });
      add(low, { stroke: colour, width: 0.4, alpha: 0.6 });
      // Series count from 1: the first of uPlot's are the epochs.
      const last = series.length;
      bands.push({ series: [last - 1, last], fill: `${colour}22` });
    } else add(curves[0]!.steps, { stroke: colour, width: 0.25, alpha: 0.32 });
    add(settled(mean, window), { stroke: colour, width: 1.1 });
  });
  return {
    data: data as unknown as uPlot.AlignedData,
    series,
    bands,
    epochs: longest / first.steps_per_epoch,
  };
}

/**
 * A smooth line without its very end, where the window has hardly any steps left
 * and a single one would bend the line. Of short curves all is kept.
 */
function settled(line: readonly number[], window: number): readonly number[] {
  return line.length > 10 * window ? line.slice(0, -(window >> 2)) : line;
}

/** Sentences, with what was done to the numbers. */
function caption(
  families: readonly Family[],
  params: Params,
): string[] {
  const seeds = families[0]!.curves.length; // there is a learning rate
  const learningRates = families.map(({ learningRate }) => learningRate);
  const list = learningRates.length > 1
    ? `${learningRates.slice(0, -1).join(", ")} and ${learningRates.at(-1)}`
    : learningRates.join("");
  const [low, high] = params.band;
  return [
    `Learning curves with learning rates ${list}: mean squared error against the epoch.`,
    seeds > 1
      ? `Thick lines: training loss, mean over ${seeds} seeds, each smoothed by the mean over a centred window of ${params.smoothing} steps; bands: from the least to the greatest of the seeds. Marks: validation loss after each epoch, mean over the seeds.`
      : `Thin lines: training loss of each step; thick lines: its mean over a centred window of ${params.smoothing} steps. Marks: validation loss after each epoch.`,
    ...lossAxis(families, params).excursions.map((
      { learningRate, most, steps },
    ) =>
      `The loss of learning rate ${learningRate}, up to ${
        threeDigits(most)
      } in the first ${steps} steps, leaves the figure.`
    ),
    `Grey: the band from ${low.toFixed(2)} to ${
      high.toFixed(2)
    } in which the paper finds the loss of learning rate 0.1.`,
  ];
}
