/** Transposed convolution over images in lanes: a matrix product for each pixel of a block. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { int, ints } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import {
  fromBlocks,
  patches,
  products,
  throughRelu,
  toBlocks,
} from "./image.ts";

type Transposed = Extract<Layer, { kind: "transposed" }>;

/** A transposed convolution with its activation. */
export function transposed(
  layer: Transposed,
  input: Shape,
  batch: number,
): Operation {
  const { name, kernel, filters, activation } = layer;
  const names = { kernel: `${name}/kernel`, bias: `${name}/bias` };
  const area = kernel[0] * kernel[1];
  const { channels } = input;
  const output = shapeAfter(layer, input);
  return {
    name,
    weights: Object.values(names),
    forward(builder, value, weight) {
      const lanes = { builder, batch };
      // [in, out, rows, columns] → [rows · columns · out, in, 1, 1]
      const filter = builder.reshape(
        builder.node("Transpose", [weight(names.kernel)], {
          perm: ints([2, 3, 1, 0]),
        }),
        [area * filters, channels, 1, 1],
      );
      const bias = builder.node(
        "Concat",
        Array.from({ length: area }, () => weight(names.bias)),
        { axis: int(0) },
      );
      const sum = builder.node("Conv", [value, filter, bias]);
      const blocks = activation === "relu" ? builder.node("Relu", [sum]) : sum;
      const place = { shape: output, block: kernel };
      return {
        output: fromBlocks(lanes, blocks, place),
        backward(gradient, wanted) {
          const outer = toBlocks(lanes, gradient, place);
          const inner = activation === "relu"
            ? throughRelu(lanes, outer, blocks)
            : outer;
          const all = products(lanes, {
            gradient: inner,
            patches: patches(lanes, value, { taps: [1, 1], output: input }),
            outputs: area * filters,
            inputs: channels + 1,
          });
          const [kernels, biases] = builder.nodes(
            "Split",
            [all, builder.integers([channels, 1])],
            2,
            { axis: int(1) },
          );
          const ordered = builder.node("Transpose", [
            builder.reshape(kernels as string, [area, filters, channels]),
          ], { perm: ints([2, 1, 0]) });
          const summed = builder.node("ReduceSum", [
            builder.reshape(biases as string, [area, filters]),
            builder.integers([0]),
          ], { keepdims: int(0) });
          const weights = [
            { weight: names.kernel, value: ordered },
            { weight: names.bias, value: summed },
          ];
          if (!wanted) return { input: undefined, weights };
          const turned = builder.node("Transpose", [filter], {
            perm: ints([1, 0, 2, 3]),
          });
          return { input: builder.node("Conv", [inner, turned]), weights };
        },
      };
    },
  };
}
