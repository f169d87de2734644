/** The chart of the denoising figure: the error to the original against the noise. */
import type uPlot from "uplot";
import type { Denoising } from "../formats/denoising.ts";
import { spread } from "./curve.ts";
import { font } from "./font.ts";
import { logarithmic, tickText } from "./loss-axis.ts";
import { drawMarks } from "./mark.ts";
import { type Context, SCALE } from "./page.ts";
import { colourScale, INK, looksOf } from "./palette.ts";
import {
  axis,
  drawPlot,
  inPoints,
  nameLines,
  namesFit,
  namesWidth,
} from "./plot.ts";
import { drawSeries, SERIES_WIDTH } from "./scale.ts";
import type { Series } from "./series.ts";

type Measured = Series<{ readonly measured: Denoising }>;

export const CHART_HEIGHT = 150;
const TOP = 16;
const BOTTOM = 28;
const LEFT = 36;

/** The errors of the outputs by noise, of each seed: without any first. */
function errorsOf({ all }: Measured): number[][] {
  return all.map(({ measured: { clean_mse, levels } }) => [
    clean_mse,
    ...levels.map(({ output_mse }) => output_mse),
  ]);
}

/** The mean over the seeds, by noise: without any first. */
export function meanErrors(group: Measured): number[] {
  return spread(errorsOf(group)).mean;
}

/** Draws it from `y` on, over all of a width. */
export function drawChart(
  context: Context,
  { y, width }: { y: number; width: number },
  groups: readonly Measured[],
  axisName: string | null,
): void {
  const { levels } = groups[0]!.shown.measured; // there is a network
  const noises = [0, ...levels.map(({ level }) => level)]
    .filter((level, at) => at === 0 || level > 0);
  const skipped = levels.length + 1 - noises.length; // the level 0, if it is one
  const noisy = levels.slice(skipped).map(({ noisy_mse }) => noisy_mse);
  const errors = groups.map((group) =>
    spread(
      errorsOf(group).map(([clean, ...rest]) => [
        clean!,
        ...rest.slice(skipped),
      ]),
    )
  );
  const own = groups.map(({ value }) => value);
  const named = namesFit(groups.length + 1, CHART_HEIGHT - TOP - BOTTOM);
  const colours = named ? null : colourScale(axisName, own);
  const looks = looksOf(own, colours);
  const edges = groups.flatMap(({ all }, index) =>
    all.length > 1 && named
      ? [
        { index, line: errors[index]!.high },
        { index, line: errors[index]!.low },
      ]
      : []
  );
  const values = [
    ...noisy,
    ...errors.flatMap(({ low, high }) => [...low, ...high]),
  ]
    .filter((value) => value > 0);
  const { low, high, ticks } = logarithmic(
    Math.min(...values, 1),
    Math.max(...values),
  );
  const shown = (line: readonly number[]) =>
    line.map((value) => value > 0 ? value : null);
  const names = groups.map(({ label }) => label);
  const right = colours
    ? SERIES_WIDTH
    : namesWidth(["noisy image", ...(named ? names : [])]);
  drawPlot(context, y, {
    width,
    height: CHART_HEIGHT,
    padding: [TOP, right, 0, 0],
    scales: {
      x: { time: false, range: [0, noises.at(-1)! || 1] },
      y: { range: [low, high], distr: 3, log: 10 },
    },
    axes: [
      axis({
        size: BOTTOM,
        splits: () => ticksAmong(noises, width - LEFT - right),
        values: (_, at) => at.map(String),
      }),
      axis({
        size: LEFT,
        splits: () => [...ticks],
        values: (_, at) => at.map(tickText),
        filter: (_, at) => at,
      }),
    ],
    series: [
      {},
      {
        stroke: INK,
        width: 1,
        dash: [4 * SCALE, 2.5 * SCALE],
        points: { show: false },
      },
      ...edges.map(({ index }): uPlot.Series => ({
        stroke: looks[index]!.colour,
        width: 0.4,
        points: { show: false },
      })),
      ...looks.map(({ colour }): uPlot.Series => ({
        stroke: colour,
        width: named ? 1.2 : 0.7,
        points: { show: false },
      })),
    ],
    // Counted from 1, and the noisy images come first.
    bands: edges.flatMap(({ index }, at): uPlot.Band[] =>
      at % 2 === 0
        ? [{ series: [at + 2, at + 3], fill: `${looks[index]!.colour}22` }]
        : []
    ),
    hooks: {
      draw: [(plot) => {
        const place = (level: number, value: number) =>
          [
            plot.valToPos(level, "x", true),
            plot.valToPos(value, "y", true),
          ] as const;
        drawMarks(
          plot.ctx,
          { colour: INK, mark: "circle" },
          noisy.flatMap((value, at) =>
            value > 0 ? [place(noises[at + 1]!, value)] : []
          ),
          { size: 0.8 * SCALE, line: 0.9 * SCALE },
        );
        if (named) {
          groups.forEach((_, index) =>
            drawMarks(
              plot.ctx,
              looks[index]!,
              errors[index]!.mean.flatMap((value, at) =>
                value > 0
                  ? [
                    [
                      plot.valToPos(noises[at]!, "x", true),
                      plot.valToPos(value, "y", true),
                    ] as const,
                  ]
                  : []
              ),
              { size: 2.1 * SCALE, line: 0.9 * SCALE },
            )
          );
        }
        inPoints(plot, (ctx, { left, right, top, bottom }) => {
          ctx.font = font(8.5);
          ctx.textAlign = "center";
          ctx.fillText(
            "standard deviation of the noise σ",
            (left + right) / 2,
            bottom + 24,
          );
          ctx.textAlign = "left";
          ctx.fillText("mean squared error to the original", 0, top - 6);
        });
        const last = noisy.at(-1) ?? 0;
        nameLines(plot, [
          ...(last > 0 && !colours
            ? [{ value: last, text: "noisy image", colour: INK }]
            : []),
          ...(named
            ? groups.map((_, index) => ({
              value: errors[index]!.mean.at(-1)!,
              text: names[index]!,
              colour: looks[index]!.colour,
            }))
            : []),
        ]);
        if (colours) {
          inPoints(plot, (ctx, box) => drawSeries(ctx, box, colours));
        }
      }],
    },
  }, [
    noises,
    [null, ...shown(noisy)],
    ...edges.map(({ line }) => shown(line)),
    ...errors.map(({ mean }) => shown(mean)),
  ] as unknown as uPlot.AlignedData);
}

/** The levels that have room for their numbers; the greatest always. */
export function ticksAmong(levels: readonly number[], width: number): number[] {
  const most = levels.at(-1)!; // none is a level, too
  const kept: number[] = [];
  for (const level of levels.toReversed()) {
    const next = kept[0] ?? Infinity;
    if ((next - level) * width / (most || 1) >= 24) kept.unshift(level);
  }
  return kept;
}
