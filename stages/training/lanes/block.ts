/**
 * The geometry of a convolution that is followed by pooling, or follows a
 * transposed convolution, with blocks of s × s pixels as the unit.
 *
 * A block of outputs reads s + k − 1 pixels in each direction. If the grid of the
 * blocks that are read starts where those begin, they lie in ⌈(s + k − 1) / s⌉
 * blocks: pixel a of a block and tap u read pixel (a + u) mod s of block ⌊(a + u) / s⌋.
 */

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
export function area([rows, columns]: Axes, what: keyof Axis): number {
  return rows[what] * columns[what];
}

/** One tap of the kernel for one pixel of a block of outputs. */
export interface Reading {
  /** The pixel of the block of outputs, row by row. */
  readonly pixel: number;
  readonly tap: readonly [number, number];
  /** Which of the blocks that are read, row by row. */
  readonly block: number;
  /** The pixel of that block. */
  readonly from: readonly [number, number];
}

/** Everything that a block of outputs reads. */
export function readings([rows, columns]: Axes): Reading[] {
  const list: Reading[] = [];
  for (let a = 0; a < rows.block; a++) {
    for (let b = 0; b < columns.block; b++) {
      for (let u = 0; u < rows.taps; u++) {
        for (let v = 0; v < columns.taps; v++) {
          list.push({
            pixel: a * columns.block + b,
            tap: [u, v],
            block: Math.floor((a + u) / rows.block) * columns.reach +
              Math.floor((b + v) / columns.block),
            from: [(a + u) % rows.block, (b + v) % columns.block],
          });
        }
      }
    }
  }
  return list;
}
