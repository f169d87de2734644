/** The stages by name, for a reader: what each reads from and how often it runs. */
import type { Point, Stage } from "../../pipeline/stage/declaration.ts";

/** One stage. A type, not an interface: it is JSON. */
export type Outline = {
  readonly stage: string;
  readonly title: string;
  readonly instances: number;
  /** The stages that it reads from. */
  readonly inputs: readonly string[];
};

/** The outline of some stages under an experiment. */
export function outline<Config>(
  stages: readonly Stage<Config>[],
  config: Config,
): Outline[] {
  return stages.map((stage) => {
    const points = pointsOf(stage, config);
    const inputs = points.flatMap((point) =>
      Object.values(stage.at(config, point, {}).inputs ?? {})
        .flatMap((input) => input.kind === "file" ? [] : [input.stage])
    );
    return {
      stage: stage.name,
      title: stage.title,
      instances: points.length,
      inputs: [...new Set(inputs)],
    };
  });
}

function pointsOf<Config>(stage: Stage<Config>, config: Config): Point[] {
  let points: Point[] = [{}];
  for (const [axis, values] of Object.entries(stage.matrix?.(config) ?? {})) {
    points = points.flatMap((point) =>
      values.map((value) => ({ ...point, [axis]: value }))
    );
  }
  return points;
}
