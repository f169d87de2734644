/**
 * A transposed convolution and the convolution after it as one convolution on the
 * small image. Nothing lies between the two, so they are one linear map; and with
 * the pixels of each block as channels it needs no larger image at all: for 2 × 2
 * blocks and 3 × 3 kernels a 2 × 2 convolution to four times the channels.
 *
 * The bias of the transposed convolution must vanish outside the image, where the
 * convolution sees zeros: it is the weight of a channel of ones, which padding cuts
 * off.
 */
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import type { WeightGradient, Weights } from "../weight-vector.ts";
import { indices } from "../weight-vector.ts";
import { type Grid, sizes, type Upsampling, weightNames } from "./grid.ts";
import {
  cut,
  fromBlocks,
  type Lanes,
  padded,
  patches,
  toBlocks,
} from "./image.ts";
import { merged } from "./merged.ts";
import { products, throughRelu, total } from "./products.ts";

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
  const { pixels, reach, from, out } = sizes(layers, axes);
  const names = weightNames(layers);
  const kernel = merged(builder, layers, { axes, own });
  const { product } = kernel;
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
      const bias = builder.node("ReduceSum", [
        scaled(rawBias),
        builder.integers([1]),
      ], { keepdims: int(0) });
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
          ...kernel.backward(scaled(raw)),
          { weight: names.bias, value: bias, size: out },
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
