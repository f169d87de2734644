/** The figure of the learning curves: error against epoch for every network. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/stage/task.ts";
import {
  bandText,
  drawBand,
  drawFrame,
  drawNote,
  drawPoints,
  notes,
} from "./annotation.ts";
import { captionOf } from "./curves-caption.ts";
import { type Chart, linesOf } from "./curves-lines.ts";
import { readFamilies, spread, windowOf } from "./curve.ts";
import { writeFigure } from "./figure.ts";
import { font, textWidth } from "./font.ts";
import { type Band, epochTicks, lossAxis, tickText } from "./loss-axis.ts";
import { drawKey, type KeyEntry, keyWidth } from "./mark.ts";
import { type Context, type Signed, WIDTH } from "./page.ts";
import { colourScale, FEW, looksOf } from "./palette.ts";
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
      caption: captionOf(chart),
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
  const room = width - right - textWidth(AXIS.text, AXIS.size) - 12;
  const keyLine = keyWidth(key) > room ? 2 : 1;
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
    raw: few && families[0]!.curves.length === 1 && // there is a network
      families.some(({ curves }) =>
        windowOf(params.smoothing, curves[0]!.steps.length) > 1
      ),
    marked: named,
    notes: said,
    key,
    width,
    tall,
    keyLine,
    top: 6.5 + LINE * (keyLine + said.length),
    right,
  };
}

function draw(context: Context, chart: Chart): void {
  const { data, series, bands, epochs } = linesOf(chart);
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
                epochs.at(-1)?.validation_loss ?? steps.at(-1)!,
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
function drawWords(plot: uPlot, { key, keyLine, notes }: Chart): void {
  inPoints(plot, (ctx, { left, right, top, bottom }) => {
    ctx.font = font(8.5);
    ctx.textAlign = "center";
    ctx.fillText("epoch", (left + right) / 2, bottom + 25);
    ctx.textAlign = "left";
    ctx.font = font(AXIS.size);
    ctx.fillText(AXIS.text, 0, LINE);
    drawKey(ctx, key, right, keyLine * LINE);
    notes.forEach((note, at) =>
      drawNote(ctx, note, left + 2, top - 5 - LINE * (notes.length - 1 - at))
    );
  });
}
