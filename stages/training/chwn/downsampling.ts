/**
 * The first convolution, its ReLU and the pooling after it as one operation, with the
 * pixels of a pooled block as channels: the convolution gives what the pooling
 * compares, one behind the other, and the way back never scatters the large gradient.
 *
 * Of each pair of pixels a and b, next to each other, the convolution gives a and
 * max(b − a, 0). Their sum is the larger one, and the second of them says which it was.
 * For b − a is a convolution, too: with the same kernel, of what each pixel of the image
 * has more than the one left of it. So a block reads k + 1 rows of k taps from the
 * image, and as many from those differences, where both pixels of a pair would read
 * k + 1 columns with zeros among their weights.
 */
import type { Shape } from "../../network/layer.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { indices, sequence, sums, ZERO } from "../weight-vector.ts";
import { margin } from "./blocks.ts";
import type { Convolution } from "./convolution.ts";
import { BLOCK, type Chwn, crop, im2col, pad, split } from "./layout.ts";
import { pairwiseMaximum } from "./pooling.ts";
import { kernelGradient, throughRelu } from "./products.ts";

/** Pairs of pixels in a block: one a row. */
const PAIRS = BLOCK;

/** The two layers over grey images, which want no gradient. */
export function downsampling(
  { name, filters, kernel: [size] }: Convolution,
  input: Shape,
  batch: number,
): Operation {
  const [kernel, bias] = [`${name}/kernel`, `${name}/bias`];
  const output = { height: input.height / BLOCK, width: input.width / BLOCK };
  /** What a block reads, `[rows, columns]`, and how much of it. */
  const taps = [size + BLOCK - 1, size] as const;
  const reads = taps[0] * taps[1];
  /** Where among this a tap of a pair is. */
  const read = (pair: number, [u, v]: readonly [number, number]) =>
    (pair + u) * size + v;
  return (builder, value, weights) => {
    const { here, more } = windows({ builder, batch }, value);
    /** The kernel for each pair, `[pair · out, reads]`, and the bias if wanted. */
    const kernels = (biased: boolean) => {
      const rows = biased ? reads + 1 : reads;
      const places = Array.from(
        { length: PAIRS * filters * rows },
        () => ZERO,
      );
      for (const [pair = 0, o = 0] of indices([PAIRS, filters])) {
        const at = (pair * filters + o) * rows;
        for (const [u = 0, v = 0] of indices([size, size])) {
          places[at + read(pair, [u, v])] = weights.place(kernel, [o, 0, u, v]);
        }
        if (biased) places[at + reads] = weights.place(bias, [o]);
      }
      return weights.gather(places, [PAIRS * filters, rows, 1, 1]);
    };
    // max(b − a, 0) and then a + max(b − a, 0), [pair · out, rows / 2, columns / 2]: the
    // product begins with what it is added to, which saves a pass.
    const lead = builder.node("Relu", [
      builder.node("Conv", [more, kernels(false)]),
    ]);
    const winners = builder.node("Gemm", [
      builder.reshape(kernels(true), [PAIRS * filters, reads + 1]),
      builder.reshape(here, [reads + 1, -1]),
      builder.reshape(lead, [PAIRS * filters, -1]),
    ]);
    const { top, shares } = pairwiseMaximum(
      builder,
      split(
        { builder, batch },
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
        const outputs = PAIRS * filters;
        // Σ over all places, and over those where the second of the pair won.
        const all = kernelGradient(builder, {
          gradient: both,
          columns: here,
          outputs,
          rows: reads + 1,
        });
        const won = kernelGradient(builder, {
          gradient: throughRelu(builder, both, lead),
          columns: more,
          outputs,
          rows: reads,
        });
        const sum = builder.node("Concat", [
          builder.reshape(all.value, [all.size]),
          builder.reshape(won.value, [won.size]),
        ], { axis: int(0) });
        const pairs = (o: number) =>
          sequence(PAIRS).map((pair) => ({ pair, row: pair * filters + o }));
        return {
          weights: [
            {
              weight: kernel,
              value: sums(
                builder,
                sum,
                indices([filters, size, size]).map(([o = 0, u = 0, v = 0]) =>
                  pairs(o).flatMap(({ pair, row }) => [
                    all.place(row, read(pair, [u, v])),
                    all.size + won.place(row, read(pair, [u, v])),
                  ])
                ),
              ),
              size: filters * size * size,
            },
            {
              weight: bias,
              value: sums(
                builder,
                all.value,
                sequence(filters).map((o) =>
                  pairs(o).map(({ row }) => all.place(row, reads))
                ),
              ),
              size: filters,
            },
          ],
        };
      },
    };
  };

  /** What each block reads from the images, with a row of ones, and from the differences. */
  function windows(chwn: Chwn, value: string) {
    const padded = pad(chwn, { ...input, value }, margin(size));
    const to = { ...padded, width: padded.width - 1 };
    const differences = {
      ...to,
      value: chwn.builder.node("Sub", [
        crop(chwn, padded, { from: [0, 0, 1], to }).value,
        crop(chwn, padded, { from: [0, 0, 0], to }).value,
      ]),
    };
    const reading = { taps, margin: 0, stride: BLOCK, output };
    return {
      here: im2col(chwn, padded, { ...reading, ones: "row" }).value,
      more: im2col(chwn, differences, reading).value,
    };
  }
}
