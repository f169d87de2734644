/** The figure of the learning curves: error against epoch for every network. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/stage/task.ts";
import { threeDigits } from "../formats/number.ts";
import {
  bandText,
  drawBand,
  drawFrame,
  drawNote,
  drawPoints,
  markedEpochs,
  type Note,
  notes,
  within,
} from "./annotation.ts";
import { type Family, readFamilies, smooth, spread, widthOf } from "./curve.ts";
import { writeFigure } from "./figure.ts";
import { font, textWidth } from "./font.ts";
import {
  type Band,
  epochTicks,
  type LossAxis,
  lossAxis,
  tickText,
} from "./loss-axis.ts";
import { drawKey, type KeyEntry, keyWidth } from "./mark.ts";
import { type Context, type Signed, WIDTH } from "./page.ts";
import {
  type ColourScale,
  colourScale,
  FEW,
  type Look,
  looksOf,
} from "./palette.ts";
import {
  axis,
  drawPlot,
  inPoints,
  nameLines,
  namesFit,
  namesWidth,
} from "./plot.ts";
import { drawSeries, SERIES_WIDTH } from "./scale.ts";
import { type Compared, distinction, scaleAxis } from "./series.ts";

/** The figure's settings. */
export interface Params extends Signed, Compared {
  readonly width: "single" | "double";
  readonly scale: "log" | "linear";
  /** Steps in the centred window of the smooth line. */
  readonly smoothing: number;
  /** The band that the paper speaks of; nothing where it says nothing of such networks. */
  readonly band: Band | null;
}

/** What is drawn, and how, by the number of curves. */
interface Chart {
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
  readonly width: number;
  /** Of the chart's own box. */
  readonly tall: number;
  readonly top: number;
  readonly right: number;
}

/** Draws the curves of all networks. */
export default async function learningCurves(
  task: Task<Params>,
): Promise<void> {
  const { params } = task;
  const families = readFamilies(params.study, task.inputs("curves"));
  await writeFigure(task, "learning-curves", ({ stand_in }) => {
    const chart = chartOf(families, {
      ...params,
      band: stand_in ? null : params.band,
    });
    const { width, top, tall } = chart;
    return {
      title: `Learning curves: mean squared error against epoch, ${chart.by}`,
      width,
      height: top + tall + BOTTOM,
      draw: (context) => draw(context, chart),
      caption: caption(chart),
    };
  });
}

const LEFT = 34;
const BOTTOM = 30;
const LINE = 9.5;
const AXIS = { text: "mean squared error", size: 8.5 };

function chartOf(
  families: ReturnType<typeof readFamilies>,
  params: Params,
): Chart {
  const width = WIDTH[params.width];
  const tall = params.width === "double" ? 194 : 144;
  const values = families.map(({ value }) => value);
  const named = namesFit(families.length, tall);
  const colours = named ? null : colourScale(scaleAxis(params.study), values);
  const looks = looksOf(values, colours);
  const few = families.length <= FEW;
  const axis = lossAxis(families, params);
  const marks = few ? looks.map(({ mark }) => mark) : ["circle" as const];
  const key: KeyEntry[] = [
    { text: "training", sign: { kind: "line" } },
    ...(named
      ? [{ text: "validation", sign: { kind: "marks" as const, marks } }]
      : []),
    ...(params.band
      ? [{
        text: `paper: ${bandText(params.band).join("–")}`,
        sign: { kind: "band" as const },
      }]
      : []),
  ];
  const said = notes(axis.excursions, looks);
  const right = named
    ? namesWidth(families.map(({ label }) => label))
    : SERIES_WIDTH;
  // The axis's name and the key stand in one line, if both have room in it.
  const room = width - LEFT - right - textWidth(AXIS.text, AXIS.size) - 12;
  const lines = 1 + said.length + (keyWidth(key) > room ? 1 : 0);
  return {
    families,
    looks,
    colours,
    by: distinction(params.study, families),
    axis,
    band: params.band,
    scale: params.scale,
    smoothing: params.smoothing,
    named,
    raw: few && families[0]!.curves.length === 1, // there is a network
    marked: named,
    notes: said,
    key,
    width,
    tall,
    top: 6.5 + LINE * lines,
    right,
  };
}

function draw(context: Context, chart: Chart): void {
  const { data, series, bands, epochs } = assemble(chart);
  const { families, looks, colours, scale, band, named, width, tall, top } =
    chart;
  const { low, high, ticks } = chart.axis;
  drawPlot(context, 0, {
    width,
    height: top + tall + BOTTOM,
    padding: [top, chart.right, 0, 0],
    scales: {
      x: { time: false, range: [0, epochs] },
      y: {
        range: [low, high],
        ...(scale === "log" ? { distr: 3 as const, log: 10 as const } : {}),
      },
    },
    axes: [
      axis({
        size: BOTTOM,
        splits: () => epochTicks(epochs),
        values: (_, at) => at.map(String),
      }),
      axis({
        size: LEFT,
        splits: () => [...ticks],
        values: (_, at) => at.map(tickText),
        filter: (_, at) => at,
      }),
    ],
    series: [{}, ...series],
    bands,
    hooks: {
      drawClear: [(plot) => band && drawBand(plot, band)],
      draw: [(plot) => {
        if (chart.marked) {
          families.forEach((family, at) =>
            drawPoints(plot, family, looks[at]!)
          );
        }
        drawFrame(plot);
        drawWords(plot, chart);
        if (named) {
          nameLines(
            plot,
            families.map(({ label, curves }, at) => ({
              text: label,
              colour: looks[at]!.colour,
              value: spread(curves.map(({ steps, epochs }) => [
                epochs.at(-1)?.validation_loss ??
                  smooth(steps, chart.smoothing).at(-1)!,
              ])).mean[0]!,
            })),
          );
        } else if (colours) {
          inPoints(plot, (ctx, box) => drawSeries(ctx, box, colours));
        }
      }],
    },
  }, data);
}

