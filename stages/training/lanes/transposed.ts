/** Transposed convolution over images in lanes: a matrix product for each pixel of a block. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import type { Operation } from "../operation.ts";
import { indices, sequence, sums } from "../weight-vector.ts";
import { fromBlocks, patches, toBlocks } from "./image.ts";
import { products, throughRelu } from "./products.ts";

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
    forward(builder, value, own) {
      const lanes = { builder, batch };
      const [rows, columns] = kernel;
      const entry = (o: number, c: number, pixel: number) =>
        own.place(names.kernel, [
          c,
          o,
          Math.floor(pixel / columns),
          pixel % columns,
        ]);
      // [out · rows · columns, in, 1, 1]
      const filter = own.arranged(
        indices([filters, area, channels])
          .map(([o = 0, pixel = 0, c = 0]) => entry(o, c, pixel)),
        [filters * area, channels, 1, 1],
      );
      const bias = own.arranged(
        indices([filters, area]).map(([o = 0]) => own.place(names.bias, [o])),
        [filters * area],
      );
      const sum = builder.node("Conv", [value, filter, bias]);
      const blocks = activation === "relu" ? builder.node("Relu", [sum]) : sum;
      const place = {
        shape: output,
        block: kernel,
        order: "channel first",
      } as const;
      return {
        output: fromBlocks(lanes, blocks, place),
        backward(gradient, wanted) {
          const outer = toBlocks(lanes, gradient, place);
          const inner = activation === "relu"
            ? throughRelu(lanes, outer, blocks)
            : outer;
          const summed = products(lanes, {
            gradient: inner,
            patches: patches(lanes, value, {
              shape: input,
              taps: [1, 1],
              before: [0, 0],
              output: input,
              ones: "row",
            }),
            outputs: filters * area,
            rows: channels + 1,
          });
          const weights = [
            {
              weight: names.kernel,
              value: summed.value,
              size: summed.size,
              places: indices([channels, filters, rows * columns])
                .map(([c = 0, o = 0, pixel = 0]) =>
                  summed.place(o * area + pixel, c)
                ),
            },
            {
              weight: names.bias,
              value: sums(
                builder,
                summed.value,
                sequence(filters).map((o) =>
                  sequence(area).map((pixel) =>
                    summed.place(o * area + pixel, channels)
                  )
                ),
              ),
              size: filters,
            },
          ];
          if (!wanted) return { input: undefined, weights };
          const turned = own.arranged(
            indices([channels, filters, area])
              .map(([c = 0, o = 0, pixel = 0]) => entry(o, c, pixel)),
            [channels, filters * area, 1, 1],
          );
          return { input: builder.node("Conv", [inner, turned]), weights };
        },
      };
    },
  };
}
