/** What the first layer looks for: its learned filters. */
import type { Task } from "../../pipeline/task.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { type Layer, readLayers } from "./forward.ts";
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
  const networks = task.inputs("models").map(({ point, path }, index) => {
    const layers = readLayers(
      Deno.readTextFileSync(path),
      Deno.readFileSync(weights[index]!.path),
    );
    return { point, first: layers.find(({ kernel }) => kernel)! };
  });
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

/** Each filter of the first channel, with one scale for all of a layer. */
function pictures({ kernel }: Layer): Picture[] {
  const [rows = 1, columns = 1, inputs = 1, count = 1] = kernel!.shape;
  const weight = (pixel: number, filter: number) =>
    kernel!.values[pixel * inputs * count + filter]!;
  const most = kernel!.values.reduce(
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
