/** Figures 1–3 of the paper: originals above reconstructions, for one learning rate. */
import type { Task } from "../../pipeline/stage/task.ts";
import { readJson } from "../formats/json.ts";
import { QualitySchema } from "../formats/quality.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { drawRows, fit, heightOf, type Row } from "./grid.ts";
import { grey, WIDTH } from "./page.ts";
import { choice, pixels, shown } from "./shown.ts";
import { drawNotice, notice } from "./notice.ts";

/** The figure's settings. */
export interface Params {
  readonly width: "single" | "double";
  readonly name: string;
  /** The figure's number in the paper, if it is one of its figures. */
  readonly number: number | null;
  readonly learning_rate: number;
  /** Told in the caption where there are several. */
  readonly seed: number | null;
  readonly images: readonly number[] | null;
}

/** Draws one learning rate. */
export default async function reconstruction(
  task: Task<Params>,
): Promise<void> {
  const { params } = task;
  const numbers = shown(task);
  const dataset = readDataset(task);
  const originals = pixels(task.input("test-images"), numbers, dataset);
  const outputs = pixels(task.input("reconstructions"), numbers, dataset);
  const { mse } = readJson(task.input("quality"), QualitySchema);
  await writeFigure(task, params.name, () => {
    const width = WIDTH[params.width];
    const rows: Row[] = [
      {
        label: "original",
        pictures: originals.map((bytes) => grey(bytes, dataset.width)),
      },
      {
        label: "output",
        note: `lr ${params.learning_rate}`,
        pictures: outputs.map((bytes) => grey(bytes, dataset.width)),
      },
    ];
    const grid = fit(width, numbers.length, 34);
    const extra = notice(dataset);
    return {
      page: {
        title: `Reconstructions with learning rate ${params.learning_rate}`,
        width,
        height: Math.ceil(heightOf(grid, rows)) + extra,
        palette: true,
        draw(context) {
          drawRows(context, grid, rows);
          drawNotice(context, dataset, heightOf(grid, rows));
        },
      },
      caption: [
        `Reconstructed images with learning rate ${params.learning_rate}${
          params.seed === null ? "" : ` (seed ${params.seed})`
        }: ${choice(params.images)} above the network's output.`,
        `Mean squared error over all test images: ${
          Number(mse.toPrecision(3))
        }.`,
        ...(params.number === null
          ? []
          : [`Figure ${params.number} of the paper.`]),
        ...(dataset.stand_in ? [STAND_IN] : []),
      ].join(" "),
    };
  });
}