/** The words around the chart: over it nothing stands that could hide a curve. */
function drawWords(plot: uPlot, { key, notes }: Chart): void {
  inPoints(plot, (ctx, { left, right, top, bottom }) => {
    ctx.font = font(8.5);
    ctx.textAlign = "center";
    ctx.fillText("epoch", (left + right) / 2, bottom + 25);
    ctx.textAlign = "left";
    ctx.font = font(AXIS.size);
    ctx.fillText(AXIS.text, 0, LINE);
    const together =
      right - keyWidth(key) > textWidth(AXIS.text, AXIS.size) + 12;
    drawKey(ctx, key, right, together ? LINE : 2 * LINE);
    notes.forEach((note, at) =>
      drawNote(ctx, note, left + 2, top - 5 - LINE * (notes.length - 1 - at))
    );
  });
}

/**
 * Everything that uPlot gets. It has one x for all; where batches or numbers of images
 * differ, the networks' steps stand between each other's.
 */
function assemble({ families, looks, named, raw, smoothing }: Chart) {
  const paces = families.map(({ curves }) => curves[0]!.steps_per_epoch); // a seed
  const epochs = Math.max(
    ...families.map(({ curves }, at) => curves[0]!.steps.length / paces[at]!),
  );
  const x = [
    ...new Set(
      families.flatMap(({ curves }, at) =>
        curves[0]!.steps.map((_, step) => (step + 1) / paces[at]!)
      ),
    ),
  ].sort((a, b) => a - b);
  const places = new Map(x.map((epoch, place) => [epoch, place]));
  const data: (number | null)[][] = [x];
  const series: uPlot.Series[] = [];
  const bands: uPlot.Band[] = [];
  families.forEach(({ curves }, index) => {
    const add = (values: readonly number[], options: uPlot.Series) => {
      const line = Array<number | null>(x.length).fill(null);
      values.forEach((value, step) =>
        line[places.get((step + 1) / paces[index]!)!] = value
      );
      data.push(line);
      series.push({ points: { show: false }, spanGaps: true, ...options });
    };
    const { colour } = looks[index]!;
    const { low, mean, high } = spread(
      curves.map(({ steps }) => smooth(steps, smoothing)),
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
    add(settled(mean, smoothing), {
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
  return line.length > 10 * window ? line.slice(0, -(window >> 2)) : line;
}

/** Sentences, with what was done to the numbers. */
function caption(chart: Chart): string[] {
  const { families, by, colours, axis, band, named, raw, marked, smoothing } =
    chart;
  const all = families.flatMap(({ curves }) => curves);
  const seeds = families[0]!.curves.length; // there is a network
  const several = seeds > 1;
  const steps = Math.max(...all.map(({ steps }) => steps.length));
  const epochs = Math.max(...all.map(({ epochs }) => epochs.length));
  const window = widthOf(smoothing, steps);
  const smoothed = `mean over a centred window of ${window} steps${
    window < steps ? ", narrower at the ends" : ""
  }`;
  const marks = markedEpochs(epochs);
  return [
    `Learning curve${
      families.length === 1 ? "" : "s"
    }: mean squared error against the epoch, ${by}.`,
    ...(named || !colours ? [] : [
      `The colours stand for ${colours.name.replaceAll("_", " ")}.`,
    ]),
    several
      ? `Lines: training, the mean of ${seeds} seeds${
        window === 1 ? "" : `, of each the ${smoothed}`
      }${named ? "; bands: from the least to the greatest of the seeds" : ""}.`
      : window === 1
      ? "Lines: each step of the training."
      : raw
      ? `Thin lines: each step of the training; thick lines: its ${smoothed}.`
      : `Lines: the steps of the training, their ${smoothed}.`,
    ...(marked
      ? [
        `Marks: the validation images after ${
          marks.length < epochs
            ? `every ${marks[1]! - marks[0]!} epochs`
            : epochs === 1
            ? "the epoch"
            : "each epoch"
        }${several ? ", mean of the seeds" : ""}.`,
      ]
      : []),
    ...leaving(axis),
    ...(band
      ? [
        `Grey: the band from ${
          bandText(band).join(" to ")
        } in which the paper finds the error with learning rate ${band.learning_rate}.`,
      ]
      : []),
  ];
}

function leaving({ excursions }: LossAxis): string[] {
  if (excursions.length === 0) return [];
  const most = Math.max(...excursions.map((one) => one.most));
  const steps = Math.max(...excursions.map((one) => one.steps));
  return excursions.length === 1
    ? [
      `With ${
        excursions[0]!.label
      } the error leaves the figure (arrow): up to ${threeDigits(most)} ${
        within(steps)
      }.`,
    ]
    : [
      `Of ${excursions.length} curves the error leaves the figure (arrows): up to ${
        threeDigits(most)
      } ${within(steps)}.`,
    ];
}
