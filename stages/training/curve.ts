/** The learning curve: the loss of every step and of every epoch, as it grows. */
import type { Curve as File } from "../formats/curve.ts";
import { rounded } from "../formats/number.ts";

/** What the file of a curve says of the losses so far. */
export type Curve = Pick<File, "steps" | "epochs">;

/** The curve before the first step. */
export const EMPTY: Curve = { steps: [], epochs: [] };

/** The curve with one more epoch. */
export function extended(
  { steps, epochs }: Curve,
  losses: readonly number[],
  validation: number,
): Curve {
  const sum = losses.reduce((total, loss) => total + loss, 0);
  return {
    steps: [...steps, ...losses.map(rounded)],
    epochs: [...epochs, {
      epoch: epochs.length + 1,
      train_loss: rounded(sum / losses.length),
      validation_loss: rounded(validation),
    }],
  };
}
