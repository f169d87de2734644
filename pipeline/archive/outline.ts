/** The picture of a published run: its stages and what they read from. */
import type { Lock } from "../published/lock.ts";
import { boxed } from "../render/boxes.ts";
import { picture } from "../render/picture.ts";

/** The picture as SVG: of the record alone, in which everything is made. */
export function outline({ instances }: Lock): string {
  return picture(boxed(
    Object.entries(instances).map(([id, { stage, title, from }]) => ({
      id,
      stage,
      title,
      from,
      state: "reuse",
    })),
  ));
}
