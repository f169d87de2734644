/**
 * The first convolution and the pooling after it with the pixels of a pooled block
 * as channels: the convolution gives what the pooling compares, one behind the
 * other, and the way back never puts the large gradient in place.
 */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { int, ints } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { indices, sequence, sums, ZERO } from "../weight-vector.ts";
import { area, type Axes, axis, readings } from "./block.ts";
import { padded, patches, products, throughRelu, toBlocks } from "./image.ts";
import { candidates, tournament } from "./pooling.ts";

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
  return fits ? both : undefined;
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
  const block = [axes[0].block, axes[1].block] as const;
  const whole = {
    channels,
    height: block[0] * (output.height + axes[0].reach - 1),
    width: block[1] * (output.width + axes[1].reach - 1),
  };
  return {
    name: `${name} and ${pooling.name}`,
    weights: Object.values(names),
    forward(builder, value, own) {
      const lanes = { builder, batch };
      const blocks = toBlocks(
        lanes,
        padded(lanes, value, [
          ...before,
          whole.height - before[0] - input.height,
          whole.width - before[1] - input.width,
        ]),
        { shape: whole, block, order: "pixel first" },
      );
      // [pixel · out, from · in, block read], zero where no tap reads
      const kernelDims = [pixels, filters, pixels, channels, reach];
      const kernel = Array.from(
        { length: kernelDims.reduce((product, size) => product * size) },
        () => ZERO,
      );
      for (const { pixel, tap, block: read, from } of reads) {
        const source = from[0] * block[1] + from[1];
        for (const [o = 0, c = 0] of indices([filters, channels])) {
          const at = ((pixel * filters + o) * pixels + source) * channels + c;
          kernel[at * reach + read] = own.place(names.kernel, [o, c, ...tap]);
        }
      }
      const sum = builder.node("Conv", [
        blocks,
        own.arranged(kernel, [
          pixels * filters,
          pixels * channels,
          axes[0].reach,
          axes[1].reach,
        ]),
        own.arranged(
          indices([pixels, filters]).map(([, o = 0]) =>
            own.place(names.bias, [o])
          ),
          [pixels * filters],
        ),
      ], { dilations: ints([1, batch]) });
      const compared = activation === "relu"
        ? builder.node("Relu", [sum])
        : sum;
      const { top, shares } = tournament(
        builder,
        candidates(lanes, compared, { count: pixels, channels: filters }),
      );
      return {
        output: top,
        backward(gradient, wanted) {
          if (wanted) throw new TypeError(`${name} is not the first layer`);
          const parts = shares(
            // What the ReLU stopped is 0, and so is the largest then.
            activation === "relu"
              ? throughRelu(lanes, gradient, top)
              : gradient,
          );
          const columns = reach * pixels * channels;
          const summed = products(lanes, {
            gradient: builder.node("Concat", parts, { axis: int(1) }),
            patches: patches(lanes, blocks, {
              taps: [axes[0].reach, axes[1].reach],
              output,
            }),
            outputs: pixels * filters,
            rows: columns + 1,
          });
          // Every tap is read once for each pixel of a block.
          const taps = indices([filters, channels, ...convolution.kernel])
            .map(([o = 0, c = 0, u = 0, v = 0]) =>
              reads.filter(({ tap }) => tap[0] === u && tap[1] === v)
                .map(({ pixel, block: read, from }) =>
                  summed.place(
                    pixel * filters + o,
                    (read * pixels + from[0] * block[1] + from[1]) * channels +
                      c,
                  )
                )
            );
          const biases = sequence(filters).map((o) =>
            sequence(pixels).map((pixel) =>
              summed.place(pixel * filters + o, columns)
            )
          );
          const both = sums(builder, summed.value, [...taps, ...biases]);
          const size = taps.length + biases.length;
          return {
            input: undefined,
            weights: [
              {
                weight: names.kernel,
                value: both,
                size,
                places: sequence(taps.length),
              },
              {
                weight: names.bias,
                value: both,
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
