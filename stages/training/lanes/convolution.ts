/** Convolution over images in lanes. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { int, ints } from "../../onnx/model.ts";
import type { Gradient, Operation } from "../operation.ts";
import { indices, sequence } from "../weight-vector.ts";
import { type Lanes, patches } from "./image.ts";
import { products, throughRelu } from "./products.ts";

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
      const taps = rows * columns;

      /** What each weight was multiplied with, and a row of ones for the bias. */
      function weightsOnly(lanes: Lanes, gradient: string): Gradient {
        const summed = products(lanes, {
          gradient,
          patches: patches(lanes, value, {
            shape: input,
            taps: kernel,
            before,
            output,
            ones: "row",
          }),
          outputs: filters,
          rows: channels * taps + 1,
        });
        const { value: product, size, place } = summed;
        return {
          input: undefined,
          weights: [
            {
              weight: names.kernel,
              value: product,
              size,
              places: indices([filters, channels * taps])
                .map(([o = 0, row = 0]) => place(o, row)),
            },
            {
              weight: names.bias,
              value: product,
              size,
              places: sequence(filters).map((o) => place(o, channels * taps)),
            },
          ],
        };
      }

      /**
       * The places of the output that each input was seen from, in the order of the
       * turned kernel: with that kernel the input's gradient, with the input the
       * kernel's. So there is one patch matrix for both.
       */
      function both(lanes: Lanes, gradient: string): Gradient {
        const seers = patches(lanes, gradient, {
          shape: output,
          taps: kernel,
          before: [rows - 1 - before[0], columns - 1 - before[1]],
          output: input,
        });
        const { value: product, size, place } = products(lanes, {
          gradient: value,
          patches: seers,
          outputs: channels,
          rows: filters * taps,
        });
        const turned = own.arranged(
          indices([channels, filters, rows, columns])
            .map(([c = 0, o = 0, u = 0, v = 0]) =>
              own.place(names.kernel, [o, c, rows - 1 - u, columns - 1 - v])
            ),
          [channels, filters * taps, 1, 1],
        );
        return {
          input: builder.node("Conv", [seers, turned]),
          weights: [
            {
              weight: names.kernel,
              value: product,
              size,
              places: indices([filters, channels, taps])
                .map(([o = 0, c = 0, tap = 0]) =>
                  place(c, o * taps + taps - 1 - tap)
                ),
            },
            {
              weight: names.bias,
              value: builder.node("ReduceSum", [
                builder.reshape(gradient, [filters, -1]),
                builder.integers([1]),
              ], { keepdims: int(0) }),
              size: filters,
            },
          ],
        };
      }

      return {
        output: result,
        backward(gradient, wanted) {
          const inner = activation === "relu"
            ? throughRelu(lanes, gradient, result)
            : gradient;
          return wanted ? both(lanes, inner) : weightsOnly(lanes, inner);
        },
      };
    },
  };
}
