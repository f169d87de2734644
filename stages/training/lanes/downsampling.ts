/**
 * The first convolution and the pooling after it with the pixels of a pooled block
 * as channels: the convolution gives what the pooling compares, one behind the
 * other, and the way back never puts the large gradient in place.
 */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import { int, ints } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { area, type Axes, axis, selectors } from "./block.ts";
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
  const [pixels, taps, reach] = [
    area(axes, "block"),
    area(axes, "taps"),
    area(axes, "reach"),
  ];
  const block = [axes[0].block, axes[1].block] as const;
  const whole = {
    channels,
    height: block[0] * (output.height + axes[0].reach - 1),
    width: block[1] * (output.width + axes[1].reach - 1),
  };
  return {
    name: `${name} and ${pooling.name}`,
    weights: Object.values(names),
    forward(builder, value, weight) {
      const lanes = { builder, batch };
      const turn = (value: string, perm: readonly number[]) =>
        builder.node("Transpose", [value], { perm: ints(perm) });
      const select = selectors(builder, axes, "spread");
      const blocks = toBlocks(
        lanes,
        padded(lanes, value, [
          ...before,
          whole.height - before[0] - input.height,
          whole.width - before[1] - input.width,
        ]),
        { shape: whole, block },
      );
      // [u · v, out · in] → [(a, b), (ρ, σ), (α, β), out, in]
      const flat = builder.reshape(
        turn(
          builder.reshape(weight(names.kernel), [filters, channels, taps]),
          [2, 0, 1],
        ),
        [taps, -1],
      );
      const spread = builder.reshape(
        builder.node("MatMul", [select.forward, flat]),
        [pixels, reach, pixels, filters, channels],
      );
      const kernel = builder.reshape(turn(spread, [0, 3, 2, 4, 1]), [
        pixels * filters,
        pixels * channels,
        axes[0].reach,
        axes[1].reach,
      ]);
      const bias = builder.node(
        "Concat",
        Array.from({ length: pixels }, () => weight(names.bias)),
        { axis: int(0) },
      );
      const sum = builder.node("Conv", [blocks, kernel, bias], {
        dilations: ints([1, batch]),
      });
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
          const inputs = reach * pixels * channels;
          const all = builder.reshape(
            products(lanes, {
              gradient: builder.node("Concat", parts, { axis: int(1) }),
              patches: patches(lanes, blocks, {
                taps: [axes[0].reach, axes[1].reach],
                output,
              }),
              outputs: pixels * filters,
              inputs: inputs + 1,
            }),
            [pixels, filters, inputs + 1],
          );
          const [kernels, biases] = builder.nodes(
            "Split",
            [all, builder.integers([inputs, 1])],
            2,
            { axis: int(2) },
          );
          const ordered = builder.reshape(
            turn(
              builder.reshape(kernels as string, [
                pixels,
                filters,
                reach,
                pixels,
                channels,
              ]),
              [0, 2, 3, 1, 4],
            ),
            [pixels * reach * pixels, -1],
          );
          const taken = builder.reshape(
            builder.node("MatMul", [select.backward, ordered]),
            [taps, filters, channels],
          );
          return {
            input: undefined,
            weights: [
              { weight: names.kernel, value: turn(taken, [1, 2, 0]) },
              {
                weight: names.bias,
                value: builder.node("ReduceSum", [
                  biases as string,
                  builder.integers([0, 2]),
                ], { keepdims: int(0) }),
              },
            ],
          };
        },
      };
    },
  };
}
