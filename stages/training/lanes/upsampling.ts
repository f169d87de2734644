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
import { int, ints } from "../../onnx/model.ts";
import type { Operation, WeightGradient } from "../operation.ts";
import { area, type Axes, axis, selectors } from "./block.ts";
import {
  cut,
  fromBlocks,
  type Lanes,
  ones,
  padded,
  patches,
  products,
  throughRelu,
  toBlocks,
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

/** The merged kernel in a graph, and the way back to the two kernels. */
export interface Merged {
  /** `[pixels, reach, out, in + 1]`: pixel (a, b) of the block, block read (ρ, σ). */
  readonly kernel: string;
  readonly gradients: (kernel: string) => WeightGradient[];
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

/** Merges the two kernels. */
export function merged(
  builder: GraphBuilder,
  layers: Upsampling,
  { axes, weight }: { axes: Axes; weight: (name: string) => string },
): Merged {
  const { up, convolution, input } = layers;
  const names = weightNames(layers);
  const [pixels, taps, reach] = [
    area(axes, "block"),
    area(axes, "taps"),
    area(axes, "reach"),
  ];
  const [from, middle, out] = [input.channels, up.filters, convolution.filters];
  const turn = (value: string, perm: readonly number[]) =>
    builder.node("Transpose", [value], { perm: ints(perm) });
  const select = selectors(builder, axes, "merged");

  // [in, middle, α · β] with the bias as the last input → [middle, α · β · (in + 1)]
  const bias = builder.node("Expand", [
    builder.reshape(weight(names.upBias), [1, middle, 1]),
    builder.integers([1, middle, pixels]),
  ]);
  const upper = builder.node("Concat", [
    builder.reshape(weight(names.up), [from, middle, pixels]),
    bias,
  ], { axis: int(0) });
  const right = builder.reshape(turn(upper, [1, 2, 0]), [middle, -1]);
  // [out, middle, u · v] → [out · u · v, middle]
  const lower = builder.reshape(weight(names.kernel), [out, middle, taps]);
  const left = builder.reshape(turn(lower, [0, 2, 1]), [out * taps, middle]);
  const both = builder.reshape(builder.node("MatMul", [left, right]), [
    out,
    taps * pixels,
    from + 1,
  ]);
  const rows = builder.reshape(turn(both, [1, 0, 2]), [taps * pixels, -1]);
  const kernel = builder.reshape(
    builder.node("MatMul", [select.forward, rows]),
    [pixels, reach, out, from + 1],
  );
  return {
    kernel,
    gradients(gradient) {
      const flat = builder.reshape(gradient, [pixels * reach, -1]);
      const taken = builder.reshape(
        builder.node("MatMul", [select.backward, flat]),
        [taps * pixels, out, from + 1],
      );
      const inner = builder.reshape(turn(taken, [1, 0, 2]), [out * taps, -1]);
      const lowerGradient = builder.node("Gemm", [inner, right], {
        transB: int(1),
      });
      const upperGradient = builder.reshape(
        builder.node("Gemm", [left, inner], { transA: int(1) }),
        [middle, pixels, from + 1],
      );
      const [kernels, biases] = builder.nodes(
        "Split",
        [turn(upperGradient, [2, 0, 1]), builder.integers([from, 1])],
        2,
        { axis: int(0) },
      );
      return [
        {
          weight: names.kernel,
          value: turn(
            builder.reshape(lowerGradient, [out, taps, middle]),
            [0, 2, 1],
          ),
        },
        { weight: names.up, value: kernels as string },
        {
          weight: names.upBias,
          value: builder.node("ReduceSum", [
            biases as string,
            builder.integers([0, 2]),
          ], { keepdims: int(0) }),
        },
      ];
    },
  };
}

/** A merged convolution that was applied to an image. */
export interface Applied {
  /** After the activation, blocks' pixels as channels: `[1, pixels · out, …blocks]`. */
  readonly blocks: string;
  /** The convolution's bias for each of those channels. */
  readonly bias: string;
  readonly merged: Merged;
  /** `[pixels · out, reach · (in + 1) + 1]`: gradients of merged kernel and bias. */
  readonly products: (gradient: string) => string;
  /** From the gradient before the activation, with a kernel as `merged.kernel`. */
  readonly input: (gradient: string, kernel: string) => string;
}

/** Applies it. */
export function apply(
  lanes: Lanes,
  layers: Upsampling,
  { grid, value, weight }: {
    grid: Grid;
    value: string;
    weight: (name: string) => string;
  },
): Applied {
  const { builder, batch } = lanes;
  const { convolution, input } = layers;
  const { axes, blocks: [down, across], first } = grid;
  const [pixels, reach] = [area(axes, "block"), area(axes, "reach")];
  const [from, out] = [input.channels, convolution.filters];
  const names = weightNames(layers);
  const merge = merged(builder, layers, { axes, weight });
  const extended = builder.node("Concat", [
    value,
    ones(lanes, { ...input, channels: 1 }),
  ], { axis: int(1) });
  const pads = [
    -first[0],
    -first[1],
    down - 1 + first[0] + axes[0].reach - input.height,
    across - 1 + first[1] + axes[1].reach - input.width,
  ] as const;
  const seen = patches(lanes, padded(lanes, extended, pads), {
    taps: [axes[0].reach, axes[1].reach],
    output: { channels: from + 1, height: down, width: across },
  });
  const bias = builder.node(
    "Concat",
    Array.from({ length: pixels }, () => weight(names.bias)),
    { axis: int(0) },
  );
  const kernel = builder.reshape(
    builder.node("Transpose", [merge.kernel], { perm: ints([0, 2, 3, 1]) }),
    [pixels * out, from + 1, axes[0].reach, axes[1].reach],
  );
  const sum = builder.node("Conv", [extended, kernel, bias], {
    dilations: ints([1, batch]),
    pads: ints([pads[0], pads[1] * batch, pads[2], pads[3] * batch]),
  });
  return {
    blocks: convolution.activation === "relu"
      ? builder.node("Relu", [sum])
      : sum,
    bias,
    merged: merge,
    products: (gradient) =>
      products(lanes, {
        gradient,
        patches: seen,
        outputs: pixels * out,
        inputs: reach * (from + 1) + 1,
      }),
    input(gradient, kernel) {
      // [pixels, reach, out, in + 1] → [reach · in, pixels · out]
      const real = builder.slice(kernel, {
        starts: [0],
        ends: [from],
        axes: [3],
      });
      const turned = builder.reshape(
        builder.node("Transpose", [real], { perm: ints([1, 3, 0, 2]) }),
        [reach * from, pixels * out],
      );
      const spread = builder.reshape(
        builder.node("MatMul", [
          turned,
          builder.reshape(gradient, [pixels * out, -1]),
        ]),
        [1, reach * from, down, across * batch],
      );
      const parts: string[] = [];
      for (let row = 0; row < axes[0].reach; row++) {
        for (let column = 0; column < axes[1].reach; column++) {
          const place = row * axes[1].reach + column;
          parts.push(cut(lanes, spread, {
            row: -first[0] - row,
            column: -first[1] - column,
            height: input.height,
            width: input.width,
            channels: [place * from, (place + 1) * from],
          }));
        }
      }
      return builder.node("Sum", parts);
    },
  };
}

/** Gradients of the weights from `Applied.products`. */
export function weightGradients(
  builder: GraphBuilder,
  layers: Upsampling,
  { axes, merged, products }: { axes: Axes; merged: Merged; products: string },
): WeightGradient[] {
  const [pixels, reach] = [area(axes, "block"), area(axes, "reach")];
  const { input: { channels }, convolution: { filters } } = layers;
  const [kernels, biases] = builder.nodes(
    "Split",
    [products, builder.integers([reach * (channels + 1), 1])],
    2,
    { axis: int(1) },
  );
  const kernel = builder.node("Transpose", [
    builder.reshape(kernels as string, [pixels, filters, reach, channels + 1]),
  ], { perm: ints([0, 2, 1, 3]) });
  return [
    ...merged.gradients(kernel),
    {
      weight: weightNames(layers).bias,
      value: builder.node("ReduceSum", [
        builder.reshape(biases as string, [pixels, filters]),
        builder.integers([0]),
      ], { keepdims: int(0) }),
    },
  ];
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
    block: [axes[0].block, axes[1].block] as const,
  };
  return {
    name: `${up.name} and ${convolution.name}`,
    weights: Object.values(weightNames(layers)),
    forward(builder, value, weight) {
      const lanes = { builder, batch };
      const applied = apply(lanes, layers, { grid, value, weight });
      return {
        output: cut(lanes, fromBlocks(lanes, applied.blocks, place), {
          row: top,
          column: left,
          height: output.height,
          width: output.width,
        }),
        backward(gradient, wanted) {
          const outer = toBlocks(
            lanes,
            padded(lanes, gradient, [
              top,
              left,
              whole.height - top - output.height,
              whole.width - left - output.width,
            ]),
            place,
          );
          const inner = convolution.activation === "relu"
            ? throughRelu(lanes, outer, applied.blocks)
            : outer;
          return {
            input: wanted
              ? applied.input(inner, applied.merged.kernel)
              : undefined,
            weights: weightGradients(builder, layers, {
              axes,
              merged: applied.merged,
              products: applied.products(inner),
            }),
          };
        },
      };
    },
  };
}
