/** The line on a figure that says that its data is not the paper's. */
import type { Dataset } from "../formats/dataset.ts";
import { font } from "./font.ts";
import type { Context } from "./page.ts";

/** The height that the notice needs, in points: nothing over the real dataset. */
export function notice({ stand_in }: Pick<Dataset, "stand_in">): number {
  return stand_in ? 12 : 0;
}

/** Draws the notice below y. */
export function drawNotice(
  context: Context,
  { stand_in }: Pick<Dataset, "stand_in">,
  y: number,
): void {
  if (!stand_in) return;
  context.font = font(7.5, 600);
  context.fillStyle = "#b00000";
  context.textAlign = "left";
  context.fillText("Stand-in data (drawn glyphs), not MNIST", 0, y + 9);
}
