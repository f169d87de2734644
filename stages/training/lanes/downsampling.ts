/**
 * The first convolution and the pooling after it with the pixels of a pooled block
 * as channels: the convolution gives what the pooling compares, one behind the
 * other, and the way back never puts the large gradient in place.
 *
 * Of each pair of pixels a and b the convolution gives a and max(b − a, 0), for the
 * difference is a convolution too, and the maximum its activation. Their sum is the
 * larger one, and the second of them says who won.
 */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { indices, sequence, sums, ZERO } from "../weight-vector.ts";
import { area, type Axes, axis, type Reading, readings } from "./block.ts";
import { padded, patches, toBlocks } from "./image.ts";
import { groups, tournament } from "./pooling.ts";
import { products, throughRelu } from "./products.ts";

/** The two layers and what they take. */
export interface Downsampling {
  readonly convolution: Extract<Layer, { kind: "convolution" }>;
  readonly pooling: Extract<Layer, { kind: "pooling" }>;
  readonly input: Shape;
}

/** The blocks' geometry, or undefined where the layers do not allow it. */
export function axes(
  { convolution, pooling, input }: Downsampling,
): Axes | undefined {
  const both = [
    axis(pooling.pool[0], convolution.kernel[0]),
    axis(pooling.pool[1], convolution.kernel[1]),
  ] as const;
  const output = shapeAfter(pooling, shapeAfter(convolution, input));
  const fits = ([[0, output.height, input.height], [
    1,
    output.width,
    input.width,
  ]] as const).every(([index, blocks, size]) =>
    // The blocks that are read cover the image.
    both[index].block * (blocks + both[index].reach - 1) >=
      size + convolution.before[index]
  );
  // Pixels are compared in pairs.
  return fits && area(both, "block") % 2 === 0 ? both : undefined;
}

/** The two layers as an operation that gives no gradient of its input. */
export function downsampling(
  { convolution, pooling, input }: Downsampling,
  axes: Axes,
  batch: number,
): Operation {
  const { name, filters, activation, before } = convolution;
  const names = { kernel: `${name}/kernel`, bias: `${name}/bias` };
  const output = shapeAfter(pooling, shapeAfter(convolution, input));
  const { channels } = input;
  const [pixels, reach] = [area(axes, "block"), area(axes, "reach")];
  const reads = readings(axes);
  const pairs = pixels / 2;
  const block = [axes[0].block, axes[1].block] as const;
  const whole = {
    channels,
    height: block[0] * (output.height + axes[0].reach - 1),
    width: block[1] * (output.width + axes[1].reach - 1),
  };
  const rows = pixels * channels * reach + 1;
  /** The row of the patches that a tap of a channel reads for a pixel of a block. */
  const row = ({ block: read, from }: Reading, channel: number) =>
    ((from[0] * block[1] + from[1]) * channels + channel) * reach + read;
  return {
    name: `${name} and ${pooling.name}`,
    weights: Object.values(names),
    forward(builder, value, own) {
      const lanes = { builder, batch };
      const blocks = toBlocks(
        lanes,
        padded(lanes, value, {
          shape: input,
          pads: [
            ...before,
            whole.height - before[0] - input.height,
            whole.width - before[1] - input.width,
          ],
        }),
        { shape: whole, block, order: "pixel first" },
      );
      const seen = patches(lanes, blocks, {
        shape: {
          channels: pixels * channels,
          height: whole.height / block[0],
          width: whole.width / block[1],
        },
        taps: [axes[0].reach, axes[1].reach],
        before: [0, 0],
        output,
        ones: "row",
      });
      /** The kernels of one pixel of each pair, `[pair · out, row]`. */
      const kernel = (second: 0 | 1) => {
        const places = Array.from(
          { length: pairs * filters * rows },
          () => ZERO,
        );
        for (const reading of reads) {
          if (reading.pixel % 2 !== second) continue;
          const pair = (reading.pixel - second) / 2;
          for (const [o = 0, c = 0] of indices([filters, channels])) {
            const at = (pair * filters + o) * rows;
            places[at + row(reading, c)] = own.place(names.kernel, [
              o,
              c,
              ...reading.tap,
            ]);
            places[at + rows - 1] = own.place(names.bias, [o]);
          }
        }
        return own.arranged(places, [pairs * filters, rows, 1, 1]);
      };
      const [first, second] = [kernel(0), kernel(1)];
      const lead = builder.node("Relu", [
        builder.node("Conv", [seen, builder.node("Sub", [second, first])]),
      ]);
      const winners = builder.node("Add", [
        builder.node("Conv", [seen, first]),
        lead,
      ]);
      const { top, shares } = tournament(
        builder,
        groups(lanes, winners, {
          shape: { ...output, channels: pairs * filters },
          count: pairs,
        }),
      );
      const result = activation === "relu"
        // Relu would work in place, which WebAssembly does number by number.
        ? builder.node("Max", [top, builder.scalar(0)])
        : top;
      return {
        output: result,
        backward(gradient, wanted) {
          if (wanted) throw new TypeError(`${name} is not the first layer`);
          const inner = activation === "relu"
            ? throughRelu(lanes, gradient, result)
            : gradient;
          const parts = shares(inner);
          const both = parts.length === 1
            ? inner
            : builder.node("Concat", parts, { axis: int(1) });
          const sizes = { patches: seen, outputs: pairs * filters, rows };
          // Σ over all places, and over those where the second of the pair won.
          const all = products(lanes, { gradient: both, ...sizes });
          const won = products(lanes, {
            gradient: throughRelu(lanes, both, lead),
            ...sizes,
          });
          const halves = builder.node("Concat", [
            builder.node("Sub", [all.value, won.value]),
            won.value,
          ], { axis: int(0) });
          const at = (pixel: number, o: number, row: number) =>
            pixel % 2 * all.size +
            all.place(Math.floor(pixel / 2) * filters + o, row);
          // Every tap is read once for each pixel of a block.
          const taps = indices([filters, channels, ...convolution.kernel])
            .map(([o = 0, c = 0, u = 0, v = 0]) =>
              reads.filter(({ tap }) => tap[0] === u && tap[1] === v)
                .map((reading) => at(reading.pixel, o, row(reading, c)))
            );
          const biases = sequence(filters).map((o) =>
            sequence(pixels).map((pixel) => at(pixel, o, rows - 1))
          );
          const summed = sums(builder, halves, [...taps, ...biases]);
          const size = taps.length + biases.length;
          return {
            input: undefined,
            weights: [
              {
                weight: names.kernel,
                value: summed,
                size,
                places: sequence(taps.length),
              },
              {
                weight: names.bias,
                value: summed,
                size,
                places: sequence(filters, taps.length),
              },
            ],
          };
        },
      };
    },
  };
}
