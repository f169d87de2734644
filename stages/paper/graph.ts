/** The graph that the report shows: of each stage its inputs and how often it runs. */
import {
  type Input,
  pointsOf,
  type Stage,
} from "../../pipeline/stage/declaration.ts";
import type { GraphStage } from "../report/graph.ts";

/** The graph of some stages under a configuration. */
export function graphOf<Config>(
  stages: readonly Stage<Config>[],
  config: Config,
): GraphStage[] {
  return stages.map((stage) => {
    const points = pointsOf(stage.matrix?.(config) ?? {});
    const inputs = points.flatMap((point) =>
      producers(stage.at(config, point, {}).inputs ?? {})
    );
    return {
      stage: stage.name,
      title: stage.title,
      instances: points.length,
      inputs: [...new Set(inputs)],
    };
  });
}

/** The same stages, each behind those that it reads from. */
export function ordered(stages: readonly GraphStage[]): GraphStage[] {
  const left = new Map(stages.map((stage) => [stage.stage, stage]));
  const done: GraphStage[] = [];
  const add = (stage: GraphStage) => {
    if (!left.delete(stage.stage)) return;
    for (const name of stage.inputs) {
      const producer = left.get(name);
      if (producer) add(producer);
    }
    done.push(stage);
  };
  for (const stage of stages) add(stage);
  return done;
}

/** The stages that some inputs come from. */
export function producers(
  inputs: { readonly [name: string]: Input },
): string[] {
  const stages = Object.values(inputs)
    .flatMap((input) => input.kind === "file" ? [] : [input.stage]);
  return [...new Set(stages)];
}
