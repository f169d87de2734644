/** Convolution over images in lanes. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { int, ints } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { padded, patches, products, throughRelu } from "./image.ts";

type Convolution = Extract<Layer, { kind: "convolution" }>;

/** A convolution with its activation. */
export function convolution(
  layer: Convolution,
  input: Shape,
  batch: number,
): Operation {
  const { name, kernel, before, after, filters, activation } = layer;
  const names = { kernel: `${name}/kernel`, bias: `${name}/bias` };
  const dilations = ints([1, batch]);
  const pads = (
    [top, left]: readonly [number, number],
    [bottom, right]: readonly [number, number],
  ) => ints([top, left * batch, bottom, right * batch]);
  const [rows, columns] = kernel;
  const output = shapeAfter(layer, input);
  return {
    name,
    weights: Object.values(names),
    forward(builder, value, weight) {
      const lanes = { builder, batch };
      const filter = weight(names.kernel);
      const sum = builder.node("Conv", [value, filter, weight(names.bias)], {
        dilations,
        pads: pads(before, after),
      });
      // Directly behind its Conv, ONNX Runtime computes it in the same pass.
      const result = activation === "relu" ? builder.node("Relu", [sum]) : sum;
      return {
        output: result,
        backward(gradient, wanted) {
          const inner = activation === "relu"
            ? throughRelu(lanes, gradient, result)
            : gradient;
          const seen = patches(
            lanes,
            padded(lanes, value, [...before, ...after]),
            { taps: kernel, output },
          );
          const size = rows * columns * input.channels;
          const all = products(lanes, {
            gradient: inner,
            patches: seen,
            outputs: filters,
            inputs: size + 1,
          });
          const cuts = builder.nodes(
            "Split",
            [all, builder.integers([size, 1])],
            2,
            { axis: int(1) },
          );
          const ordered = builder.node("Transpose", [
            builder.reshape(cuts[0] as string, [
              filters,
              rows * columns,
              input.channels,
            ]),
          ], { perm: ints([0, 2, 1]) });
          const weights = [
            { weight: names.kernel, value: ordered },
            { weight: names.bias, value: cuts[1] as string },
          ];
          if (!wanted) return { input: undefined, weights };
          const turned = builder.slice(
            builder.node("Transpose", [filter], { perm: ints([1, 0, 2, 3]) }),
            {
              starts: [-1, -1],
              ends: [-rows - 1, -columns - 1],
              axes: [2, 3],
              steps: [-1, -1],
            },
          );
          return {
            input: builder.node("Conv", [inner, turned], {
              dilations,
              pads: pads(
                [rows - 1 - before[0], columns - 1 - before[1]],
                [rows - 1 - after[0], columns - 1 - after[1]],
              ),
            }),
            weights,
          };
        },
      };
    },
  };
}
