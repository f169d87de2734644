/** The figure of the learning curves: loss against epoch for every learning rate. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/stage/task.ts";
import { type Family, readFamilies, smooth, spread } from "./curve.ts";
import type { Dataset } from "../formats/dataset.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { FONT, font } from "./font.ts";
import {
  epochTicks,
  type Excursion,
  lossAxis,
  tickText,
  written,
} from "./loss-axis.ts";
import { drawKey, outline } from "./mark.ts";
import { type Context, type Page, SCALE, WIDTH } from "./page.ts";
import { GRID, INK, look } from "./palette.ts";
import { drawPlot } from "./plot.ts";

/** The figure's settings. */
export interface Params {
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
  const families = readFamilies(task.inputs("curves").map(({ path }) => path));
  const dataset = readDataset(task);
  await writeFigure(task, "learning-curves", () => ({
    page: page(families, task.params, dataset),
    caption: caption(families, task.params, dataset),
  }));
}

const MARGIN = { left: 34, right: 58, top: 16, bottom: 30 };

/** The page; needs the font. */
export function page(
  families: readonly Family[],
  params: Params,
  dataset: Pick<Dataset, "stand_in">,
): Page {
  const width = WIDTH[params.width];
  const height = params.width === "double" ? 240 : 190;
  return {
    title: "Learning curves: loss against epoch by learning rate",
    width,
    height,
    palette: true,
    draw: (context) => draw(context, width, height, families, params, dataset),
  };
}

function draw(
  context: Context,
  width: number,
  height: number,
  families: readonly Family[],
  params: Params,
  dataset: Pick<Dataset, "stand_in">,
): void {
  const { data, series, bands, epochs } = assemble(families, params.smoothing);
  const { low, high, ticks, excursions } = lossAxis(families, params);
  const labels: { y: number; text: string; colour: string }[] = [];
  drawPlot(context, 0, 0, {
    width,
    height,
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
      drawClear: [(plot) => band(plot, params.band)],
      draw: [(plot) => {
        families.forEach((family, index) => {
          points(plot, family, index);
          const final = spread(
            family.curves.map(({ steps, epochs }) => [
              epochs.at(-1)?.validation_loss ??
                smooth(steps, params.smoothing).at(-1)!,
            ]),
          ).mean[0]!;
          labels.push({
            y: plot.valToPos(final, "y", true),
            text: `lr ${family.learning_rate}`,
            colour: look(index).colour,
          });
        });
        frame(plot);
        nameBand(plot, params.band);
        excursions.forEach((one, row) =>
          drawExcursion(plot, one, row, excursions.length)
        );
        write(plot, labels, dataset);
      }],
    },
  }, data);
}

/** Everything that uPlot gets: one x for all, since all networks take equal steps. */
function assemble(families: readonly Family[], window: number) {
  const first = families[0]?.curves[0];
  if (!first) throw new Error("no curves to draw");
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

function axis(options: uPlot.Axis): uPlot.Axis {
  return {
    font: `8px '${FONT}'`,
    stroke: INK,
    gap: 3,
    grid: { stroke: GRID, width: 0.5 },
    ticks: { stroke: INK, width: 0.5, size: 3 },
    ...options,
  };
}

/** The grey band behind everything. */
function band(plot: uPlot, [low, high]: readonly [number, number]): void {
  const { ctx, bbox: { left, width, top, height } } = plot;
  const y = clamp(plot.valToPos(high, "y", true), top, top + height);
  const bottom = clamp(plot.valToPos(low, "y", true), top, top + height);
  ctx.save();
  ctx.fillStyle = "#ececec";
  ctx.fillRect(left, y, width, bottom - y);
  ctx.strokeStyle = "#777";
  ctx.lineWidth = 0.5 * SCALE;
  ctx.setLineDash([2 * SCALE, 2 * SCALE]);
  ctx.beginPath();
  for (const edge of [y, bottom]) {
    ctx.moveTo(left, edge);
    ctx.lineTo(left + width, edge);
  }
  ctx.stroke();
  ctx.restore();
}

/** Whose band it is: over the grid, on paper, so that no line runs through it. */
function nameBand(
  plot: uPlot,
  [low, high]: readonly [number, number],
): void {
  const { ctx, bbox: { left, width, top, height } } = plot;
  const bottom = plot.valToPos(low, "y", true);
  if (bottom > top + height || bottom < top) return;
  const text = `paper: ${low.toFixed(2)}–${high.toFixed(2)}`;
  const [x, y] = [(left + width * 0.42) / SCALE, bottom / SCALE + 9];
  ctx.save();
  ctx.scale(SCALE, SCALE);
  ctx.font = font(7.5);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = "#fff";
  ctx.fillRect(x - 2, y - 6.5, ctx.measureText(text).width + 4, 8.5);
  ctx.fillStyle = INK;
  ctx.fillText(text, x, y);
  ctx.restore();
}

/** Says of a curve that leaves the figure how far it goes. */
function drawExcursion(
  { ctx, bbox: { left, top } }: uPlot,
  { family, rate, most, steps }: Excursion,
  row: number,
  rows: number,
): void {
  const text = `lr ${rate}: up to ${written(most)} in the first ${steps} steps`;
  const [x, y] = [left / SCALE + 8, top / SCALE + 8 + 9 * row];
  ctx.save();
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = "#fff";
  ctx.font = font(7.5);
  const width = ctx.measureText(text).width;
  ctx.fillRect(x - 2, y - 7, width + 13, rows === row + 1 ? 9 : 9.5);
  ctx.fillStyle = look(family).colour;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + 3, y - 5.5);
  ctx.lineTo(x + 6, y);
  ctx.closePath();
  ctx.fill();
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(text, x + 9, y);
  ctx.restore();
}

