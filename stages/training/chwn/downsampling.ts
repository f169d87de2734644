/**
 * The first convolution, its ReLU and the pooling after it as one operation, with the
 * pixels of a pooled block as channels: the convolution gives what the pooling
 * compares, one behind the other, and the way back never scatters the large gradient.
 *
 * Of each pair of pixels a and b the convolution gives a and max(b − a, 0), since the
 * difference is a convolution too, and the maximum its ReLU. Their sum is the larger
 * one, and the second of them says which it was.
 */
import type { Shape } from "../../network/layer.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { indices, sequence, sums, ZERO } from "../weight-vector.ts";
import { margin, reach, type Tap, taps } from "./blocks.ts";
import type { Convolution } from "./convolution.ts";
import { BLOCK, im2col, pad, PIXELS, spaceToDepth, split } from "./layout.ts";
import { pairwiseMaximum } from "./pooling.ts";
import { kernelGradient, throughRelu } from "./products.ts";

/** Pairs of pixels in a block. */
const PAIRS = PIXELS / 2;

/** The two layers over grey images, which want no gradient. */
export function downsampling(
  { name, filters, kernel: [size] }: Convolution,
  input: Shape,
  batch: number,
): Operation {
  const [kernel, bias] = [`${name}/kernel`, `${name}/bias`];
  const output = { height: input.height / BLOCK, width: input.width / BLOCK };
  const reads = taps(size);
  const blocks = reach(size) ** 2;
  /** Rows of the im2col; the last is of ones. */
  const rows = PIXELS * blocks + 1;
  /** The row that a tap reads. */
  const row = ({ block, from: [a, b] }: Tap) =>
    (a * BLOCK + b) * blocks + block;
  return (builder, value, weights) => {
    const chwn = { builder, batch };
    // [1, rows, columns] → [4, (rows + k − 1) / 2, (columns + k − 1) / 2]
    const small = spaceToDepth(
      chwn,
      pad(chwn, { value, ...input }, margin(size)),
      "pixel first",
    );
    // → [4 · blocks + 1, rows / 2, columns / 2]
    const seen = im2col(chwn, small, {
      taps: reach(size),
      margin: 0,
      output,
      ones: "row",
    }).value;
    /** The kernels of the first or second pixel of each pair, `[pair · out, row]`. */
    const kernels = (second: 0 | 1) => {
      const places = Array.from(
        { length: PAIRS * filters * rows },
        () => ZERO,
      );
      for (const read of reads) {
        if (read.pixel % 2 !== second) continue;
        const pair = (read.pixel - second) / 2;
        for (let o = 0; o < filters; o++) {
          const at = (pair * filters + o) * rows;
          places[at + row(read)] = weights.place(kernel, [o, 0, ...read.tap]);
          places[at + rows - 1] = weights.place(bias, [o]);
        }
      }
      return weights.gather(places, [PAIRS * filters, rows, 1, 1]);
    };
    const [first, second] = [kernels(0), kernels(1)];
    // max(b − a, 0) and then a + max(b − a, 0), [pair · out, rows / 2, columns / 2]
    const lead = builder.node("Relu", [
      builder.node("Conv", [seen, builder.node("Sub", [second, first])]),
    ]);
    const winners = builder.node("Add", [
      builder.node("Conv", [seen, first]),
      lead,
    ]);
    const { top, shares } = pairwiseMaximum(
      builder,
      split(
        chwn,
        { ...output, channels: PAIRS * filters, value: winners },
        PAIRS,
      ).map(({ value }) => value),
    );
    // Relu would work in place, which WebAssembly does number by number.
    const result = builder.node("Max", [top, builder.scalar(0)]);
    return {
      output: result,
      backward(gradient) {
        const both = builder.node(
          "Concat",
          shares(throughRelu(builder, gradient, result)),
          { axis: int(1) },
        );
        const sizes = { columns: seen, outputs: PAIRS * filters, rows };
        // Σ over all places, and over those where the second of the pair won.
        const all = kernelGradient(builder, { gradient: both, ...sizes });
        const won = kernelGradient(builder, {
          gradient: throughRelu(builder, both, lead),
          ...sizes,
        });
        // The gradients of the first pixels' kernels, then of the second ones'.
        const halves = builder.node("Concat", [
          builder.node("Sub", [all.value, won.value]),
          won.value,
        ], { axis: int(0) });
        const at = (pixel: number, o: number, row: number) =>
          pixel % 2 * all.size +
          all.place(Math.floor(pixel / 2) * filters + o, row);
        // Every tap is read once for each pixel of a block.
        const kernelSums = indices([filters, size, size])
          .map(([o = 0, u = 0, v = 0]) =>
            reads.filter(({ tap }) => tap[0] === u && tap[1] === v)
              .map((read) => at(read.pixel, o, row(read)))
          );
        const biasSums = sequence(filters).map((o) =>
          sequence(PIXELS).map((pixel) => at(pixel, o, rows - 1))
        );
        const summed = {
          value: sums(builder, halves, [...kernelSums, ...biasSums]),
          size: kernelSums.length + biasSums.length,
        };
        return {
          weights: [
            {
              weight: kernel,
              ...summed,
              places: sequence(kernelSums.length),
            },
            {
              weight: bias,
              ...summed,
              places: sequence(filters, kernelSums.length),
            },
          ],
        };
      },
    };
  };
}
