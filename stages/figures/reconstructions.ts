/** The overview: all learning rates under the originals, each with its errors. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { Size } from "../formats/images.ts";
import { readJson } from "../formats/json.ts";
import { fileOf } from "../formats/names.ts";
import { QualitySchema } from "../formats/quality.ts";
import { writeFigure } from "./figure.ts";
import { font } from "./font.ts";
import { gridOf, type Row } from "./grid.ts";
import { type Context, greys, type Picture, picture, WIDTH } from "./page.ts";
import { INK, viridis } from "./palette.ts";
import { byRate, range, seedsShown } from "./seeds.ts";
import { type Settings, shown } from "./shown.ts";

/** The difference at which the colours end, in grey values of 0…1. */
const MOST = 0.5;

/** Draws all networks. */
export default async function reconstructions(
  task: Task<Settings>,
): Promise<void> {
  const { originals, read, size, name } = shown(task);
  const qualities = task.inputs("qualities");
  const networks = task.inputs("reconstructions").map(({ point, path }) => ({
    point,
    outputs: read(path),
    mse: readJson(fileOf(point, qualities), QualitySchema).mse,
  }));
  const groups = byRate(networks);
  await writeFigure(task, "reconstructions", () => {
    const wide = task.params.width === "double";
    const width = WIDTH[task.params.width];
    const seeds = networks.length > groups.length;
    const rows: Row[] = [
      { label: "original", pictures: greys(originals, size.width) },
      ...groups.flatMap(({ learningRate, all, shown: { outputs } }): Row[] => [
        {
          label: `lr ${learningRate}`,
          note: `MSE ${range(all.map(({ mse }) => mse))}`,
          pictures: greys(outputs, size.width),
          space: 5,
        },
        {
          label: "error",
          pictures: outputs.map((bytes, index) =>
            errors(originals[index]!, bytes, size)
          ),
        },
      ]),
    ];
    const labels = (wide ? 62 : 46) + (seeds ? 10 : 0);
    const grid = gridOf(rows, { width, labels });
    return {
      title: "Originals, reconstructions and errors by learning rate",
      width,
      height: grid.height + 26,
      draw(context) {
        grid.draw(context);
        const { left, height } = grid;
        drawScale(context, left, height + 6, Math.min(150, width - left));
      },
      caption: [
        `Reconstructions of ${name} by learning rate, each above its error: the absolute difference to the original, in grey values of 0 to 1.`,
        ...seedsShown(
          groups,
          "; the mean squared error over all test images is given from the least to the greatest of the seeds",
        ),
      ],
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
