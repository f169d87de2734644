/**
 * A transposed convolution and the convolution after it as one convolution on the
 * small image. Nothing lies between the two, so they are one linear map; and with
 * the pixels of each block as channels it needs no larger image at all: for 2 × 2
 * blocks and 3 × 3 kernels a 2 × 2 convolution to four times the channels.
 *
 * The grid of the blocks starts outside the image (by one pixel there), so that a
 * block reads as few small pixels as possible. The bias of the transposed
 * convolution must vanish outside the image, where the convolution sees zeros: it
 * is the weight of a channel of ones, which padding cuts off.
 */
import type { Layer, Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import type { WeightGradient, Weights } from "../weight-vector.ts";
import { indices, sums, ZERO } from "../weight-vector.ts";
import { area, type Axes, axis, readings } from "./block.ts";
import {
  cut,
  fromBlocks,
  type Lanes,
  padded,
  patches,
  products,
  throughRelu,
  toBlocks,
  total,
} from "./image.ts";

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
function sizes({ up, convolution, input }: Upsampling, axes: Axes) {
  return {
    pixels: area(axes, "block"),
    reach: area(axes, "reach"),
    taps: area(axes, "taps"),
    from: input.channels,
    middle: up.filters,
    out: convolution.filters,
  };
}

/**
 * The merged kernel as the product A · Bᵀ of two arrangements: A `[out, tap ·
 * middle]` of the convolution's kernel, B `[pixel · (in + 1) · block read, tap ·
 * middle]` of the transposed one's, whose rows hold what a tap reads and zeros
 * elsewhere. The product is `[out, pixel · (in + 1) · block read]`, which is a
 * convolution's kernel as it stands.
 */
interface Merged {
  readonly left: string;
  readonly right: string;
  readonly product: string;
}

function merged(
  builder: GraphBuilder,
  layers: Upsampling,
  { axes, own }: { axes: Axes; own: Weights },
): Merged {
  const names = weightNames(layers);
  const { pixels, reach, taps, from, middle, out } = sizes(layers, axes);
  const left = own.arranged(
    indices([out, ...layers.convolution.kernel, middle])
      .map(([o = 0, u = 0, v = 0, m = 0]) =>
        own.place(names.kernel, [o, m, u, v])
      ),
    [out, taps * middle],
  );
  const rows = pixels * (from + 1) * reach;
  const places = Array.from({ length: rows * taps * middle }, () => ZERO);
  entries(layers, axes, (row, column, [input, m, a, b]) => {
    places[row * taps * middle + column] = input === from
      ? own.place(names.upBias, [m])
      : own.place(names.up, [input, m, a, b]);
  });
  const right = own.arranged(places, [rows, taps * middle]);
  const product = builder.node("Gemm", [left, right], { transB: int(1) });
  return { left, right, product };
}

/** All entries of B that are not zero, with what they hold. */
function entries(
  layers: Upsampling,
  axes: Axes,
  visit: (
    row: number,
    column: number,
    entry: [input: number, middle: number, a: number, b: number],
  ) => void,
): void {
  const { reach, from, middle } = sizes(layers, axes);
  for (const { pixel, tap: [u, v], block, from: [a, b] } of readings(axes)) {
    for (let input = 0; input <= from; input++) {
      for (let m = 0; m < middle; m++) {
        const row = (pixel * (from + 1) + input) * reach + block;
        visit(row, (u * axes[1].taps + v) * middle + m, [input, m, a, b]);
      }
    }
  }
}

/** Two merged layers that were applied to an image. */
export interface Applied {
  /** After the activation: `[1, out · pixels, …blocks]`. */
  readonly blocks: string;
  /**
   * The gradients of everything from the gradient before the activation. With
   * `scale`, a weight of `out` numbers, the true gradient is `scale` times the one
   * given.
   */
  readonly backward: (
    gradient: string,
    options: { wanted: boolean; scale?: string },
  ) => Gradients;
}

export interface Gradients {
  readonly input: string | undefined;
  readonly weights: readonly WeightGradient[];
  /**
   * For each output channel the sum over all places of the gradient as given
   * times what was computed there before the activation.
   */
  readonly overlap: () => string;
}

/** Applies them. */
export function apply(
  lanes: Lanes,
  layers: Upsampling,
  { grid, value, own }: { grid: Grid; value: string; own: Weights },
): Applied {
  const { builder, batch } = lanes;
  const { convolution, input } = layers;
  const { axes, blocks: [down, across], first } = grid;
  const { pixels, reach, from, middle, taps, out } = sizes(layers, axes);
  const names = weightNames(layers);
  const { left, right, product } = merged(builder, layers, { axes, own });
  const reached = [axes[0].reach, axes[1].reach] as const;
  const rows = (from + 1) * reach + 1;
  const seen = patches(lanes, value, {
    shape: input,
    taps: reached,
    before: [-first[0], -first[1]],
    output: { channels: from, height: down, width: across },
    ones: "channel and row",
  });
  const sum = builder.node("Conv", [
    seen,
    builder.reshape(
      builder.node("Concat", [
        builder.reshape(product, [out * pixels, rows - 1]),
        own.arranged(
          indices([out, pixels]).map(([o = 0]) => own.place(names.bias, [o])),
          [out * pixels, 1],
        ),
      ], { axis: int(1) }),
      [out * pixels, rows, 1, 1],
    ),
  ]);
  // Columns of the product for each output channel.
  const width = pixels * (from + 1) * reach;

  return {
    blocks: convolution.activation === "relu"
      ? builder.node("Relu", [sum])
      : sum,
    backward(gradient, { wanted, scale }) {
      const summed = products(lanes, {
        gradient,
        patches: seen,
        outputs: out * pixels,
        rows,
      });
      const flat = builder.reshape(summed.value, [-1]);
      const gather = (places: readonly number[], dims: readonly number[]) =>
        builder.node("Gather", [
          flat,
          builder.constant({ type: "int64", data: places }, dims),
        ], { axis: int(0) });
      const scaled = (value: string) =>
        scale === undefined
          ? value
          : builder.node("Mul", [value, builder.reshape(scale, [out, 1])]);

      const raw = gather(
        indices([out, pixels, rows - 1])
          .map(([o = 0, pixel = 0, row = 0]) =>
            summed.place(o * pixels + pixel, row)
          ),
        [out, width],
      );
      const rawBias = gather(
        indices([out, pixels]).map(([o = 0, pixel = 0]) =>
          summed.place(o * pixels + pixel, rows - 1)
        ),
        [out, pixels],
      );
      const kernel = scaled(raw);
      const bias = builder.node("ReduceSum", [
        scaled(rawBias),
        builder.integers([1]),
      ], { keepdims: int(0) });
      const leftGradient = builder.node("MatMul", [kernel, right]);
      const rightGradient = builder.node("Gemm", [kernel, left], {
        transA: int(1),
      });
      const upPlaces: number[][] = Array.from(
        { length: from * middle * pixels },
        () => [],
      );
      const upBiasPlaces: number[][] = Array.from({ length: middle }, () => []);
      entries(layers, axes, (row, column, [c, m, a, b]) => {
        const at = row * taps * middle + column;
        const pixel = a * axes[1].block + b;
        if (c === from) upBiasPlaces[m]?.push(at);
        else upPlaces[(c * middle + m) * pixels + pixel]?.push(at);
      });
      return {
        input: wanted ? inputGradient(gradient, scaled(product)) : undefined,
        overlap() {
          const terms = builder.node("Concat", [
            builder.node("Mul", [product, raw]),
            builder.node("Mul", [
              rawBias,
              builder.reshape(own.value(names.bias), [out, 1]),
            ]),
          ], { axis: int(1) });
          return builder.node("ReduceSum", [terms, builder.integers([1])], {
            keepdims: int(0),
          });
        },
        weights: [
          {
            weight: names.kernel,
            value: leftGradient,
            size: out * taps * middle,
            places: indices([out, middle, taps])
              .map(([o = 0, m = 0, tap = 0]) => (o * taps + tap) * middle + m),
          },
          { weight: names.bias, value: bias, size: out },
          {
            weight: names.up,
            value: sums(builder, rightGradient, upPlaces),
            size: upPlaces.length,
          },
          {
            weight: names.upBias,
            value: sums(builder, rightGradient, upBiasPlaces),
            size: middle,
          },
        ],
      };
    },
  };

  /** The gradient of the small image, with a kernel in the order of the product. */
  function inputGradient(gradient: string, kernel: string): string {
    // [block read · in, out · pixels], without the channel of ones
    const turned = builder.node("Gather", [
      builder.reshape(kernel, [-1]),
      builder.constant({
        type: "int64",
        data: indices([reach, from, out, pixels])
          .map(([block = 0, c = 0, o = 0, pixel = 0]) =>
            o * width + (pixel * (from + 1) + c) * reach + block
          ),
      }, [reach * from, out * pixels]),
    ], { axis: int(0) });
    const spread = builder.reshape(
      builder.node("MatMul", [
        turned,
        builder.reshape(gradient, [out * pixels, -1]),
      ]),
      [1, reach * from, down, across * batch],
    );
    const shape = { channels: reach * from, height: down, width: across };
    const parts = indices(reached).map(([row = 0, column = 0], place) =>
      cut(lanes, spread, {
        shape,
        row: -first[0] - row,
        column: -first[1] - column,
        height: input.height,
        width: input.width,
        channels: [place * from, (place + 1) * from],
      })
    );
    return total(builder, parts);
  }
}

/** The two layers as an operation from image to image. */
export function upsampling(
  layers: Upsampling,
  grid: Grid,
  batch: number,
): Operation {
  const { up, convolution } = layers;
  const { axes, blocks: [down, across], outside: [top, left], output } = grid;
  const whole = {
    channels: output.channels,
    height: down * axes[0].block,
    width: across * axes[1].block,
  };
  const place = {
    shape: whole,
    block: [axes[0].block, axes[1].block],
    order: "channel first",
  } as const;
  return {
    name: `${up.name} and ${convolution.name}`,
    weights: Object.values(weightNames(layers)),
    forward(builder, value, own) {
      const lanes = { builder, batch };
      const applied = apply(lanes, layers, { grid, value, own });
      return {
        output: cut(lanes, fromBlocks(lanes, applied.blocks, place), {
          shape: whole,
          row: top,
          column: left,
          height: output.height,
          width: output.width,
        }),
        backward(gradient, wanted) {
          const outer = toBlocks(
            lanes,
            padded(lanes, gradient, {
              shape: output,
              pads: [
                top,
                left,
                whole.height - top - output.height,
                whole.width - left - output.width,
              ],
            }),
            place,
          );
          const inner = convolution.activation === "relu"
            ? throughRelu(lanes, outer, applied.blocks)
            : outer;
          return applied.backward(inner, { wanted });
        },
      };
    },
  };
}
