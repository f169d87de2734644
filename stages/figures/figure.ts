/** What every figure over data says, and what it says besides where that is a stand-in. */
import type { Task } from "../../pipeline/stage/task.ts";
import { type Dataset, DatasetSchema } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { font } from "./font.ts";
import { type Figure, writeForms } from "./forms.ts";
import type { Signed } from "./page.ts";

/** What every figure over data that is not the paper's says, in picture and caption. */
const STAND_IN = "Stand-in data: synthetic digits, not MNIST.";

/** Writes a figure over data, see `writeForms`. */
export async function writeFigure(
  task: Task<Signed>,
  name: string,
  describe: (dataset: Dataset) => Figure | Promise<Figure>,
): Promise<void> {
  const dataset = readJson(task.input("dataset"), DatasetSchema);
  const figure = await describe(dataset);
  if (!dataset.stand_in) return await writeForms(task, name, figure);
  await writeForms(task, name, {
    ...figure,
    caption: [...figure.caption, STAND_IN],
    height: Math.ceil(figure.height) + 12,
    draw(context) {
      figure.draw(context);
      context.font = font(7.5, 600);
      context.fillStyle = "#b00000";
      context.textAlign = "left";
      context.textBaseline = "alphabetic";
      context.fillText(STAND_IN, 0, figure.height + 9);
    },
  });
}
