/** What the first layer looks for: its learned filters. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { LayersModel } from "../formats/layers-model.ts";
import { threeDigits } from "../formats/number.ts";
import { writeFigure } from "./figure.ts";
import {
  cellsOf,
  COLUMNS,
  gridOf,
  heightOfRows,
  HIGHEST,
  type Row,
} from "./grid.ts";
import { type Picture, picture, WIDTH } from "./page.ts";
import { signed } from "./palette.ts";
import { drawScale, SCALE_HEIGHT } from "./scale.ts";
import {
  type Compared,
  distinction,
  readNetworks,
  seedsShown,
  seriesOf,
  someOf,
} from "./series.ts";
import type { Settings } from "./shown.ts";

/** Draws all networks, or of many some. */
export default async function filters(
  task: Task<Pick<Settings, "width" | "imprint"> & Compared>,
): Promise<void> {
  const { study } = task.params;
  const all = seriesOf(study, readNetworks(task));
  const columns = COLUMNS[task.params.width];
  await writeFigure(task, "filters", () => {
    const width = WIDTH[task.params.width];
    const rowsOf = ({ label, shown }: typeof all[number]): Row[] => {
      const { pictures, most } = drawn(shown.network);
      return lines(pictures, columns).map((pictures, line) =>
        line === 0
          ? {
            label,
            note: most > 0 ? `±${threeDigits(most)}` : "all zero",
            pictures,
            space: 3,
          }
          : { label: "", pictures }
      );
    };
    const widest = all.map(rowsOf).reduce((a, b) =>
      b.flatMap(({ pictures }) => pictures).length >
          a.flatMap(({ pictures }) => pictures).length
        ? b
        : a
    );
    const { cell } = cellsOf(widest[0]!.pictures.length, width, widest);
    const { groups, said } = someOf(
      all,
      Math.max(
        1,
        Math.floor((HIGHEST - SCALE_HEIGHT) / heightOfRows(widest, cell)),
      ),
    );
    const grid = gridOf(groups.flatMap(rowsOf), { width, framed: true });
    const kernels = all.map(({ shown: { network } }) =>
      network.weights[0]!.layersDims
    );
    const sizes = new Set(
      kernels.map(([rows, across]) => `${rows} × ${across}`),
    );
    const counts = new Set(kernels.map((dims) => dims[3]!));
    const [count] = counts;
    const counted = `${
      counts.size > 1
        ? "learned filters"
        : count === 1
        ? "learned filter"
        : `${count} learned filters`
    }${sizes.size > 1 ? "" : ` of ${[...sizes][0]} weights`}`;
    return {
      title: `Learned filters of the first layer, ${distinction(study, all)}`,
      width,
      height: grid.height + SCALE_HEIGHT,
      draw(context) {
        grid.draw(context);
        drawScale(context, {
          colour: (share) => signed(2 * share - 1),
          texts: ["−", "0", "+"],
          name: "weight",
        }, {
          x: grid.left,
          y: grid.height,
          width: Math.min(120, width - grid.left - 32),
        });
      },
      caption: [
        `The ${counted} of the first convolution, ${
          distinction(study, all)
        }: orange weights are positive, blue ones negative, white ones zero. Beside each row stands the weight at which its colours end.`,
        ...said,
        ...seedsShown(all),
      ],
    };
  });
}

/** So many pictures a line. */
function lines(pictures: readonly Picture[], most: number): Picture[][] {
  return Array.from(
    { length: Math.ceil(pictures.length / most) },
    (_, line) => pictures.slice(line * most, (line + 1) * most),
  );
}

/** Each filter over the first channel, with one scale for all of the layer. */
function drawn(
  { weights, values }: LayersModel,
): { readonly pictures: Picture[]; readonly most: number } {
  const { layersDims: [rows, columns, inputs, count], length } = weights[0]!; // of the first layer
  const weight = (pixel: number, filter: number) =>
    values[pixel * inputs! * count! + filter]!;
  const most = values.subarray(0, length).reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  );
  const pictures = Array.from(
    { length: count! },
    (_, filter) =>
      picture(
        columns!,
        rows!,
        (pixel) => signed(most > 0 ? weight(pixel, filter) / most : 0),
      ),
  );
  return { pictures, most };
}
