/** What every figure over data says, and what it says besides of which data it is. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Dataset, DatasetSchema } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { font } from "./font.ts";
import { type Figure, writeForms } from "./forms.ts";
import type { Signed } from "./page.ts";
import { INK } from "./palette.ts";

/** What every figure over a stand-in says, in picture and caption. */
const STAND_IN = "Stand-in data: synthetic digits, not MNIST.";

/** Writes a figure over data, see `writeForms`. */
export async function writeFigure(
  task: Task<Signed>,
  module: string,
  describe: (dataset: Dataset) => Figure | Promise<Figure>,
): Promise<void> {
  const { name = module, data } = task.params;
  const dataset = readJson(task.input("dataset"), DatasetSchema);
  const figure = await describe(dataset);
  const note = dataset.stand_in
    ? { text: STAND_IN, colour: "#b00000", weight: 600 } as const
    : data === undefined
    ? undefined
    : { text: `Data: ${data}.`, colour: INK, weight: 400 } as const;
  if (!note) return await writeForms(task, name, figure);
  await writeForms(task, name, {
    ...figure,
    caption: [...figure.caption, note.text],
    height: Math.ceil(figure.height) + 12,
    draw(context) {
      figure.draw(context);
      context.font = font(7.5, note.weight);
      context.fillStyle = note.colour;
      context.textAlign = "left";
      context.textBaseline = "alphabetic";
      context.fillText(note.text, 0, figure.height + 9);
    },
  });
}
