/**
 * Images in lanes: the images of a batch lie next to each other pixel by pixel,
 * `[1, channels, rows, columns · batch]`. To a convolution that steps over `batch`
 * numbers a column, the batch is one wide image: one long matrix product instead
 * of many short ones, and shifts are copies of whole rows.
 */
import type { Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import { indices, sequence } from "../weight-vector.ts";

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

/** In a list of rows: one of zeros. */
export const ZERO_ROW = -1;

/** In a list of rows: one of ones. */
export const ONE_ROW = -2;

/** Rows of a value that were picked from another one. */
interface Picked {
  readonly source: string;
  readonly shape: Shape;
  readonly places: readonly number[];
}

const pickedIn = new WeakMap<GraphBuilder, Map<string, Picked>>();

/** How many rows an image has: one for each pixel of each channel. */
export function rowsOf({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/**
 * An image of rows of another one: a row is a pixel of a channel in all images of
 * the batch. Whatever moves pixels (padding, windows, blocks) is one `Gather`, and
 * moves that follow each other become one, since what is picked from picked rows
 * is picked from where those came from.
 */
export function picked(
  { builder, batch }: Lanes,
  value: string,
  { from, to, places }: {
    from: Shape;
    to: Shape;
    /** For each row its place in `from`, or `ZERO_ROW`, or `ONE_ROW`. */
    places: readonly number[];
  },
): string {
  const known = pickedIn.get(builder) ?? new Map<string, Picked>();
  pickedIn.set(builder, known);
  const earlier = known.get(value);
  const source = earlier?.source ?? value;
  const shape = earlier?.shape ?? from;
  const own = earlier
    ? places.map((place) => place < 0 ? place : earlier.places[place] as number)
    : places;
  const count = rowsOf(shape);
  if (own.length === count && own.every((place, at) => place === at)) {
    return builder.reshape(source, dims(to, batch));
  }
  const rows = builder.reshape(source, [count, batch]);
  const edge = own.some((place) => place < 0)
    ? builder.node("Concat", [
      rows,
      builder.floats(
        Array.from({ length: 2 * batch }, (_, at) => at < batch ? 0 : 1),
        [2, batch],
      ),
    ], { axis: int(0) })
    : rows;
  const gathered = builder.node("Gather", [
    edge,
    builder.integers(
      own.map((place) => place < 0 ? count - 1 - place : place),
    ),
  ], { axis: int(0) });
  builder.shaped(gathered, [own.length, batch]);
  const result = builder.reshape(gathered, dims(to, batch));
  known.set(result, { source, shape, places: own });
  return result;
}

/** Rows of zeros above and below, columns of zeros left and right. */
export function padded(
  lanes: Lanes,
  value: string,
  { shape, pads: [top, left, bottom, right] }: {
    shape: Shape;
    pads: readonly [number, number, number, number];
  },
): string {
  return cut(lanes, value, {
    shape,
    row: -top,
    column: -left,
    height: top + shape.height + bottom,
    width: left + shape.width + right,
  });
}

/**
 * A window of `height` × `width` pixels, from some channels; zeros where it looks
 * out of the image.
 */
export function cut(
  lanes: Lanes,
  value: string,
  {
    shape,
    row,
    column,
    height,
    width,
    channels: [first, last] = [
      0,
      shape.channels,
    ],
  }: {
    shape: Shape;
    row: number;
    column: number;
    height: number;
    width: number;
    channels?: readonly [from: number, to: number];
  },
): string {
  const to = { channels: last - first, height, width };
  return picked(lanes, value, {
    from: shape,
    to,
    places: indices([to.channels, height, width])
      .map(([c = 0, r = 0, w = 0]) =>
        place(shape, first + c, [row + r, column + w])
      ),
  });
}

/** The row of a pixel; `ZERO_ROW` outside. */
export function place(
  { height, width }: Shape,
  channel: number,
  [row, column]: readonly [number, number],
): number {
  const inside = row >= 0 && row < height && column >= 0 && column < width;
  return inside ? (channel * height + row) * width + column : ZERO_ROW;
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
 * channel all taps row by row. The taps of a place begin `before` it. Then, if
 * wanted, the same of a channel of ones, and a row of ones. An image of the size
 * of `output`.
 */
export function patches(
  lanes: Lanes,
  value: string,
  { shape, taps, before: [top, left], output: { height, width }, ones }: {
    shape: Shape;
    taps: readonly [number, number];
    before: readonly [number, number];
    output: Shape;
    ones?: "row" | "channel and row";
  },
): string {
  const channels = shape.channels + (ones === "channel and row" ? 1 : 0);
  const places = indices([channels, ...taps, height, width])
    .map(([c = 0, u = 0, v = 0, row = 0, column = 0]) => {
      const from = [row + u - top, column + v - left] as const;
      if (c < shape.channels) return place(shape, c, from);
      return place(shape, 0, from) === ZERO_ROW ? ZERO_ROW : ONE_ROW;
    });
  if (ones) places.push(...sequence(height * width).map(() => ONE_ROW));
  return picked(lanes, value, {
    from: shape,
    to: { channels: places.length / (height * width), height, width },
    places,
  });
}

/** What comes first in the channels of blocks: the pixel of the block, or the channel. */
export type Order = "pixel first" | "channel first";

/** An image with the pixels of its blocks as channels. */
export interface Blocks {
  /** The image with its pixels in place. */
  readonly shape: Shape;
  readonly block: readonly [number, number];
  readonly order: Order;
}

/** Its shape, and the places in the image of its rows. */
function blocked({ shape, block: [rows, columns], order }: Blocks) {
  const { channels, height, width } = shape;
  const to = {
    channels: channels * rows * columns,
    height: height / rows,
    width: width / columns,
  };
  const places = indices([to.channels, to.height, to.width])
    .map(([at = 0, row = 0, column = 0]) => {
      const pixel = order === "pixel first"
        ? Math.floor(at / channels)
        : at % (rows * columns);
      const channel = order === "pixel first"
        ? at % channels
        : Math.floor(at / (rows * columns));
      return place(shape, channel, [
        row * rows + Math.floor(pixel / columns),
        column * columns + pixel % columns,
      ]);
    });
  return { to, places };
}

/**
 * Every pixel of each block becomes a channel of its own, blocks become pixels:
 * `[pixels · channels, rows / s, columns / s]`. The pixels of a block are counted
 * row by row.
 */
export function toBlocks(lanes: Lanes, value: string, blocks: Blocks): string {
  return picked(lanes, value, { from: blocks.shape, ...blocked(blocks) });
}

/** The inverse of `toBlocks`. */
export function fromBlocks(
  lanes: Lanes,
  value: string,
  blocks: Blocks,
): string {
  const { to, places } = blocked(blocks);
  const back: number[] = [];
  places.forEach((place, at) => back[place] = at);
  return picked(lanes, value, { from: to, to: blocks.shape, places: back });
}
