/** Convolution and ReLU over batch-innermost images. */
import type { Layer, Shape } from "../../network/layer.ts";
import { int, ints } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { indices } from "../weight-vector.ts";
import { margin } from "./blocks.ts";
import { im2col } from "./layout.ts";
import { kernelGradient, throughRelu } from "./products.ts";

/** A convolution layer of a network. */
export type Convolution = Extract<Layer, { kind: "convolution" }>;

/** A convolution with ReLU that is not the first layer. */
export function convolution(
  { name, kernel: [size], filters }: Convolution,
  input: Shape,
  batch: number,
): Operation {
  const border = margin(size);
  const { channels } = input;
  const taps = size * size;
  return (builder, value, weights) => {
    const sum = builder.node("Conv", [
      value,
      weights.value(`${name}/kernel`),
      weights.value(`${name}/bias`),
    ], {
      dilations: ints([1, batch]),
      pads: ints([border, border * batch, border, border * batch]),
    });
    // Directly behind its Conv, ONNX Runtime computes it in the same pass.
    const output = builder.node("Relu", [sum]);
    return {
      output,
      backward(outer) {
        const gradient = throughRelu(builder, outer, output);
        // The places of the output that each input was seen from, in the order of
        // the turned kernel: times that kernel the gradient of the input, times the
        // input the gradient of the kernel. So one im2col serves both.
        const columns = im2col(
          { builder, batch },
          { ...input, channels: filters, value: gradient },
          { taps: [size, size], margin: border, output: input },
        ).value;
        const product = kernelGradient(builder, {
          gradient: value,
          columns,
          outputs: channels,
          rows: filters * taps,
        });
        // [out, in, rows, columns] → [in, out · turned taps, 1, 1]
        const turned = weights.gather(
          indices([channels, filters, size, size])
            .map(([c = 0, o = 0, u = 0, v = 0]) =>
              weights.place(`${name}/kernel`, [
                o,
                c,
                size - 1 - u,
                size - 1 - v,
              ])
            ),
          [channels, filters * taps, 1, 1],
        );
        return {
          input: builder.node("Conv", [columns, turned]),
          weights: [
            {
              weight: `${name}/kernel`,
              value: product.value,
              size: product.size,
              places: indices([filters, channels, taps])
                .map(([o = 0, c = 0, tap = 0]) =>
                  product.place(c, o * taps + taps - 1 - tap)
                ),
            },
            {
              weight: `${name}/bias`,
              value: builder.node("ReduceSum", [
                builder.reshape(gradient, [filters, -1]),
                builder.integers([1]),
              ], { keepdims: int(0) }),
              size: filters,
            },
          ],
        };
      },
    };
  };
}
