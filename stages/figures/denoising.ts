/** The exercise's optional task: noisy input, output, original, and loss against noise. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/stage/task.ts";
import { type Denoising, DenoisingSchema } from "../formats/denoising.ts";
import { readJson } from "../formats/json.ts";
import { spread } from "./curve.ts";
import { writeFigure } from "./figure.ts";
import { font } from "./font.ts";
import { gridOf, type Row } from "./grid.ts";
import { type Context, greys, WIDTH } from "./page.ts";
import { INK, look } from "./palette.ts";
import { axis, drawPlot, inPoints, nameLines } from "./plot.ts";
import { byRate, seedsShown, type Siblings } from "./seeds.ts";
import { type Settings, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params extends Settings {
  /** So many of the first test images were kept with noise. */
  readonly kept: number;
}

/** Draws all networks. */
export default async function denoising(task: Task<Params>): Promise<void> {
  const { params } = task;
  const { originals, read, size, name } = shown(task, params.kept);
  const noisy = read(task.inputs("noisy")[0]!.path); // the same for every network
  const networks = task.inputs("denoisings").map(({ point, path }, index) => ({
    point,
    measured: readJson(path, DenoisingSchema),
    outputs: read(task.inputs("denoised")[index]!.path),
  }));
  const groups = byRate(networks);
  const level = networks[0]!.measured.shown_level;
  await writeFigure(task, "denoising", () => {
    const width = WIDTH[params.width];
    const rows: Row[] = [
      { label: "original", pictures: greys(originals, size.width) },
      {
        label: "noisy",
        note: `σ = ${level}`,
        pictures: greys(noisy, size.width),
      },
      ...groups.map(({ learningRate, shown }, index): Row => ({
        label: "output",
        note: `lr ${learningRate}`,
        pictures: greys(shown.outputs, size.width),
        ...(index === 0 && { space: 4 }),
      })),
    ];
    const grid = gridOf(rows, {
      width,
      labels: params.width === "double" ? 62 : 46,
    });
    const chart = { y: Math.ceil(grid.height) + 10, width, height: 130 };
    return {
      title:
        "Noisy images, what the networks make of them, and the error by noise",
      width,
      height: chart.y + chart.height,
      draw(context) {
        grid.draw(context);
        drawChart(context, chart, groups);
      },
      caption: [
        `Noise added to ${name}, and what the trained networks make of it.`,
        "Below: mean squared error to the original against the standard deviation of the noise, of the noisy images themselves (dashed) and of the networks' outputs.",
        ...seedsShown(
          groups,
          "; the errors are means over the seeds, in a band from the least to the greatest",
        ),
        ...groups.map(({ learningRate, shown }) =>
          `With lr ${learningRate}: ${shown.measured.explanation}`
        ),
      ],
    };
  });
}

/** The error against the noise, in a band from the least to the greatest of the seeds. */
function drawChart(
  context: Context,
  { y, width, height }: { y: number; width: number; height: number },
  groups: readonly Siblings<{ readonly measured: Denoising }>[],
): void {
  const first = groups[0]!.shown.measured; // there is a learning rate
  const levels = first.levels.map(({ level }) => level);
  const noise = first.levels.map(({ noisy_mse }) => noisy_mse);
  const errors = groups.map(({ all }) =>
    spread(
      all.map(({ measured }) =>
        measured.levels.map(({ output_mse }) => output_mse)
      ),
    )
  );
  const edges = groups.flatMap(({ all }, index) =>
    all.length > 1
      ? [
        { index, line: errors[index]!.low },
        { index, line: errors[index]!.high },
      ]
      : []
  );
  const most = Math.max(...noise, ...errors.flatMap(({ high }) => high));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((one) => most / one <= 5) ??
    0.5;
  const ticks = Array.from(
    { length: Math.floor(most / step) + 1 },
    (_, index) => Number((index * step).toPrecision(3)),
  );
  drawPlot(context, y, {
    width,
    height,
    padding: [10, 72, 0, 26],
    scales: {
      x: { time: false, range: [0, levels.at(-1)!] },
      y: { range: [0, most * 1.04] },
    },
    axes: [
      axis({
        size: 28,
        splits: () => [0, ...levels],
        values: (_, at) => at.map(String),
      }),
      axis({
        size: 36,
        splits: () => ticks,
        values: (_, at) => at.map(String),
      }),
    ],
    series: [
      {},
      { stroke: INK, width: 1, dash: [5, 3], points: { show: false } },
      ...edges.map(({ index }): uPlot.Series => ({
        stroke: look(index).colour,
        width: 0.4,
        points: { show: false },
      })),
      ...groups.map((_, index): uPlot.Series => ({
        stroke: look(index).colour,
        width: 1.2,
        points: {
          show: true,
          size: 4,
          fill: "#fff",
          stroke: look(index).colour,
          width: 0.9,
        },
      })),
    ],
    // Counted from 1, and the noisy images come first.
    bands: edges.flatMap(({ index }, at): uPlot.Band[] =>
      at % 2 === 0
        ? [{ series: [at + 3, at + 2], fill: `${look(index).colour}22` }]
        : []
    ),
    hooks: {
      draw: [(plot) => {
        inPoints(plot, (ctx, { left, right, top, bottom }) => {
          ctx.font = font(8.5);
          ctx.textAlign = "center";
          ctx.fillText(
            "standard deviation of the noise σ",
            (left + right) / 2,
            bottom + 24,
          );
          ctx.textAlign = "left";
          ctx.fillText("MSE to the original", left + 4, top + 1);
        });
        nameLines(plot, [
          { value: noise.at(-1)!, text: "noisy image", colour: INK },
          ...groups.map(({ learningRate }, index) => ({
            value: errors[index]!.mean.at(-1)!,
            text: `lr ${learningRate}`,
            colour: look(index).colour,
          })),
        ], { size: 8, apart: 9.5 });
      }],
    },
  }, [
    levels,
    noise,
    ...edges.map(({ line }) => line),
    ...errors.map(({ mean }) => mean),
  ]);
}
