/** The trained networks by name: one for each learning rate and seed. */
import type { Point } from "../pipeline/stage.ts";
import type { Experiment } from "./experiment.ts";

/** `lr-0.01`, or `lr-0.01-seed-2` where there are several seeds. */
export function modelName(
  { lr, seed }: Point,
  { training }: Pick<Experiment, "training">,
): string {
  return training.seeds.length > 1 ? `lr-${lr}-seed-${seed}` : `lr-${lr}`;
}

/** The points of all networks, the seed fastest. */
export function modelPoints(
  { training }: Pick<Experiment, "training">,
): { lr: number; seed: number }[] {
  return training.learning_rates.flatMap((lr) =>
    training.seeds.map((seed) => ({ lr, seed }))
  );
}
