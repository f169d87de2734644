/** What the network keeps of a digit: the maps of its narrowest layer. */
import type { Task } from "../../pipeline/stage/task.ts";
import { readLayersModel } from "../formats/layers-model.ts";
import { fileOf } from "../formats/names.ts";
import { type Code, codeOf } from "./code.ts";
import { readDataset, STAND_IN, writeFigure } from "./figure.ts";
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
  const networks = await Promise.all(
    task.inputs("models").map(async ({ point, path }) => {
      const model = readLayersModel(path, fileOf(point, weights));
      return { point, code: await codeOf(model, originals) };
    }),
  );
  const groups = byRate(networks);
  await writeFigure(task, "latent", () => {
    const width = WIDTH[params.width];
    const { height: down, width: across, channels } = networks[0]!.code;
    const rows: Row[] = [
      {
        label: "original",
        pictures: originals.map((bytes) => grey(bytes, dataset.width)),
      },
      ...groups.flatMap(({ rate, shown: { code } }) =>
        maps(code).map((pictures, channel): Row => ({
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
        }: the ${down} × ${across} × ${channels} values of the narrowest layer, one map a row, from 0 (dark) to the greatest value of the map over the images shown (bright).`,
        ...seedsShown(groups),
        ...(dataset.stand_in ? [STAND_IN] : []),
      ].join(" "),
    };
  });
}

/** A row of pictures for each channel, with one scale over the row. */
function maps({ channels, height, width, values }: Code): Picture[][] {
  const pixels = height * width;
  return Array.from({ length: channels }, (_, channel) => {
    const places = [];
    for (let at = channel; at * pixels < values.length; at += channels) {
      places.push(values.subarray(at * pixels, (at + 1) * pixels));
    }
    const most = Math.max(0, ...places.map((map) => Math.max(...map)));
    const scale = most > 0 ? 1 / most : 0;
    return places.map((map) =>
      picture(width, height, (pixel) => viridis(map[pixel]! * scale))
    );
  });
}
