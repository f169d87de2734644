/** What the first layer looks for: its learned filters. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type LayersModel, readLayersModel } from "../formats/layers-model.ts";
import { fileOf } from "../formats/names.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { drawRows, fit, heightOf, type Row } from "./grid.ts";
import { drawNotice, notice } from "./notice.ts";
import { type Picture, picture, WIDTH } from "./page.ts";
import { byRate, seedsShown } from "./seeds.ts";

/** The figure's settings. */
export interface Params {
  readonly width: "single" | "double";
}

/** Draws all networks. */
export default async function filters(task: Task<Params>): Promise<void> {
  const weights = task.inputs("weights");
  const networks = task.inputs("models").map(({ point, path }) => ({
    point,
    first: firstKernel(readLayersModel(path, fileOf(point, weights))),
  }));
  const groups = byRate(networks);
  const dataset = readDataset(task);
  await writeFigure(task, "filters", () => {
    const width = WIDTH[task.params.width];
    const rows = groups.map(({ rate, shown: { first } }): Row => ({
      label: `lr ${rate}`,
      pictures: pictures(first),
    }));
    const grid = fit(width, rows[0]!.pictures.length, 40);
    const height = heightOf(grid, rows);
    return {
      page: {
        title: "Learned filters of the first layer by learning rate",
        width,
        height: Math.ceil(height) + notice(dataset),
        palette: false,
        draw(context) {
          drawRows(context, grid, rows);
          drawNotice(context, dataset, height);
        },
      },
      caption: [
        "Learned filters of the first convolution, a row for each learning rate: orange weights are positive, blue ones negative, white ones zero; each row has its own scale.",
        ...seedsShown(groups),
        ...(dataset.stand_in ? [STAND_IN] : []),
      ].join(" "),
    };
  });
}

interface Kernel {
  /** Rows, columns, channels in and filters. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function firstKernel({ weights, values }: LayersModel): Kernel {
  const { layersDims, offset, length } = weights[0]!; // its first layer has one
  return {
    shape: layersDims,
    values: values.subarray(offset, offset + length),
  };
}

/** Each filter of the first channel, with one scale for all of a layer. */
function pictures({ shape, values }: Kernel): Picture[] {
  const [rows = 1, columns = 1, inputs = 1, count = 1] = shape;
  const weight = (pixel: number, filter: number) =>
    values[pixel * inputs * count + filter]!;
  const most = values.reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  ) || 1;
  return Array.from(
    { length: count },
    (_, filter) =>
      picture(columns, rows, (pixel) => signed(weight(pixel, filter) / most)),
  );
}

/** From blue (−1) over white (0) to orange (1), also told apart without red and green. */
function signed(value: number): [number, number, number] {
  const end = value < 0 ? [0, 90, 160] : [213, 94, 0];
  const share = Math.min(1, Math.abs(value));
  return end.map((part) => Math.round(255 + (part - 255) * share)) as [
    number,
    number,
    number,
  ];
}
