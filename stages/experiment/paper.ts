/** Which results of the paper the networks may be held against. */
import type { Band } from "../figures/loss-axis.ts";
import type { Experiment } from "./schema.ts";
import type { variantsOf } from "./study.ts";

type Variant = ReturnType<typeof variantsOf>["networks"][number];
type Original = NonNullable<Experiment["paper"]["experiment"]>;

/**
 * The number of the paper's figure of such a network, if the paper has one. Another
 * network or other data would be compared with what was never said of them. Whether
 * the data is a stand-in shows only when it is fetched; then the paper says nothing,
 * either.
 */
export function paperFigure(
  { paper: { experiment: original } }: Experiment,
  variant: Variant,
): number | null {
  return original && alike(original, variant)
    ? original.figures.find((one) =>
      one.learning_rate === variant.training.learning_rate
    )?.number ?? null
    : null;
}

/** The band in which the paper finds the loss of a learning rate, if a network is one of which it says so. */
export function paperBand(
  { paper: { experiment: original } }: Experiment,
  variants: readonly Variant[],
): Band | null {
  if (!original) return null;
  const { band: [low, high], band_learning_rate: rate } = original;
  return variants.some((variant) =>
      alike(original, variant) && variant.training.learning_rate === rate
    )
    ? { learning_rate: rate, low, high }
    : null;
}

/** Whether the paper speaks of such a network, trained in such batches on such data. */
function alike(
  original: Original,
  { dataset, network, training }: Variant,
): boolean {
  return original.dataset === dataset.name &&
    original.kernel === network.kernel &&
    original.encoder.join() === network.encoder.join() &&
    original.decoder.join() === network.decoder.join() &&
    original.batch_size === training.batch_size;
}
