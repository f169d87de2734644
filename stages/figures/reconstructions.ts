/** The overview: the networks under the originals, each with its errors. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { Size } from "../formats/images.ts";
import { readJson } from "../formats/json.ts";
import { fileOf } from "../formats/names.ts";
import { thousands } from "../formats/number.ts";
import { QualitySchema } from "../formats/quality.ts";
import { writeFigure } from "./figure.ts";
import {
  cellsOf,
  COLUMNS,
  gridOf,
  heightOfRows,
  HIGHEST,
  type Row,
} from "./grid.ts";
import { greys, type Picture, picture, WIDTH } from "./page.ts";
import { viridis } from "./palette.ts";
import { drawScale, SCALE_HEIGHT } from "./scale.ts";
import {
  type Compared,
  distinction,
  range,
  seedsShown,
  type Series,
  seriesOf,
  someOf,
} from "./series.ts";
import { type Settings, shown } from "./shown.ts";

/** The difference at which the colours end, in grey values of 0…1. */
const MOST = 0.5;

/** A network of which the figure shows the outputs. */
interface Network {
  readonly outputs: readonly Uint8Array[];
  readonly mse: number;
}

/** Draws all networks, or of many some. */
export default async function reconstructions(
  task: Task<Settings & Compared>,
): Promise<void> {
  const { study, width: columns } = task.params;
  const { originals, read, size, name } = shown(task, {
    most: COLUMNS[columns],
  });
  const qualities = task.inputs("qualities");
  const networks = task.inputs("reconstructions").map(({ point, path }) => ({
    point,
    outputs: read(path),
    mse: readJson(fileOf(point, qualities), QualitySchema).mse,
  }));
  await writeFigure(task, "reconstructions", ({ counts }) => {
    const width = WIDTH[columns];
    const all = seriesOf(study, networks);
    const { cell } = cellsOf(originals.length, width, all.map(labelled), size);
    const one = heightOfRows([labelled(all[0]!), { label: "error" }], cell);
    const { groups, said } = someOf(
      all,
      Math.max(1, Math.floor((HIGHEST - cell.height - SCALE_HEIGHT) / one)),
      all.reduce((best, next) => meanOf(next) < meanOf(best) ? next : best),
    );
    const rows: Row[] = [
      { label: "original", pictures: greys(originals, size.width) },
      ...groups.flatMap((group): Row[] => [
        {
          ...labelled(group),
          pictures: greys(group.shown.outputs, size.width),
        },
        {
          label: "error",
          pictures: group.shown.outputs.map((bytes, index) =>
            errors(originals[index]!, bytes, size)
          ),
        },
      ]),
    ];
    const grid = gridOf(rows, { width });
    return {
      title: `Reconstructions and their errors, ${distinction(study, all)}`,
      width,
      height: grid.height + SCALE_HEIGHT,
      draw(context) {
        grid.draw(context);
        const { left, height } = grid;
        drawScale(context, {
          colour: viridis,
          texts: ["0", String(MOST / 2), `≥ ${MOST}`],
          name: "error",
        }, { x: left, y: height, width: Math.min(150, width - left - 30) });
      },
      caption: [
        `Reconstructions of ${name}, ${
          distinction(study, all)
        }, each above its error: the absolute difference to the original in grey values of 0 to 1, whose colours end at ${MOST}.`,
        `MSE: mean squared error over all ${
          thousands(counts.test)
        } test images${
          networks.length > all.length
            ? ", from the least to the greatest of the seeds"
            : ""
        }.`,
        ...said,
        ...seedsShown(all),
      ],
    };
  });
}

function labelled(
  { label, all }: Series<Network>,
): Pick<Row, "label" | "space"> & { note: string } {
  return {
    label,
    note: `MSE ${range(all.map(({ mse }) => mse))}`,
    space: 5,
  };
}

function meanOf({ all }: Series<Network>): number {
  return all.reduce((sum, { mse }) => sum + mse, 0) / all.length;
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
