/**
 * Images in lanes: the images of a batch lie next to each other pixel by pixel,
 * `[1, channels, rows, columns · batch]`. To a convolution that steps over `batch`
 * numbers a column, the batch is one wide image: one long matrix product instead
 * of many short ones, and shifts are copies of whole rows.
 */
import type { Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int, ints } from "../../onnx/model.ts";

/** A batch of images in lanes, by the name of its value. */
export interface Lanes {
  readonly builder: GraphBuilder;
  readonly batch: number;
}

/** `[1, channels, height, width · batch]`. */
export function dims(
  { channels, height, width }: Shape,
  batch: number,
): number[] {
  return [1, channels, height, width * batch];
}

/** Rows of zeros above and below, columns of zeros left and right. */
export function padded(
  { builder, batch }: Lanes,
  value: string,
  [top, left, bottom, right]: readonly [number, number, number, number],
): string {
  if (top + left + bottom + right === 0) return value;
  const [before, after] = [left * batch, right * batch];
  return builder.node("Pad", [
    value,
    builder.integers([0, 0, top, before, 0, 0, bottom, after]),
  ]);
}

/** A window of `height` × `width` pixels, from some channels. */
export function cut(
  { builder, batch }: Lanes,
  value: string,
  { row, column, height, width, channels }: {
    row: number;
    column: number;
    height: number;
    width: number;
    channels?: readonly [from: number, to: number];
  },
): string {
  const starts = [row, column * batch];
  const ends = [row + height, (column + width) * batch];
  return channels
    ? builder.slice(value, {
      starts: [channels[0], ...starts],
      ends: [channels[1], ...ends],
      axes: [1, 2, 3],
    })
    : builder.slice(value, { starts, ends, axes: [2, 3] });
}

/** Ones: a channel that turns a bias into a weight. */
export function ones({ builder, batch }: Lanes, shape: Shape): string {
  return builder.node(
    "ConstantOfShape",
    [builder.integers(dims(shape, batch))],
    {
      value: {
        kind: "tensor",
        value: {
          name: "one",
          type: "float32",
          dims: [1],
          data: Float32Array.of(1),
        },
      },
    },
  );
}

/**
 * What each place of a convolution's output sees, as rows of a matrix: for each
 * tap (row by row) all channels, then a row of ones. `[taps · channels + 1, places]`.
 */
export function patches(
  lanes: Lanes,
  value: string,
  { taps: [rows, columns], output }: {
    taps: readonly [number, number];
    output: Shape;
  },
): string {
  const { builder, batch } = lanes;
  const { height, width } = output;
  const windows: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      windows.push(cut(lanes, value, { row, column, height, width }));
    }
  }
  windows.push(ones(lanes, { channels: 1, height, width }));
  const all = builder.node("Concat", windows, { axis: int(1) });
  return builder.reshape(all, [-1, height * width * batch]);
}

/** What comes first in the channels of blocks: the pixel of the block, or the channel. */
export type Order = "pixel first" | "channel first";

/**
 * Every pixel of each block becomes a channel of its own, blocks become pixels:
 * `[pixels · channels, rows / s, columns / s]`. The pixels of a block are counted
 * row by row.
 */
export function toBlocks(
  { builder, batch }: Lanes,
  value: string,
  { shape: { channels, height, width }, block: [rows, columns], order }: {
    shape: Shape;
    block: readonly [number, number];
    order: Order;
  },
): string {
  const [down, across] = [height / rows, width / columns];
  const split = builder.reshape(value, [
    channels,
    down,
    rows,
    across,
    columns,
    batch,
  ]);
  const moved = builder.node("Transpose", [split], {
    perm: ints(
      order === "pixel first" ? [2, 4, 0, 1, 3, 5] : [0, 2, 4, 1, 3, 5],
    ),
  });
  return builder.reshape(moved, [
    1,
    rows * columns * channels,
    down,
    across * batch,
  ]);
}

/** The inverse of `toBlocks`; `shape` is that of the image with its pixels in place. */
export function fromBlocks(
  { builder, batch }: Lanes,
  value: string,
  { shape, block: [rows, columns], order }: {
    shape: Shape;
    block: readonly [number, number];
    order: Order;
  },
): string {
  const { channels, height, width } = shape;
  const rest = [height / rows, width / columns, batch];
  const split = builder.reshape(
    value,
    order === "pixel first"
      ? [rows, columns, channels, ...rest]
      : [channels, rows, columns, ...rest],
  );
  const moved = builder.node("Transpose", [split], {
    perm: ints(
      order === "pixel first" ? [2, 3, 0, 4, 1, 5] : [0, 3, 1, 4, 2, 5],
    ),
  });
  return builder.reshape(moved, dims(shape, batch));
}

/** The gradient before a ReLU from that after it; `output` is what the ReLU gave. */
export function throughRelu(
  { builder }: Lanes,
  gradient: string,
  output: string,
): string {
  // The sign of what is never negative is the mask, as a float: a quarter of the
  // time of Greater and Cast.
  return builder.node("Mul", [gradient, builder.node("Sign", [output])]);
}

/** Gradients of a kernel and its bias, summed over all places, in a small matrix. */
export interface Products {
  readonly value: string;
  readonly size: number;
  /** Where the product of an output and a row of the patches stands. */
  readonly place: (output: number, row: number) => number;
}

/** `gradient · patchesᵀ`; the last row of the patches, ones, gives the bias. */
export function products(
  { builder }: Lanes,
  { gradient, patches, outputs, rows }: {
    gradient: string;
    patches: string;
    outputs: number;
    /** Rows of the patches. */
    rows: number;
  },
): Products {
  const flat = builder.reshape(gradient, [outputs, -1]);
  // Runtimes compute sixteen columns at a time; fewer cost as much.
  const sixteen = (count: number) => Math.ceil(count / 16) * 16;
  const upright = outputs * sixteen(rows) <= rows * sixteen(outputs);
  return {
    value: builder.node(
      "Gemm",
      upright ? [flat, patches] : [patches, flat],
      { transB: int(1) },
    ),
    size: outputs * rows,
    place: upright
      ? (output, row) => output * rows + row
      : (output, row) => row * outputs + output,
  };
}

/** max(x, 0), doubled: x + |x|, which no processor has to guess at. */
export function positiveTwice(builder: GraphBuilder, value: string): string {
  return builder.node("Add", [value, builder.node("Abs", [value])]);
}
