/** What the network keeps of a digit: the maps of its narrowest layer. */
import type { Task } from "../../pipeline/stage/task.ts";
import type { LayersModel } from "../formats/layers-model.ts";
import { threeDigits } from "../formats/number.ts";
import { codeOf } from "../network/layer.ts";
import { type Code, codesOf } from "./code.ts";
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
  readNetworks,
  seedsShown,
  type Series,
  seriesOf,
  someOf,
} from "./series.ts";
import { type Settings, shown } from "./shown.ts";

/** So many maps of a network say what there is to see. */
const MAPS = 8;

/** Draws all networks, or of many some. */
export default async function latent(
  task: Task<Settings & Compared>,
): Promise<void> {
  const { study, width: columns } = task.params;
  const { originals, size, name } = shown(task, { most: COLUMNS[columns] });
  const all = seriesOf(study, readNetworks(task));
  const codes = (group: typeof all[number]) =>
    codesOf(group.shown.network, originals);
  await writeFigure(task, "latent", async () => {
    const width = WIDTH[columns];
    const widest = all.reduce((a, b) => channelsOf(b) > channelsOf(a) ? b : a);
    const whole = rowsOf(widest.label, await codes(widest), MAPS);
    const { cell } = cellsOf(originals.length, width, whole, size);
    const room = HIGHEST - cell.height - SCALE_HEIGHT;
    // Of large pictures a page has no room for all maps even of one network.
    const most = Math.max(
      1,
      whole.findLastIndex((_, at) =>
        heightOfRows(whole.slice(0, at + 1), cell) <= room
      ) + 1,
    );
    const sample = whole.slice(0, most);
    const { groups, said } = someOf(
      all,
      Math.max(
        1,
        Math.floor(room / heightOfRows(sample, cell)),
      ),
    );
    const rows: Row[] = [
      { label: "original", pictures: greys(originals, size.width) },
    ];
    for (const group of groups) {
      rows.push(...rowsOf(group.label, await codes(group), most));
    }
    const grid = gridOf(rows, { width });
    return {
      title: `What the decoder starts from, ${distinction(study, all)}`,
      width,
      height: grid.height + SCALE_HEIGHT,
      draw(context) {
        grid.draw(context);
        drawScale(context, {
          colour: viridis,
          texts: ["least", "", "greatest"],
          name: "of the map",
        }, {
          x: grid.left,
          y: grid.height,
          width: Math.min(120, width - grid.left - 42),
        });
      },
      caption: [
        `What the networks keep of ${name}: the ${
          mapsOf(all.map(({ shown: { network } }) => codeOf(network.chain)))
        } that the decoder starts from, ${
          distinction(study, all)
        }, one map a row${
          channelsOf(widest) > most ? `, at most the first ${most}` : ""
        }.`,
        "Beside each map stand the least and the greatest of its values over the images shown, between which its colours run.",
        ...said,
        ...seedsShown(all),
      ],
    };
  });
}

function channelsOf(
  { shown: { network } }: Series<{ network: LayersModel }>,
): number {
  return codeOf(network.chain).shape.channels;
}

/** "2 maps of 7 × 7 values", as far as all networks have as many. */
function mapsOf(codes: readonly ReturnType<typeof codeOf>[]): string {
  const shapes = codes.map(({ shape }) => shape);
  const counts = shapes.map(({ channels }) => channels);
  const [low, high] = [Math.min(...counts), Math.max(...counts)];
  const sizes = new Set(
    shapes.map(({ height, width }) => `${height} × ${width}`),
  );
  const count = low < high
    ? `${low} to ${high} maps`
    : low === 1
    ? "map"
    : `${low} maps`;
  return `${count}${sizes.size > 1 ? "" : ` of ${[...sizes][0]} values`}`;
}

/** A row for each map of a network, with one scale over the row. */
function rowsOf(label: string, code: Code, most: number): Row[] {
  const { channels, height, width, values } = code;
  const pixels = height * width;
  return Array.from({ length: Math.min(most, channels) }, (_, channel): Row => {
    const maps: Float32Array[] = [];
    for (let at = channel; at * pixels < values.length; at += channels) {
      maps.push(values.subarray(at * pixels, (at + 1) * pixels));
    }
    const least = Math.min(...maps.map((map) => Math.min(...map)));
    const most = Math.max(...maps.map((map) => Math.max(...map)));
    const scale = most > least ? 1 / (most - least) : 0;
    const pictures = maps.map((map): Picture =>
      picture(width, height, (at) => viridis((map[at]! - least) * scale))
    );
    return {
      label: channel === 0 ? label : "",
      note: least === 0 && most === 0
        ? "all zero"
        : least === most
        ? `all ${threeDigits(most)}`
        : `${threeDigits(least)} to ${threeDigits(most)}`,
      pictures,
      ...(channel === 0 && { space: 4 }),
    };
  });
}
