/**
 * What a convolution reads when its images have the pixels of 2 × 2 blocks as
 * channels, which saves putting pixels in place before a pooling or after a
 * transposed convolution.
 *
 * A block of outputs reads k + 1 pixels in each direction, for a k × k kernel. If the
 * blocks that are read start where those pixels do, they are (k + 1) / 2, and pixel a
 * of a block and tap u read pixel (a + u) mod 2 of block ⌊(a + u) / 2⌋.
 */
import { BLOCK } from "./layout.ts";

/** Rows and columns of zeros that keep a convolution's output as large as its input. */
export function margin(kernel: number): number {
  return (kernel - 1) / 2;
}

/** Blocks that one block of outputs reads, in each direction. */
export function reach(kernel: number): number {
  return (kernel + 1) / 2;
}

/** One tap of a kernel for one pixel of a block of outputs. */
export interface Tap {
  /** The pixel of the block of outputs, row by row. */
  readonly pixel: number;
  readonly tap: readonly [row: number, column: number];
  /** Which of the blocks that are read, row by row. */
  readonly block: number;
  /** The pixel of that block. */
  readonly from: readonly [row: number, column: number];
}

/** Everything that a block of outputs reads through a square kernel. */
export function taps(kernel: number): Tap[] {
  const list: Tap[] = [];
  for (let a = 0; a < BLOCK; a++) {
    for (let b = 0; b < BLOCK; b++) {
      for (let u = 0; u < kernel; u++) {
        for (let v = 0; v < kernel; v++) {
          list.push({
            pixel: a * BLOCK + b,
            tap: [u, v],
            block: Math.floor((a + u) / BLOCK) * reach(kernel) +
              Math.floor((b + v) / BLOCK),
            from: [(a + u) % BLOCK, (b + v) % BLOCK],
          });
        }
      }
    }
  }
  return list;
}