/** Validation losses: marks of the series' own shape, filled with paper. */
function points(plot: uPlot, { curves }: Family, index: number): void {
  const { colour, mark } = look(index);
  const { ctx } = plot;
  const size = 2.3 * SCALE;
  const { mean } = spread(
    curves.map(({ epochs }) => epochs.map((one) => one.validation_loss)),
  );
  ctx.save();
  ctx.lineWidth = 0.9 * SCALE;
  ctx.strokeStyle = colour;
  ctx.fillStyle = "#fff";
  mean.forEach((loss, at) => {
    const x = plot.valToPos(at + 1, "x", true);
    const y = plot.valToPos(loss, "y", true);
    ctx.beginPath();
    outline(ctx, mark, x, y, size);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

/** Left and bottom line, over the grid. */
function frame({ ctx, bbox: { left, top, width, height } }: uPlot): void {
  ctx.save();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 0.6 * SCALE;
  ctx.beginPath();
  ctx.moveTo(left, top);
  ctx.lineTo(left, top + height);
  ctx.lineTo(left + width, top + height);
  ctx.stroke();
  ctx.restore();
}

/** The words: axes, the names of the curves at their ends, what lines and marks are. */
function write(
  plot: uPlot,
  labels: { y: number; text: string; colour: string }[],
  dataset: Pick<Dataset, "stand_in">,
): void {
  const { ctx, bbox: { left, top, width, height } } = plot;
  const right = left + width;
  ctx.save();
  ctx.scale(SCALE, SCALE);
  const at = (value: number) => value / SCALE;
  ctx.fillStyle = INK;
  ctx.font = font(8.5);
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.fillText("epoch", at(left + width / 2), at(top + height) + 25);
  ctx.textAlign = "left";
  ctx.fillText("loss", at(left) + 2, at(top) - 6);

  // Names that would stand on each other are moved apart, from the top down.
  const sorted = labels.toSorted((a, b) => a.y - b.y);
  let floor = -Infinity;
  ctx.font = font(8.5, 600);
  for (const { y, text, colour } of sorted) {
    const line = Math.max(at(y) + 3, floor + 10);
    floor = line;
    ctx.fillStyle = colour;
    ctx.fillText(text, at(right) + 6, line);
  }

  drawKey(ctx, at(right), at(top) - 6);
  if (dataset.stand_in) {
    ctx.textAlign = "left";
    ctx.fillStyle = "#b00";
    ctx.font = font(7.5, 600);
    ctx.fillText("stand-in data, not MNIST", at(left) + 26, at(top) - 6);
  }
  ctx.restore();
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** The caption, with what was done to the numbers. */
export function caption(
  families: readonly Family[],
  params: Params,
  { stand_in }: Pick<Dataset, "stand_in">,
): string {
  const seeds = families[0]?.curves.length ?? 0;
  const rates = families.map(({ learning_rate }) => String(learning_rate));
  const list = rates.length > 1
    ? `${rates.slice(0, -1).join(", ")} and ${rates.at(-1)}`
    : rates.join("");
  const [low, high] = params.band;
  return [
    `Learning curves with learning rates ${list}: mean squared error against the epoch.`,
    seeds > 1
      ? `Thick lines: training loss, mean over ${seeds} seeds, each smoothed by the mean over a centred window of ${params.smoothing} steps; bands: from the least to the greatest of the seeds. Marks: validation loss after each epoch, mean over the seeds.`
      : `Thin lines: training loss of each step; thick lines: its mean over a centred window of ${params.smoothing} steps. Marks: validation loss after each epoch.`,
    ...lossAxis(families, params).excursions.map(({ rate, most, steps }) =>
      `The loss of learning rate ${rate}, up to ${
        written(most)
      } in the first ${steps} steps, leaves the figure.`
    ),
    `Grey: the band from ${low.toFixed(2)} to ${
      high.toFixed(2)
    } in which the paper finds the loss of learning rate 0.1.`,
    ...(stand_in ? [STAND_IN] : []),
  ].join(" ");
}
