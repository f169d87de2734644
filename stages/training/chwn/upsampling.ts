/**
 * A transposed convolution, the convolution after it and its ReLU as one convolution
 * on the small images. Nothing lies between the two layers, so they are one linear
 * map; and with the pixels of each block as channels it needs no larger images at all:
 * for 3 × 3 kernels a 2 × 2 convolution to four times the channels.
 *
 * The bias of the transposed convolution must vanish outside the image, where the
 * convolution sees zeros: it is the weight of a channel of ones, which padding cuts
 * off. What is computed outside of the image is never used, nor is its gradient. The grid of the blocks begins as many pixels outside the image as lets a block
 * read the fewest small pixels: one for 3 × 3 kernels, none for 1 × 1 and 5 × 5.
 */
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import type { WeightGradient, Weights } from "../weight-vector.ts";
import { indices } from "../weight-vector.ts";
import { margin, reach } from "./blocks.ts";
import { fusedKernel, sizes, type Upsampling } from "./fused-kernel.ts";
import {
  BLOCK,
  type Chwn,
  crop,
  depthToSpace,
  im2col,
  pad,
  PIXELS,
  spaceToDepth,
} from "./layout.ts";
import { kernelGradient, throughRelu } from "./products.ts";

/** The two layers, applied to images. */
interface Applied {
  /** After the ReLU: `[1, out · pixels, …grid]`. */
  readonly output: string;
  /**
   * The gradients from that before the ReLU. With `scale`, a weight of `out` numbers,
   * the true gradient is `scale` times the one given.
   */
  readonly backward: (gradient: string, scale?: string) => {
    readonly input: string;
    readonly weights: readonly WeightGradient[];
    /**
     * For each output channel the sum over all places of the gradient as given
     * times what was computed there before the ReLU.
     */
    readonly overlap: () => string;
  };
}

/** Adds the fused convolution to a graph. */
export function fusedConvolution(
  chwn: Chwn,
  layers: Upsampling,
  { value, weights }: { value: string; weights: Weights },
): Applied {
  const { builder, batch } = chwn;
  const { convolution, input } = layers;
  const { blocks, from, out, outside, grid } = sizes(layers);
  const [kernel] = convolution.kernel;
  const taps = reach(kernel);
  /** Where the first block begins to read, in small pixels outside the image. */
  const before = (margin(kernel) + outside) / BLOCK;
  const fused = fusedKernel(builder, layers, weights);
  const rows = (from + 1) * blocks;
  // [in, rows, columns] → [(in + 1) · blocks, …grid]
  const seen = im2col(chwn, { value, ...input }, {
    taps: [taps, taps],
    margin: before,
    output: grid,
    ones: "channel",
  }).value;
  const sum = builder.node("Conv", [
    seen,
    builder.reshape(fused.product, [out * PIXELS, rows, 1, 1]),
  ]);
  /** Columns of the fused kernel. */
  const width = PIXELS * rows;

  return {
    output: builder.node("Relu", [sum]),
    backward(gradient, scale) {
      const summed = kernelGradient(builder, {
        gradient,
        columns: seen,
        outputs: out * PIXELS,
        rows,
      });
      // In the order of the fused kernel.
      const raw = builder.node("Gather", [
        builder.reshape(summed.value, [-1]),
        builder.constant({
          type: "int64",
          data: indices([out, PIXELS, rows])
            .map(([o = 0, pixel = 0, row = 0]) =>
              summed.place(o * PIXELS + pixel, row)
            ),
        }, [out, width]),
      ], { axis: int(0) });
      const scaled = (value: string) =>
        scale === undefined
          ? value
          : builder.node("Mul", [value, builder.reshape(scale, [out, 1])]);
      return {
        input: inputGradient(gradient, scaled(fused.product)),
        overlap: () =>
          builder.node("ReduceSum", [
            builder.node("Mul", [fused.product, raw]),
            builder.integers([1]),
          ], { keepdims: int(0) }),
        weights: fused.backward(scaled(raw)),
      };
    },
  };

  /** The gradient of the small images, for a kernel in the order of the product. */
  function inputGradient(gradient: string, product: string): string {
    // [block read · in, out · pixels], without the channel of ones
    const turned = builder.node("Gather", [
      builder.reshape(product, [-1]),
      builder.constant({
        type: "int64",
        data: indices([blocks, from, out, PIXELS])
          .map(([block = 0, c = 0, o = 0, pixel = 0]) =>
            o * width + pixel * rows + c * blocks + block
          ),
      }, [blocks * from, out * PIXELS]),
    ], { axis: int(0) });
    // What each block gives back to each small pixel that it read …
    const spread = {
      ...grid,
      channels: blocks * from,
      value: builder.reshape(
        builder.node("MatMul", [
          turned,
          builder.reshape(gradient, [out * PIXELS, -1]),
        ]),
        [1, blocks * from, grid.height, grid.width * batch],
      ),
    };
    // … and for each of those pixels the sum of what it is given.
    return total(
      builder,
      indices([taps, taps]).map(([row = 0, column = 0], block) =>
        crop(chwn, spread, {
          from: [block * from, before - row, before - column],
          to: input,
        }).value
      ),
    );
  }
}

/** The sum of some values, in pairs: Sum itself takes longer. */
function total(builder: GraphBuilder, values: readonly string[]): string {
  const [first] = values;
  if (first === undefined) throw new TypeError("There is nothing to add");
  if (values.length === 1) return first;
  const middle = Math.ceil(values.length / 2);
  return builder.node("Add", [
    total(builder, values.slice(0, middle)),
    total(builder, values.slice(middle)),
  ]);
}

/** The two layers as an operation from small images to large ones. */
export function upsampling(layers: Upsampling, batch: number): Operation {
  const { outside, grid } = sizes(layers);
  return (builder, value, weights) => {
    const chwn = { builder, batch };
    const applied = fusedConvolution(chwn, layers, { value, weights });
    // [out · 4, …grid] → [out, 2 · grid] → [out, rows, columns]
    const blocks = { ...grid, value: applied.output };
    const large = depthToSpace(chwn, blocks, "channel first");
    const output = pad(chwn, large, -outside);
    return {
      output: output.value,
      backward(gradient) {
        const padded = pad(chwn, { ...output, value: gradient }, outside);
        const outer = spaceToDepth(chwn, padded, "channel first").value;
        return applied.backward(throughRelu(builder, outer, applied.output));
      },
    };
  };
}
