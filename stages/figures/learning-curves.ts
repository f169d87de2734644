/** The figure of the learning curves: loss against epoch for every learning rate. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/task.ts";
import { type Family, readFamilies, smooth, spread } from "./curve.ts";
import { type Dataset, readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { FONT, font } from "./font.ts";
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

const MARGIN = { left: 34, right: 58, top: 8, bottom: 30 };

/** The page; needs the font. */
export function page(
  families: readonly Family[],
  params: Params,
  dataset: Dataset,
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
  dataset: Dataset,
): void {
  const { data, series, least, most, epochs } = assemble(
    families,
    params.smoothing,
  );
  const [low, high] = limits(least, most, params.scale);
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
        splits: () => ticks(epochs),
        values: (_, at) => at.map(String),
      }),
      axis({
        size: MARGIN.left,
        splits: () => levels(low, high, params.scale),
        values: (_, at) => at.map(plain),
        filter: (_, at) => at,
      }),
    ],
    series: [{}, ...series],
    hooks: {
      drawClear: [(plot) => band(plot, params.band)],
      draw: [(plot) => {
        families.forEach((family, index) => {
          points(plot, family, index);
          const last = smooth(family.curves[0]!.steps, params.smoothing).at(
            -1,
          )!;
          const final = family.curves[0]!.epochs.at(-1)?.validation_loss ??
            last;
          labels.push({
            y: plot.valToPos(final, "y", true),
            text: `lr ${family.learning_rate}`,
            colour: look(index).colour,
          });
        });
        frame(plot);
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
  let least = Infinity;
  let most = 0;
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
    } else add(curves[0]!.steps, { stroke: colour, width: 0.25, alpha: 0.32 });
    add(mean, { stroke: colour, width: 1.1 });
    for (const { steps } of curves) {
      for (const value of steps) {
        if (value > 0 && value < least) least = value;
        if (value > most) most = value;
      }
    }
  });
  return {
    data: data as unknown as uPlot.AlignedData,
    series,
    least,
    most,
    epochs: longest / first.steps_per_epoch,
  };
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

/** Limits of the loss axis that end on a tick: 1, 2 or 5 times a power of ten. */
function limits(
  least: number,
  most: number,
  scale: Params["scale"],
): [number, number] {
  if (scale === "linear") return [0, most * 1.02];
  const all = steps125();
  return [
    all.findLast((level) => level <= least) ?? least,
    all.find((level) => level >= most) ?? most,
  ];
}

/** 1, 2, 5 × powers of ten, as decimals that are written exactly. */
function steps125(): number[] {
  return [6, 5, 4, 3, 2, 1, 0].flatMap((power) =>
    [1, 2, 5].map((n) => Number(`${n}e-${power}`))
  )
    .sort((a, b) => a - b);
}

function levels(low: number, high: number, scale: Params["scale"]): number[] {
  if (scale === "log") {
    return steps125().filter((level) => level >= low && level <= high);
  }
  const step = steps125().find((one) => high / one <= 6) ?? 1;
  return Array.from(
    { length: Math.floor(high / step) + 1 },
    (_, index) => Number((index * step).toPrecision(6)),
  );
}

/** Whole epochs, at most eleven of them; fractions only if there is but one. */
function ticks(epochs: number): number[] {
  if (epochs < 2) return [0, 0.25, 0.5, 0.75, 1].filter((at) => at <= epochs);
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => epochs / one <= 11) ??
      1000;
  return Array.from(
    { length: Math.floor(epochs / step) + 1 },
    (_, index) => index * step,
  );
}

function plain(value: number): string {
  return String(value);
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
  // Else the dashes apply to letters, too, and the PDF draws them one by one.
  ctx.setLineDash([]);
  ctx.fillStyle = INK;
  ctx.font = `400 ${7.5 * SCALE}px '${FONT}'`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(
    `paper: ${low.toFixed(2)}–${high.toFixed(2)}`,
    left + width * 0.42,
    bottom + 9 * SCALE,
  );
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

function outline(
  ctx: uPlot["ctx"],
  mark: "circle" | "square" | "triangle" | "diamond",
  x: number,
  y: number,
  r: number,
): void {
  switch (mark) {
    case "circle": {
      // Four Bézier curves: an arc would become 130 pieces in the SVG.
      const k = 0.5522847498 * r;
      ctx.moveTo(x + r, y);
      ctx.bezierCurveTo(x + r, y + k, x + k, y + r, x, y + r);
      ctx.bezierCurveTo(x - k, y + r, x - r, y + k, x - r, y);
      ctx.bezierCurveTo(x - r, y - k, x - k, y - r, x, y - r);
      ctx.bezierCurveTo(x + k, y - r, x + r, y - k, x + r, y);
      return;
    }
    case "square":
      ctx.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      return;
    case "triangle":
      ctx.moveTo(x, y - 1.15 * r);
      ctx.lineTo(x + 1.1 * r, y + 0.85 * r);
      ctx.lineTo(x - 1.1 * r, y + 0.85 * r);
      return;
    case "diamond":
      ctx.moveTo(x, y - 1.25 * r);
      ctx.lineTo(x + 1.25 * r, y);
      ctx.lineTo(x, y + 1.25 * r);
      ctx.lineTo(x - 1.25 * r, y);
  }
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
  dataset: Dataset,
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
  ctx.fillText("loss", at(left) + 4, at(top) + 7);

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

  ctx.font = font(7.5);
  ctx.fillStyle = INK;
  ctx.textAlign = "right";
  const keys = ["— training", "○ □ △ validation"];
  keys.forEach((key, index) =>
    legend(ctx, at(right) - 4, at(top) + 8 + 10 * index, key)
  );
  if (dataset.stand_in) {
    ctx.textAlign = "left";
    ctx.fillStyle = "#b00";
    ctx.font = font(7.5, 600);
    ctx.fillText("stand-in data, not MNIST", at(left) + 26, at(top) + 7);
  }
  ctx.restore();
}

/** One line of the key, its sign drawn and not a letter: fonts differ in signs. */
function legend(
  ctx: uPlot["ctx"],
  right: number,
  y: number,
  key: string,
): void {
  const text = key.replace(/^[^a-z]+/, "");
  ctx.fillText(text, right, y);
  const x = right - ctx.measureText(text).width - 5;
  ctx.save();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 1;
  ctx.beginPath();
  if (key.startsWith("—")) {
    ctx.moveTo(x - 14, y - 2.5);
    ctx.lineTo(x, y - 2.5);
    ctx.stroke();
  } else {
    ctx.lineWidth = 0.8;
    const marks = ["circle", "square", "triangle"] as const;
    marks.forEach((mark, index) => {
      ctx.beginPath();
      outline(ctx, mark, x - 2 - 7 * (2 - index), y - 2.5, 2);
      ctx.closePath();
      ctx.stroke();
    });
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
  { stand_in }: Dataset,
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
      ? `Thick lines: training loss, mean over ${seeds} seeds, each smoothed by the mean over a centred window of ${params.smoothing} steps; thin lines: least and greatest of the seeds. Marks: validation loss after each epoch, mean over the seeds.`
      : `Thin lines: training loss of each step; thick lines: its mean over a centred window of ${params.smoothing} steps. Marks: validation loss after each epoch.`,
    `Grey: the band from ${low.toFixed(2)} to ${
      high.toFixed(2)
    } in which the paper finds the loss of learning rate 0.1.`,
    ...(stand_in ? [STAND_IN] : []),
  ].join(" ");
}
