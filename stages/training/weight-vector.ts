/**
 * The weights of a network in a training graph: they come as one flat vector, and their
 * gradients leave as one. Every arrangement of a kernel that an operation wants (turned,
 * repeated, spread between zeros) is one `Gather` from that vector, and one more
 * puts all gradients in order: small operators cost their start, not their work.
 */
import type { Weight } from "../network/weights.ts";
import type { GraphBuilder } from "../onnx/builder.ts";
import { int } from "../onnx/model.ts";

/** A place in an arrangement that holds 0. */
export const ZERO = -1;

/** A place in an arrangement that holds 1. */
export const ONE = -2;

/** The weights of a network in a graph. */
export interface Weights {
  /** A weight in its own shape. */
  value(name: string): string;
  /**
   * Numbers of the flat vector, or `ZERO`, or `ONE`, as a tensor; `place` tells
   * where a weight's numbers are.
   */
  gather(places: readonly number[], dims: readonly number[]): string;
  place(name: string, index: readonly number[]): number;
}

/** The gradient of one weight, somewhere in a value. */
export interface WeightGradient {
  readonly weight: string;
  readonly value: string;
  /** How many numbers the value has. */
  readonly size: number;
  /**
   * Where in that value, flattened, the gradient of each number stands; without
   * it the value is the gradient.
   */
  readonly places?: readonly number[];
}

/** Gives the weights of a flat vector. */
export function unpacked(
  builder: GraphBuilder,
  list: readonly Weight[],
  flat: string,
): Weights {
  const known = new Map(list.map((weight) => [weight.name, weight]));
  const size = list.reduce((sum, { length }) => sum + length, 0);
  let extended: string | undefined;
  const find = (name: string) => {
    const weight = known.get(name);
    if (!weight) throw new TypeError(`There is no weight ${name}`);
    return weight;
  };
  const gather = (
    from: string,
    places: readonly number[],
    dims: readonly number[],
  ) =>
    builder.node("Gather", [
      from,
      builder.constant({ type: "int64", data: places }, dims),
    ], { axis: int(0) });
  return {
    value(name) {
      const { offset, length, dims } = find(name);
      return gather(flat, sequence(length, offset), dims);
    },
    gather(places, dims) {
      if (places.every((place) => place >= 0)) {
        return gather(flat, places, dims);
      }
      extended ??= builder.node("Concat", [flat, builder.floats([0, 1])], {
        axis: int(0),
      });
      return gather(
        extended,
        places.map((place) => place < 0 ? size - 1 - place : place),
        dims,
      );
    },
    place(name, index) {
      const { dims, offset } = find(name);
      return offset +
        dims.reduce((at, length, axis) => at * length + (index[axis] ?? 0), 0);
    },
  };
}

/** All gradients as one flat vector in the order of the weights. */
export function packed(
  builder: GraphBuilder,
  list: readonly Weight[],
  gradients: readonly WeightGradient[],
): string {
  const starts = new Map<string, number>();
  const parts: string[] = [];
  let end = 0;
  for (const { value, size } of gradients) {
    if (starts.has(value)) continue;
    starts.set(value, end);
    parts.push(builder.reshape(value, [size]));
    end += size;
  }
  const all = builder.node("Concat", parts, { axis: int(0) });
  const order = list.flatMap(({ name, length }) => {
    const found = gradients.find(({ weight }) => weight === name);
    if (!found) throw new TypeError(`There is no gradient of ${name}`);
    const start = starts.get(found.value) ?? 0;
    return (found.places ?? sequence(length)).map((place) => start + place);
  });
  if (end === order.length && order.every((place, at) => place === at)) {
    return all;
  }
  return builder.node("Gather", [all, builder.integers(order)], {
    axis: int(0),
  });
}

/**
 * Sums of a value's runs of `width` numbers: one for each list of places, all of one
 * length. A place counts runs.
 */
export function sums(
  builder: GraphBuilder,
  value: string,
  places: readonly (readonly number[])[],
  width = 1,
): string {
  const runs = width === 1 ? [] : [width];
  const terms = places[0]?.length ?? 0;
  const rows = sequence(terms).flatMap((term) =>
    places.map((list) => list[term] as number)
  );
  const gathered = builder.node("Gather", [
    builder.reshape(value, [-1, ...runs]),
    builder.constant({ type: "int64", data: rows }, [terms, places.length]),
  ], { axis: int(0) });
  const added = builder.node("ReduceSum", [gathered, builder.integers([0])], {
    keepdims: int(0),
  });
  return builder.shaped(added, [places.length, ...runs]);
}

/** start, start + 1, … */
export function sequence(length: number, start = 0): number[] {
  return Array.from({ length }, (_, index) => start + index);
}

/** All combinations of indices below `dims`, the last index fastest. */
export function indices(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (heads, length) =>
      heads.flatMap((head) =>
        sequence(length).map((index) => [...head, index])
      ),
    [[]],
  );
}
