/** What the network keeps of a digit: the maps of its narrowest layer. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Code, codeOf } from "./code.ts";
import { writeFigure } from "./figure.ts";
import { gridOf, type Row } from "./grid.ts";
import { greys, type Picture, picture, WIDTH } from "./page.ts";
import { viridis } from "./palette.ts";
import { byRate, readNetworks, seedsShown } from "./seeds.ts";
import { type Settings, shown } from "./shown.ts";

/** Draws all networks. */
export default async function latent(task: Task<Settings>): Promise<void> {
  const { originals, size, name } = shown(task);
  const networks = await Promise.all(
    readNetworks(task).map(async ({ point, network }) => ({
      point,
      code: await codeOf(network, originals),
    })),
  );
  const groups = byRate(networks);
  await writeFigure(task, "latent", () => {
    const width = WIDTH[task.params.width];
    const { height: down, width: across, channels } = networks[0]!.code;
    const rows: Row[] = [
      { label: "original", pictures: greys(originals, size.width) },
      ...groups.flatMap(({ learningRate, shown: { code } }) =>
        maps(code).map((pictures, channel): Row => ({
          label: channel === 0 ? `lr ${learningRate}` : "",
          note: `map ${channel + 1}`,
          pictures,
          ...(channel === 0 && { space: 4 }),
        }))
      ),
    ];
    return {
      title: "The code of the networks' narrowest layer for some digits",
      width,
      ...gridOf(rows, { width, labels: 40 }),
      caption: [
        `What the networks keep of ${name}: the ${down} × ${across} × ${channels} values of the narrowest layer, one map a row, from 0 (dark) to the greatest value of the map over the images shown (bright).`,
        ...seedsShown(groups),
      ],
    };
  });
}

/** A row of pictures for each channel, with one scale over the row. */
function maps({ channels, height, width, values }: Code): Picture[][] {
  const pixels = height * width;
  return Array.from({ length: channels }, (_, channel) => {
    const row: Float32Array[] = [];
    for (let at = channel; at * pixels < values.length; at += channels) {
      row.push(values.subarray(at * pixels, (at + 1) * pixels));
    }
    const most = Math.max(0, ...row.map((map) => Math.max(...map)));
    const scale = most > 0 ? 1 / most : 0;
    return row.map((map) =>
      picture(width, height, (pixel) => viridis(map[pixel]! * scale))
    );
  });
}
