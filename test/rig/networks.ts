/** Networks of an experiment that is not run: where they stand, and with which engine. */
import type { Experiment } from "../../stages/experiment/schema.ts";
import type { Resolved } from "../../stages/experiment/resolved.ts";
import type { Study } from "../../stages/formats/study.ts";

/** An experiment that is trained by the portable engine, whatever this machine has. */
export function portable(experiment: Experiment): Resolved {
  const engine = { engine: "portable", hardware: {} } as const;
  return {
    ...experiment,
    training: { ...experiment.training, engine: "portable" },
    engines: {
      auto: engine,
      portable: engine,
      native: engine,
      webgpu: engine,
      cuda: engine,
    },
  };
}

/** A study of rates and seeds; the first seed is the one of no name. */
export function studyOf(
  points: readonly { readonly lr: number; readonly seed: number }[],
): Study {
  const values = (axis: "lr" | "seed") => [
    ...new Set(points.map((point) => point[axis])),
  ];
  const [first] = points;
  return {
    axes: [
      {
        name: "lr",
        setting: "training.learning_rate",
        values: values("lr"),
        base: 0.001,
      },
      {
        name: "seed",
        setting: "training.seed",
        values: values("seed"),
        base: first?.seed ?? 1,
      },
    ],
    networks: points.map(({ lr, seed }) => ({
      name: seed === first?.seed ? `lr-${lr}` : `lr-${lr}-seed-${seed}`,
      group: `lr-${lr}`,
      point: { lr, seed },
      at: { lr, seed },
    })),
  };
}
