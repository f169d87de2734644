/**
 * The geometry of a convolution that is followed by pooling, or follows a
 * transposed convolution, with blocks of s × s pixels as the unit.
 *
 * A block of outputs reads s + k − 1 pixels in each direction. If the grid of the
 * blocks that are read starts where those begin, they lie in ⌈(s + k − 1) / s⌉
 * blocks: pixel a of a block and tap u read pixel (a + u) mod s of block ⌊(a + u) / s⌋.
 */
import type { GraphBuilder } from "../../onnx/builder.ts";

/** One direction: rows or columns. */
export interface Axis {
  /** Pixels of a block. */
  readonly block: number;
  /** Taps of the kernel. */
  readonly taps: number;
  /** Blocks that one block of outputs reads. */
  readonly reach: number;
}

/** Both directions. */
export type Axes = readonly [Axis, Axis];

export function axis(block: number, taps: number): Axis {
  return { block, taps, reach: Math.ceil((block + taps - 1) / block) };
}

/** The product of one number of each axis. */
export function area(
  [rows, columns]: Axes,
  what: keyof Axis,
): number {
  return rows[what] * columns[what];
}

/**
 * The matrix that sums the taps of a kernel into a kernel over blocks. Its
 * columns are the taps (`u`, `v`) and, in order `merged`, also the pixels of the
 * block that is read (`α`, `β`), over which it sums; in order `spread` those are
 * rows. Its other rows are the pixel of the output's block and the block that is
 * read: (a, b, ρ, σ).
 */
export function selection(
  [rows, columns]: Axes,
  order: "merged" | "spread",
): { readonly values: number[]; readonly dims: readonly [number, number] } {
  const size = {
    outputs: rows.block * columns.block * rows.reach * columns.reach,
    pixels: rows.block * columns.block,
    taps: rows.taps * columns.taps,
  };
  const dims = order === "merged"
    ? [size.outputs, size.taps * size.pixels] as const
    : [size.outputs * size.pixels, size.taps] as const;
  const values = Array.from({ length: dims[0] * dims[1] }, () => 0);
  for (let a = 0; a < rows.block; a++) {
    for (let b = 0; b < columns.block; b++) {
      for (let u = 0; u < rows.taps; u++) {
        for (let v = 0; v < columns.taps; v++) {
          const down = Math.floor((a + u) / rows.block);
          const across = Math.floor((b + v) / columns.block);
          const output = ((a * columns.block + b) * rows.reach + down) *
              columns.reach + across;
          const pixel = (a + u) % rows.block * columns.block +
            (b + v) % columns.block;
          const tap = u * columns.taps + v;
          const at = order === "merged"
            ? output * dims[1] + tap * size.pixels + pixel
            : (output * size.pixels + pixel) * dims[1] + tap;
          values[at] = 1;
        }
      }
    }
  }
  return { values, dims };
}

/** That matrix in a graph, as it is and turned. */
export function selectors(
  builder: GraphBuilder,
  axes: Axes,
  order: "merged" | "spread",
): { readonly forward: string; readonly backward: string } {
  const { values, dims: [rows, columns] } = selection(axes, order);
  const turned = Array.from(
    { length: values.length },
    (_, at) => values[at % rows * columns + Math.floor(at / rows)] as number,
  );
  return {
    forward: builder.floats(values, [rows, columns]),
    backward: builder.floats(turned, [columns, rows]),
  };
}
