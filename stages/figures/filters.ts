/** What the first layer looks for: its learned filters. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { LayersModel } from "../formats/layers-model.ts";
import { writeFigure } from "./figure.ts";
import { gridOf } from "./grid.ts";
import { type Picture, picture, WIDTH } from "./page.ts";
import { byRate, readNetworks, seedsShown } from "./seeds.ts";
import type { Settings } from "./shown.ts";

/** Draws all networks. */
export default async function filters(
  task: Task<Pick<Settings, "width" | "imprint">>,
): Promise<void> {
  const groups = byRate(readNetworks(task));
  await writeFigure(task, "filters", () => {
    const width = WIDTH[task.params.width];
    const rows = groups.map(({ learningRate, shown }) => ({
      label: `lr ${learningRate}`,
      pictures: pictures(shown.network),
    }));
    return {
      title: "Learned filters of the first layer by learning rate",
      width,
      ...gridOf(rows, { width, labels: 40 }),
      caption: [
        "Learned filters of the first convolution, a row for each learning rate: orange weights are positive, blue ones negative, white ones zero; each row has its own scale.",
        ...seedsShown(groups),
      ],
    };
  });
}

/** Each filter over the first channel, with one scale for all of the layer. */
function pictures({ weights, values }: LayersModel): Picture[] {
  const { layersDims: [rows, columns, inputs, count], length } = weights[0]!; // of the first layer
  const weight = (pixel: number, filter: number) =>
    values[pixel * inputs! * count! + filter]!;
  const most = values.subarray(0, length).reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  ) || 1;
  return Array.from(
    { length: count! },
    (_, filter) =>
      picture(columns!, rows!, (pixel) => signed(weight(pixel, filter) / most)),
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
