/** What the network keeps of a digit: the maps of its narrowest layer. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { Size } from "../formats/images.ts";
import { readLayersModel } from "../formats/layers-model.ts";
import { fileOf } from "../formats/names.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
import { code, type Map3 } from "./forward.ts";
import { drawRows, fit, heightOf, type Row } from "./grid.ts";
import { drawNotice, notice } from "./notice.ts";
import { grey, type Picture, picture, WIDTH } from "./page.ts";
import { viridis } from "./palette.ts";
import { byRate, seedsShown } from "./seeds.ts";
import { choice, pixels, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params {
  readonly width: "single" | "double";
  readonly images: readonly number[] | null;
}

/** Draws all networks. */
export default async function latent(task: Task<Params>): Promise<void> {
  const { params } = task;
  const numbers = shown(task);
  const dataset = readDataset(task);
  const originals = pixels(task.input("test-images"), numbers, dataset);
  const weights = task.inputs("weights");
  const networks = task.inputs("models").map(({ point, path }) => {
    const model = readLayersModel(path, fileOf(point, weights));
    return {
      point,
      codes: originals.map((bytes) => code(model, image(bytes, dataset))),
    };
  });
  const groups = byRate(networks);
  await writeFigure(task, "latent", () => {
    const width = WIDTH[params.width];
    const first = networks[0]!.codes[0]!;
    const rows: Row[] = [
      {
        label: "original",
        pictures: originals.map((bytes) => grey(bytes, dataset.width)),
      },
      ...groups.flatMap(({ rate, shown: { codes } }) =>
        channels(codes).map((pictures, channel): Row => ({
          label: channel === 0 ? `lr ${rate}` : "",
          note: `map ${channel + 1}`,
          pictures,
          ...(channel === 0 && { space: 4 }),
        }))
      ),
    ];
    const grid = fit(width, numbers.length, 40);
    const height = heightOf(grid, rows);
    return {
      page: {
        title: "The code of the networks' narrowest layer for some digits",
        width,
        height: Math.ceil(height) + notice(dataset),
        palette: false,
        draw(context) {
          drawRows(context, grid, rows);
          drawNotice(context, dataset, height);
        },
      },
      caption: [
        `What the networks keep of ${
          choice(params.images)
        }: the ${first.rows} × ${first.columns} × ${first.channels} values of the narrowest layer, one map a row, from 0 (dark) to the greatest value of the map over the images shown (bright).`,
        ...seedsShown(groups),
        ...(dataset.stand_in ? [STAND_IN] : []),
      ].join(" "),
    };
  });
}

function image(bytes: Uint8Array, { height, width }: Size): Map3 {
  const values = Float32Array.from(bytes, (value) => value / 255);
  return { rows: height, columns: width, channels: 1, values };
}

/** A row of pictures for each channel, with one scale over the row. */
function channels(codes: readonly Map3[]): Picture[][] {
  const count = codes[0]!.channels;
  return Array.from({ length: count }, (_, channel) => {
    const value = ({ values }: Map3, pixel: number) =>
      values[pixel * count + channel]!;
    const most = codes.reduce((most, map) => {
      for (let pixel = 0; pixel < map.rows * map.columns; pixel++) {
        most = Math.max(most, value(map, pixel));
      }
      return most;
    }, 0);
    return codes.map((map) => {
      const scale = most > 0 ? 1 / most : 0;
      return picture(
        map.columns,
        map.rows,
        (pixel) => viridis(value(map, pixel) * scale),
      );
    });
  });
}
