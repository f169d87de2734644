/** Files of networks, by the point at which each was made. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import { canonical } from "../../pipeline/stage/json.ts";

/** Whether these networks are of more than one seed. */
export function severalSeeds(
  networks: readonly { readonly point: Point }[],
): boolean {
  return new Set(networks.map(({ point }) => point.seed)).size > 1;
}

/** The one of these that was made at a point. */
export function atPoint<One extends { readonly point: Point }>(
  all: readonly One[],
  point: Point,
): One {
  let found = known.get(all) as ReadonlyMap<string, One> | undefined;
  if (!found) {
    found = new Map(all.map((one) => [canonical(one.point), one]));
    known.set(all, found);
  }
  const one = found.get(canonical(point));
  if (!one) throw new Error(`Nothing at ${canonical(point)}`);
  return one;
}

/** Made once of each list: a search for each of its points would be quadratic. */
const known = new WeakMap<object, ReadonlyMap<string, unknown>>();

/** The path of the file of one network among those of all. */
export function fileOf(
  point: Point,
  files: readonly { readonly point: Point; readonly path: string }[],
): string {
  return atPoint(files, point).path;
}
