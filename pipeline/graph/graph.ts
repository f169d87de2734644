/**
 * The experiment as a graph of instances: every stage at every point of its
 * matrix, inputs before their users. link.ts makes it.
 */
import type { Declaration, Point } from "../stage/declaration.ts";

/** One output of one instance, as an input of another. */
export interface Source {
  readonly instance: Instance;
  readonly output: string;
}

/** An input with its producers found. */
export type Link =
  | { readonly kind: "one"; readonly source: Source }
  | { readonly kind: "every"; readonly sources: readonly Source[] }
  | { readonly kind: "file"; readonly path: string };

/** A stage at one point of its matrix, before its inputs are linked. */
export interface Declared {
  /** `draw[size=2,seed=1]`; the stage's name where it has no matrix. */
  readonly id: string;
  readonly stage: string;
  readonly title: string;
  readonly point: Point;
  readonly declaration: Declaration;
}

/** A stage at one point of its matrix. */
export interface Instance extends Declared {
  readonly links: { readonly [input: string]: Link };
  /** The instances that this one reads from, each once. */
  readonly producers: readonly Instance[];
}

/** Instances in an order in which producers come before their users. */
export interface Graph {
  readonly instances: readonly Instance[];
  readonly byId: ReadonlyMap<string, Instance>;
}

/** The name of a stage at a point, axes in the order of the declaration. */
export function instanceId(stage: string, point: Point): string {
  const axes = Object.entries(point).map(([axis, value]) => `${axis}=${value}`);
  return axes.length === 0 ? stage : `${stage}[${axes.join(",")}]`;
}
