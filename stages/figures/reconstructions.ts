/** The overview: all learning rates under the originals, each with its errors. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { Size } from "../formats/images.ts";
import { readJson } from "../formats/json.ts";
import { QualitySchema } from "../formats/quality.ts";
import { fileOf } from "../formats/names.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { font } from "./font.ts";
import { drawRows, fit, heightOf, type Row } from "./grid.ts";
import { drawNotice, notice } from "./notice.ts";
import { type Context, grey, type Picture, picture, WIDTH } from "./page.ts";
import { INK, viridis } from "./palette.ts";
import { byRate, range, seedsShown } from "./seeds.ts";
import { choice, pixels, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params {
  readonly width: "single" | "double";
  readonly images: readonly number[] | null;
}

/** The difference at which the colours end, in grey values of 0…1. */
const MOST = 0.5;

/** Draws all networks. */
export default async function reconstructions(
  task: Task<Params>,
): Promise<void> {
  const { params } = task;
  const numbers = shown(task);
  const dataset = readDataset(task);
  const originals = pixels(task.input("test-images"), numbers, dataset);
  const qualities = task.inputs("qualities");
  const networks = task.inputs("reconstructions").map(({ point, path }) => ({
    point,
    outputs: pixels(path, numbers, dataset),
    mse: readJson(fileOf(point, qualities), QualitySchema).mse,
  }));
  const groups = byRate(networks);
  await writeFigure(task, "reconstructions", () => {
    const width = WIDTH[params.width];
    const seeds = networks.length > groups.length;
    const rows: Row[] = [
      {
        label: "original",
        pictures: originals.map((bytes) => grey(bytes, dataset.width)),
      },
      ...groups.flatMap(({ rate, all, shown: { outputs } }): Row[] => [
        {
          label: `lr ${rate}`,
          note: `MSE ${range(all.map(({ mse }) => mse))}`,
          pictures: outputs.map((bytes) => grey(bytes, dataset.width)),
          space: 5,
        },
        {
          label: "error",
          pictures: outputs.map((bytes, index) =>
            errors(originals[index]!, bytes, dataset)
          ),
        },
      ]),
    ];
    const grid = fit(
      width,
      numbers.length,
      (params.width === "double" ? 62 : 46) + (seeds ? 10 : 0),
    );
    const scale = 26;
    const height = heightOf(grid, rows);
    return {
      page: {
        title: "Originals, reconstructions and errors by learning rate",
        width,
        height: Math.ceil(height) + scale + notice(dataset),
        palette: false,
        draw(context) {
          drawRows(context, grid, rows);
          drawScale(
            context,
            grid.labels,
            height + 6,
            Math.min(150, width - grid.labels),
          );
          drawNotice(context, dataset, height + scale);
        },
      },
      caption: [
        `Reconstructions of ${
          choice(params.images)
        } by learning rate, each above its error: the absolute difference to the original, in grey values of 0 to 1.`,
        ...seedsShown(
          groups,
          "; the mean squared error over all test images is given from the least to the greatest of the seeds",
        ),
        ...(dataset.stand_in ? [STAND_IN] : []),
      ].join(" "),
    };
  });
}

function errors(
  original: Uint8Array,
  output: Uint8Array,
  { width, height }: Size,
): Picture {
  return picture(
    width,
    height,
    (pixel) =>
      viridis(Math.abs(original[pixel]! - output[pixel]!) / 255 / MOST),
  );
}

/** The colours of the errors; the last tick stands for all that is greater. */
function drawScale(
  context: Context,
  x: number,
  y: number,
  width: number,
): void {
  const steps = 100;
  for (let step = 0; step < steps; step++) {
    const [r, g, b] = viridis((step + 0.5) / steps);
    context.fillStyle = `rgb(${r},${g},${b})`;
    // A little wider than a step, so that no paper shines through between two.
    context.fillRect(x + width * step / steps, y, width / steps + 0.3, 6);
  }
  context.fillStyle = INK;
  context.font = font(7);
  context.textBaseline = "alphabetic";
  const ticks: [number, string, "left" | "center" | "right"][] = [
    [0, "0", "left"],
    [0.5, String(MOST / 2), "center"],
    [1, `≥ ${MOST}`, "right"],
  ];
  for (const [at, text, align] of ticks) {
    context.textAlign = align;
    context.fillText(text, x + width * at, y + 15);
  }
  context.textAlign = "left";
  context.fillText("error", x + width + 8, y + 6);
}
