/** Files of networks, by the point at which each was made. */
import type { Point } from "../../pipeline/stage/declaration.ts";
import { canonical } from "../../pipeline/stage/json.ts";

/** Whether these networks are of more than one seed. */
export function severalSeeds(
  networks: readonly { readonly point: Point }[],
): boolean {
  return new Set(networks.map(({ point }) => point.seed)).size > 1;
}

/** The path of the file of one network among those of all. */
export function fileOf(
  point: Point,
  files: readonly { readonly point: Point; readonly path: string }[],
): string {
  const wanted = canonical(point);
  const file = files.find(({ point }) => canonical(point) === wanted);
  if (!file) throw new Error(`No file at ${wanted}`);
  return file.path;
}
