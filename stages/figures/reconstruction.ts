/** Figures 1–3 of the paper: originals above reconstructions, for one learning rate. */
import type { Task } from "../../pipeline/stage/task.ts";
import { readJson } from "../formats/json.ts";
import { threeDigits } from "../formats/number.ts";
import { QualitySchema } from "../formats/quality.ts";
import { writeFigure } from "./figure.ts";
import { gridOf } from "./grid.ts";
import { greys, WIDTH } from "./page.ts";
import { type Settings, shown } from "./shown.ts";

/** The figure's settings. */
export interface Params extends Settings {
  readonly name: string;
  /** The figure's number in the paper, if it is one of its figures. */
  readonly number: number | null;
  readonly learning_rate: number;
  /** Told in the caption where there are several. */
  readonly seed: number | null;
}

/** Draws one learning rate. */
export default async function reconstruction(
  task: Task<Params>,
): Promise<void> {
  const { learning_rate: learningRate, seed, number } = task.params;
  const { originals, read, size, name } = shown(task);
  const outputs = read(task.input("reconstructions"));
  const { mse } = readJson(task.input("quality"), QualitySchema);
  await writeFigure(task, task.params.name, () => {
    const width = WIDTH[task.params.width];
    const rows = [
      { label: "original", pictures: greys(originals, size.width) },
      {
        label: "output",
        note: `lr ${learningRate}`,
        pictures: greys(outputs, size.width),
      },
    ];
    return {
      title: `Reconstructions with learning rate ${learningRate}`,
      width,
      ...gridOf(rows, { width, labels: 34 }),
      caption: [
        `Reconstructed images with learning rate ${learningRate}${
          seed === null ? "" : ` (seed ${seed})`
        }: ${name} above the network's output.`,
        `Mean squared error over all test images: ${threeDigits(mse)}.`,
        ...(number === null ? [] : [`Figure ${number} of the paper.`]),
      ],
    };
  });
}
