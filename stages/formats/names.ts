/** The trained networks by name: one for each learning rate and seed. */
import type { Point } from "../../pipeline/stage/declaration.ts";

/** `lr-0.01`, or `lr-0.01-seed-2` where there are several seeds. */
export function modelName({ lr, seed }: Point, severalSeeds: boolean): string {
  return severalSeeds ? `lr-${lr}-seed-${seed}` : `lr-${lr}`;
}

/** Whether these networks are of more than one seed. */
export function severalSeeds(
  networks: readonly { readonly point: Point }[],
): boolean {
  return new Set(networks.map(({ point }) => point.seed)).size > 1;
}

/** The path of the file of one network among those of all. */
export function fileOf(
  { lr, seed }: Point,
  files: readonly { readonly point: Point; readonly path: string }[],
): string {
  const file = files.find(({ point }) =>
    point.lr === lr && point.seed === seed
  );
  if (!file) throw new Error(`No file for lr ${lr}, seed ${seed}`);
  return file.path;
}
