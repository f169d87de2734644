/**
 * Where the blocks of a merged upsampling lie. The grid starts outside the image (by
 * one pixel there for 2 × 2 blocks and 3 × 3 kernels), so that a block reads as few
 * small pixels as possible.
 */
import type { Layer, Shape } from "../../network/layer.ts";
import { area, type Axes, axis } from "./block.ts";

/** The two layers and the small image. */
export interface Upsampling {
  readonly up: Extract<Layer, { kind: "transposed" }>;
  readonly convolution: Extract<Layer, { kind: "convolution" }>;
  readonly input: Shape;
}

/** Where the blocks lie. */
export interface Grid {
  readonly axes: Axes;
  /** Blocks, down and across. */
  readonly blocks: readonly [number, number];
  /** Rows and columns of the first blocks that lie outside the image. */
  readonly outside: readonly [number, number];
  /** The small pixel that the first block reads first, at most 0. */
  readonly first: readonly [number, number];
  /** The large image. */
  readonly output: Shape;
}

/** The grid, or undefined where the two layers cannot be merged. */
export function grid(
  { up, convolution, input }: Upsampling,
): Grid | undefined {
  if (up.activation !== "linear") return undefined;
  const { kernel, before, after } = convolution;
  const axes = [
    axis(up.kernel[0], kernel[0]),
    axis(up.kernel[1], kernel[1]),
  ] as const;
  const sides = [input.height, input.width] as const;
  const along = ([0, 1] as const).map((index) => {
    const { block, reach, taps } = axes[index];
    const outside = (block - before[index] % block) % block;
    const first = -(outside + before[index]) / block;
    const size = sides[index];
    const blocks = Math.floor((block * size - 1 + outside) / block) + 1;
    const fits = before[index] + after[index] === taps - 1 &&
      // Every small pixel is read by a block in each of its places.
      first + reach - 1 <= 0 && blocks + first >= size &&
      blocks + first + reach - 1 >= size;
    return { outside, first, blocks, fits };
  });
  const [down, across] = along;
  if (!down?.fits || !across?.fits) return undefined;
  return {
    axes,
    blocks: [down.blocks, across.blocks],
    outside: [down.outside, across.outside],
    first: [down.first, across.first],
    output: {
      channels: convolution.filters,
      height: input.height * up.kernel[0],
      width: input.width * up.kernel[1],
    },
  };
}

/** The names of the weights that are merged. */
export function weightNames(
  { up, convolution }: Upsampling,
): { readonly [role in "up" | "upBias" | "kernel" | "bias"]: string } {
  return {
    up: `${up.name}/kernel`,
    upBias: `${up.name}/bias`,
    kernel: `${convolution.name}/kernel`,
    bias: `${convolution.name}/bias`,
  };
}

/** Sizes that the formulas below share. */
export function sizes(
  { up, convolution, input }: Upsampling,
  axes: Axes,
): {
  readonly [
    size in "pixels" | "reach" | "taps" | "from" | "middle" | "out"
  ]: number;
} {
  return {
    pixels: area(axes, "block"),
    reach: area(axes, "reach"),
    taps: area(axes, "taps"),
    from: input.channels,
    middle: up.filters,
    out: convolution.filters,
  };
}
