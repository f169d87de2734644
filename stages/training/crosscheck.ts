/**
 * The crosscheck of every engine but the portable one: before it trains, it runs a few
 * steps beside the portable engine, since a faulty driver must not become a figure.
 */
import { StageError } from "../../pipeline/stage/task.ts";
import type { Trainer } from "./trainer.ts";

/** Steps on the same batch. */
export const STEPS = 5;

/**
 * The largest relative difference of two losses that is explained by other orders
 * of summation: those of native code differ by about 1e-6 after five steps, those
 * of graphics cards by 1e-5.
 */
const TOLERANCE = 1e-3;

/**
 * Runs both trainers for a few steps on one batch, which moves them on.
 *
 * @throws StageError with both losses if they do not agree.
 */
export async function crosscheck(
  engine: string,
  { trainer, portable, images, rates }: {
    trainer: Trainer;
    portable: Trainer;
    /** One batch for each rate. */
    images: Uint8Array;
    rates: Float32Array;
  },
): Promise<void> {
  const found = await trainer.advance(images, rates);
  const expected = await portable.advance(images, rates);
  for (const [index, loss] of expected.entries()) {
    const other = found[index] ?? NaN;
    // Written so that NaN does not agree with anything.
    if (Math.abs(other - loss) <= TOLERANCE * Math.abs(loss)) continue;
    throw new StageError(
      `The engine ${engine} does not compute what the portable engine does`,
      `loss ${other} instead of ${loss} in step ${
        index + 1
      } (tolerance ${TOLERANCE})`,
      "set training.engine to portable, and update the driver or report the fault",
    );
  }
}
