/** The learning curve: the loss of every step and of every epoch. */

/** A type, not an interface: it is JSON. Losses have 9 significant digits. */
export type Curve = {
  /** The loss of each step, before its update. */
  readonly steps: readonly number[];
  readonly epochs: readonly {
    readonly epoch: number;
    /** The mean over the epoch's steps. */
    readonly train_loss: number;
    /** The mean over the validation images, after the epoch. */
    readonly validation_loss: number;
  }[];
};

/** The curve before the first step. */
export const EMPTY: Curve = { steps: [], epochs: [] };

/** Nine significant digits, which tell any two 32-bit floats apart. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

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
