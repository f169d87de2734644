/** The exercise's optional task: noisy input, output, original, and loss against noise. */
import type uPlot from "uplot";
import type { Task } from "../../pipeline/stage/task.ts";
import { type Denoising, DenoisingSchema } from "../formats/denoising.ts";
import { readJson } from "../formats/json.ts";
import { spread } from "./curve.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { FONT, font } from "./font.ts";
import { drawRows, fit, heightOf, type Row } from "./grid.ts";
import { drawNotice, notice } from "./notice.ts";
import { grey, SCALE, WIDTH } from "./page.ts";
import { GRID, INK, look } from "./palette.ts";
import { drawPlot } from "./plot.ts";
import { byRate, seedsShown } from "./seeds.ts";
import { choice, pixels, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params {
  readonly width: "single" | "double";
  readonly images: readonly number[] | null;
  /** So many of the first test images were kept with noise. */
  readonly kept: number;
}

/** Draws all networks. */
export default async function denoising(task: Task<Params>): Promise<void> {
  const { params } = task;
  const numbers = shown(task).filter((number) => number < params.kept);
  const dataset = readDataset(task);
  const originals = pixels(task.input("test-images"), numbers, dataset);
  const noisy = pixels(task.inputs("noisy")[0]!.path, numbers, dataset); // the same for every network
  const networks = task.inputs("denoisings").map(({ point, path }, index) => ({
    point,
    measured: readJson(path, DenoisingSchema),
    outputs: pixels(task.inputs("denoised")[index]!.path, numbers, dataset),
  }));
  const groups = byRate(networks);
  const level = networks[0]!.measured.shown_level;
  const picturesOf = (images: readonly Uint8Array[]) =>
    images.map((bytes) => grey(bytes, dataset.width));
  await writeFigure(task, "denoising", () => {
    const width = WIDTH[params.width];
    const rows: Row[] = [
      { label: "original", pictures: picturesOf(originals) },
      { label: "noisy", note: `σ = ${level}`, pictures: picturesOf(noisy) },
      ...groups.map(({ rate, shown }, index): Row => ({
        label: "output",
        note: `lr ${rate}`,
        pictures: picturesOf(shown.outputs),
        ...(index === 0 && { space: 4 }),
      })),
    ];
    const grid = fit(
      width,
      numbers.length,
      params.width === "double" ? 62 : 46,
    );
    const top = heightOf(grid, rows);
    const chart = 130;
    return {
      page: {
        title:
          "Noisy images, what the networks make of them, and the error by noise",
        width,
        height: Math.ceil(top) + 10 + chart + notice(dataset),
        palette: true,
        draw(context) {
          drawRows(context, grid, rows);
          drawChart(
            context,
            0,
            Math.ceil(top) + 10,
            width,
            chart,
            groups.map(({ rate, all }) => ({
              name: `lr ${rate}`,
              measured: all.map(({ measured }) => measured),
            })),
          );
          drawNotice(context, dataset, Math.ceil(top) + 10 + chart);
        },
      },
      caption: [
        `Noise added to ${
          choice(params.images)
        }, and what the trained networks make of it.`,
        "Below: mean squared error to the original against the standard deviation of the noise, of the noisy images themselves (dashed) and of the networks' outputs.",
        ...seedsShown(
          groups,
          "; the errors are means over the seeds, in a band from the least to the greatest",
        ),
        ...groups.map(({ rate, shown }) =>
          `With lr ${rate}: ${shown.measured.explanation}`
        ),
        ...(dataset.stand_in ? [STAND_IN] : []),
      ].join(" "),
    };
  });
}

function drawChart(
  context: Parameters<typeof drawPlot>[0],
  x: number,
  y: number,
  width: number,
  height: number,
  groups: readonly {
    readonly name: string;
    /** One a seed. */
    readonly measured: readonly Denoising[];
  }[],
): void {
  const first = groups[0]!.measured[0]!; // there is a learning rate
  const levels = first.levels.map(({ level }) => level);
  const noise = first.levels.map(({ noisy_mse }) => noisy_mse);
  const errors = groups.map(({ measured }) =>
    spread(
      measured.map((one) => one.levels.map(({ output_mse }) => output_mse)),
    )
  );
  const edges = groups.flatMap(({ measured }, index) =>
    measured.length > 1
      ? [
        { index, line: errors[index]!.low },
        { index, line: errors[index]!.high },
      ]
      : []
  );
  const most = Math.max(...noise, ...errors.flatMap(({ high }) => high));
  const axis: uPlot.Axis = {
    font: `8px '${FONT}'`,
    stroke: INK,
    gap: 3,
    grid: { stroke: GRID, width: 0.5 },
    ticks: { stroke: INK, width: 0.5, size: 3 },
  };
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((one) => most / one <= 5) ??
    0.5;
  const ticks = Array.from(
    { length: Math.floor(most / step) + 1 },
    (_, index) => Number((index * step).toPrecision(3)),
  );
  drawPlot(context, x, y, {
    width,
    height,
    padding: [10, 72, 0, 26],
    scales: {
      x: { time: false, range: [0, levels.at(-1)!] },
      y: { range: [0, most * 1.04] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        splits: () => [0, ...levels],
        values: (_, at) => at.map(String),
      },
      {
        ...axis,
        size: 36,
        splits: () => ticks,
        values: (_, at) => at.map(String),
      },
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
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.scale(SCALE, SCALE);
        ctx.textBaseline = "alphabetic";
        ctx.textAlign = "center";
        ctx.fillStyle = INK;
        ctx.font = font(8.5);
        ctx.fillText(
          "standard deviation of the noise σ",
          (bbox.left + bbox.width / 2) / SCALE,
          (bbox.top + bbox.height) / SCALE + 24,
        );
        ctx.textAlign = "left";
        ctx.fillText(
          "MSE to the original",
          bbox.left / SCALE + 4,
          bbox.top / SCALE + 1,
        );
        const ends = [
          { line: noise, text: "noisy image", colour: INK },
          ...groups.map(({ name }, index) => ({
            line: errors[index]!.mean,
            text: name,
            colour: look(index).colour,
          })),
        ].map(({ line, ...words }) => ({
          ...words,
          y: plot.valToPos(line.at(-1)!, "y", true) / SCALE + 3,
        })).toSorted((a, b) => a.y - b.y);
        let floor = -Infinity;
        ctx.font = font(8, 600);
        for (const { y, text, colour } of ends) {
          floor = Math.max(y, floor + 9.5);
          ctx.fillStyle = colour;
          ctx.fillText(text, (bbox.left + bbox.width) / SCALE + 6, floor);
        }
        ctx.restore();
      }],
    },
  }, [
    levels,
    noise,
    ...edges.map(({ line }) => line),
    ...errors.map(({ mean }) => mean),
  ]);
}
