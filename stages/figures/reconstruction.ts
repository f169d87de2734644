/** Originals above reconstructions, for one network: Figures 1–3 of the paper. */
import type { Task } from "../../pipeline/stage/task.ts";
import { readJson } from "../formats/json.ts";
import { thousands, threeDigits } from "../formats/number.ts";
import { QualitySchema } from "../formats/quality.ts";
import { writeFigure } from "./figure.ts";
import { COLUMNS, gridOf } from "./grid.ts";
import { greys, WIDTH } from "./page.ts";
import { type Settings, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params extends Settings {
  /** The figure's number in the paper, if this network is one of the paper's. */
  readonly number: number | null;
  /** `lr 0.1`. */
  readonly label: string;
  /** Told in the caption where there are several. */
  readonly seed: number | null;
}

/** Draws one network. */
export default async function reconstruction(
  task: Task<Params>,
): Promise<void> {
  const { label, seed, number, width } = task.params;
  const { originals, read, size, name } = shown(task, { most: COLUMNS[width] });
  const outputs = read(task.input("reconstructions"));
  const { mse } = readJson(task.input("quality"), QualitySchema);
  await writeFigure(task, "reconstruction", ({ counts, stand_in }) => {
    const rows = [
      { label: "original", pictures: greys(originals, size.width) },
      {
        label: "output",
        note: label,
        pictures: greys(outputs, size.width),
      },
    ];
    return {
      title: `Reconstructions with ${label}${
        seed === null ? "" : `, seed ${seed}`
      }`,
      width: WIDTH[width],
      ...gridOf(rows, { width: WIDTH[width] }),
      caption: [
        `Reconstruction with ${label}${
          seed === null ? "" : ` and seed ${seed}`
        }: ${name} above the network's output.`,
        `The mean squared error over all ${
          thousands(counts.test)
        } test images is ${threeDigits(mse)}.`,
        ...(number === null || stand_in
          ? []
          : [`It corresponds to Figure ${number} of the paper.`]),
      ],
    };
  });
}
