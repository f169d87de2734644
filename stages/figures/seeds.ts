/** Networks of one learning rate and several seeds: what a figure shows of them. */
import type { Point } from "../../pipeline/stage/declaration.ts";

/** The networks of one learning rate. */
export interface Siblings<Network> {
  readonly rate: number;
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
    ([rate, all]) => ({ rate, all, shown: all[0]! }), // a group has a member
  );
}

/** A number of three digits, or with several seeds its least and greatest. */
export function range(values: readonly number[]): string {
  const text = (value: number) => String(Number(value.toPrecision(3)));
  const [low, high] = [Math.min(...values), Math.max(...values)].map(text);
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
