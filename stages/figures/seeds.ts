/** Networks of one learning rate and several seeds: what a figure shows of them. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { type LayersModel, readLayersModel } from "../formats/layers-model.ts";
import { fileOf } from "../formats/names.ts";
import { threeDigits } from "../formats/number.ts";

/** The trained networks. */
export function readNetworks<Params>(
  task: Task<Params>,
): { readonly point: Point; readonly network: LayersModel }[] {
  const weights = task.inputs("weights");
  return task.inputs("models").map(({ point, path }) => ({
    point,
    network: readLayersModel(path, fileOf(point, weights)),
  }));
}

/** The networks of one learning rate. */
export interface Siblings<Network> {
  readonly learningRate: number;
  /** One a seed, in the order of the seeds. */
  readonly all: readonly Network[];
  /** The one of the first seed: pictures of all would fill pages. */
  readonly shown: Network;
}

/** Networks by learning rate, in their order. */
export function byRate<Network extends { readonly point: Point }>(
  networks: readonly Network[],
): Siblings<Network>[] {
  const groups = Map.groupBy(networks, ({ point }) => Number(point.lr));
  return Array.from(
    groups,
    ([learningRate, all]) => ({ learningRate, all, shown: all[0]! }), // a group has a member
  );
}

/** A number of three digits, or with several seeds its least and greatest. */
export function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
    .map(threeDigits);
  return low === high ? low! : `${low}–${high}`;
}

/** What a caption says of several seeds; nothing of one. */
export function seedsShown(
  groups: readonly Siblings<{ readonly point: Point }>[],
  also = "",
): string[] {
  const { all, shown } = groups[0]!; // there is a learning rate
  return all.length > 1
    ? [`Of ${all.length} seeds, seed ${shown.point.seed} is shown${also}.`]
    : [];
}
