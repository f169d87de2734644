/**
 * Batches of images with the batch innermost (CHWN), and all that moves their pixels.
 *
 * A value has the dimensions `[1, channels, rows, columns · batch]`: pixel by pixel,
 * the images of the batch lie next to each other. To a convolution that steps over
 * `batch` numbers a column, the batch is one wide image, so it computes one long
 * matrix product instead of many short ones. One pixel of one channel in all images
 * is a *row* of `batch` numbers, and every move of pixels copies whole rows.
 */
import type { Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import { indices, sequence } from "../weight-vector.ts";

/** Where images are computed: a graph under construction, for batches of one size. */
export interface Chwn {
  readonly builder: GraphBuilder;
  readonly batch: number;
}

/** A batch of images: the name of its value, and the shape of each image. */
export interface Images extends Shape {
  readonly value: string;
}

/** `[1, channels, height, width · batch]`. */
export function dims(
  { channels, height, width }: Shape,
  batch: number,
): number[] {
  return [1, channels, height, width * batch];
}

/** In a list of rows: one of zeros. */
const ZEROS = -1;

/** In a list of rows: one of ones. */
const ONES = -2;

/** Rows that were gathered, by the rows of the images that they came from. */
interface Gathered {
  readonly source: Images;
  readonly rows: readonly number[];
}

const gatheredIn = new WeakMap<GraphBuilder, Map<string, Gathered>>();

/**
 * Images of rows of other images. `rows` holds for each row its number in `images`,
 * or `ZEROS`, or `ONES`. Padding, windows, blocks and im2col are such lists, each one
 * `Gather`; and several in succession are one, since what is gathered from gathered
 * rows is gathered from where those came from.
 */
function gatherRows(
  { builder, batch }: Chwn,
  images: Images,
  to: Shape,
  rows: readonly number[],
): Images {
  const known = gatheredIn.get(builder) ?? new Map<string, Gathered>();
  gatheredIn.set(builder, known);
  const earlier = known.get(images.value);
  const source = earlier?.source ?? images;
  const own = earlier
    ? rows.map((row) => row < 0 ? row : earlier.rows[row] as number)
    : rows;
  const count = source.channels * source.height * source.width;
  if (own.length === count && own.every((row, at) => row === at)) {
    return { ...to, value: builder.reshape(source.value, dims(to, batch)) };
  }
  const flat = builder.reshape(source.value, [count, batch]);
  const table = own.some((row) => row < 0)
    ? builder.node("Concat", [
      flat,
      builder.floats(
        Array.from({ length: 2 * batch }, (_, at) => at < batch ? 0 : 1),
        [2, batch],
      ),
    ], { axis: int(0) })
    : flat;
  const gathered = builder.node("Gather", [
    table,
    builder.integers(own.map((row) => row < 0 ? count - 1 - row : row)),
  ], { axis: int(0) });
  builder.shaped(gathered, [own.length, batch]);
  const value = builder.reshape(gathered, dims(to, batch));
  known.set(value, { source, rows: own });
  return { ...to, value };
}

/** The row of a pixel of a channel; `ZEROS` outside of the image. */
function rowOf(
  { height, width }: Shape,
  channel: number,
  [row, column]: readonly [number, number],
): number {
  const inside = row >= 0 && row < height && column >= 0 && column < width;
  return inside ? (channel * height + row) * width + column : ZEROS;
}

/**
 * A window of the size of `to`, whose first channel, row and column are `from`; zeros
 * where it looks out of the images.
 */
export function crop(
  chwn: Chwn,
  images: Images,
  { from: [channel, row, column], to }: {
    from: readonly [channel: number, row: number, column: number];
    to: Shape;
  },
): Images {
  return gatherRows(
    chwn,
    images,
    to,
    indices([to.channels, to.height, to.width]).map(([c = 0, r = 0, w = 0]) =>
      rowOf(images, channel + c, [row + r, column + w])
    ),
  );
}

/** A border of zeros on all four sides; a negative margin cuts one off. */
export function pad(chwn: Chwn, images: Images, margin: number): Images {
  return crop(chwn, images, {
    from: [0, -margin, -margin],
    to: {
      channels: images.channels,
      height: images.height + 2 * margin,
      width: images.width + 2 * margin,
    },
  });
}

/** The channels in so many groups of equal size. */
export function split(chwn: Chwn, images: Images, count: number): Images[] {
  const to = { ...images, channels: images.channels / count };
  return sequence(count).map((group) =>
    crop(chwn, images, { from: [group * to.channels, 0, 0], to })
  );
}

/**
 * What each pixel of a convolution's output reads, as channels: for each channel of
 * the input all taps, row by row. The taps of pixel (0, 0) begin `margin` rows above
 * and columns left of it, and those of its neighbours `stride` further. `ones` adds a
 * last row of ones, or a channel of ones behind the others, which becomes 0 where the
 * taps read padding.
 */
export function im2col(
  chwn: Chwn,
  images: Images,
  { taps, margin, stride = 1, output: { height, width }, ones }: {
    taps: readonly [rows: number, columns: number];
    margin: number;
    stride?: number;
    output: Pick<Shape, "height" | "width">;
    ones?: "row" | "channel";
  },
): Images {
  const channels = images.channels + (ones === "channel" ? 1 : 0);
  // [channel, tap row, tap column, row, column]
  const rows = indices([channels, ...taps, height, width])
    .map(([c = 0, u = 0, v = 0, row = 0, column = 0]) => {
      const from = [
        row * stride + u - margin,
        column * stride + v - margin,
      ] as const;
      if (c < images.channels) return rowOf(images, c, from);
      return rowOf(images, 0, from) === ZEROS ? ZEROS : ONES;
    });
  if (ones === "row") rows.push(...sequence(height * width).map(() => ONES));
  const to = { channels: rows.length / (height * width), height, width };
  return gatherRows(chwn, images, to, rows);
}

/** Rows and columns of a block of pixels: pooling and upsampling are by two. */
export const BLOCK = 2;

/** Pixels of a block, counted row by row. */
export const PIXELS = BLOCK * BLOCK;

/** What comes first among the channels of blocks: the pixel or the former channel. */
type Order = "pixel first" | "channel first";

/** For images whose blocks become pixels: their new shape and its rows in the old one. */
function blocked(images: Shape, order: Order) {
  const { channels } = images;
  const to = {
    channels: channels * PIXELS,
    height: images.height / BLOCK,
    width: images.width / BLOCK,
  };
  const rows = indices([to.channels, to.height, to.width])
    .map(([at = 0, row = 0, column = 0]) => {
      const [pixel, channel] = order === "pixel first"
        ? [Math.floor(at / channels), at % channels]
        : [at % PIXELS, Math.floor(at / PIXELS)];
      return rowOf(images, channel, [
        row * BLOCK + Math.floor(pixel / BLOCK),
        column * BLOCK + pixel % BLOCK,
      ]);
    });
  return { to, rows };
}

/**
 * Every block of pixels becomes one pixel, and the pixels of a block channels:
 * `[channels, rows, columns]` → `[4 · channels, rows / 2, columns / 2]`.
 */
export function spaceToDepth(
  chwn: Chwn,
  images: Images,
  order: Order,
): Images {
  const { to, rows } = blocked(images, order);
  return gatherRows(chwn, images, to, rows);
}

/** The inverse of `spaceToDepth`. */
export function depthToSpace(
  chwn: Chwn,
  images: Images,
  order: Order,
): Images {
  const to = {
    channels: images.channels / PIXELS,
    height: images.height * BLOCK,
    width: images.width * BLOCK,
  };
  const back: number[] = [];
  blocked(to, order).rows.forEach((row, at) => back[row] = at);
  return gatherRows(chwn, images, to, back);
}
