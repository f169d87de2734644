/** Convolution over images in lanes. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { ints } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { indices, sequence } from "../weight-vector.ts";
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
  const { channels } = input;
  return {
    name,
    weights: Object.values(names),
    forward(builder, value, own) {
      const lanes = { builder, batch };
      const sum = builder.node("Conv", [
        value,
        own.value(names.kernel),
        own.value(names.bias),
      ], { dilations, pads: pads(before, after) });
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
          const taps = rows * columns;
          const { value: product, size, place } = products(lanes, {
            gradient: inner,
            patches: seen,
            outputs: filters,
            rows: taps * channels + 1,
          });
          const weights = [
            {
              weight: names.kernel,
              value: product,
              size,
              places: indices([filters, channels, taps])
                .map(([o = 0, c = 0, tap = 0]) => place(o, tap * channels + c)),
            },
            {
              weight: names.bias,
              value: product,
              size,
              places: sequence(filters).map((o) => place(o, taps * channels)),
            },
          ];
          if (!wanted) return { input: undefined, weights };
          // The kernel turned round, inputs and outputs exchanged.
          const turned = own.arranged(
            indices([channels, filters, rows, columns])
              .map(([c = 0, o = 0, u = 0, v = 0]) =>
                own.place(names.kernel, [o, c, rows - 1 - u, columns - 1 - v])
              ),
            [channels, filters, rows, columns],
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
