/**
 * The end of the network, which never puts the pixels of the large image in place:
 * a merged upsampling, a 1 × 1 convolution to one channel and the loss, all with the
 * pixels of a block as channels. The images are brought into the same form once,
 * and what lies outside of them does not count.
 *
 * The 1 × 1 kernel w is one number per channel, so the gradient before the ReLU is
 * w times the mask times the gradient of the pixel. Leaving w out of the large
 * products and putting it on their small results saves a pass; and since a ReLU is
 * linear where it lets pass, the gradient of w follows from the same products:
 * Σ relu(k · x + b) g = Σ k · (x, masked g) + b · (masked g).
 */
import type { Layer } from "../../network/layer.ts";
import { int } from "../../onnx/model.ts";
import type { Program } from "../operation.ts";
import { area } from "./block.ts";
import { type Grid, type Upsampling, weightNames } from "./grid.ts";
import { dims, type Lanes, ones, padded, toBlocks } from "./image.ts";
import { positive, throughRelu } from "./products.ts";
import { apply } from "./upsampling.ts";

export interface Ending {
  readonly upsampling: Upsampling;
  readonly grid: Grid;
  readonly output: Extract<Layer, { kind: "convolution" }>;
}

/** Whether a last layer allows it. */
export function fits({ output, upsampling }: Omit<Ending, "grid">): boolean {
  return output.filters === 1 && output.kernel[0] === 1 &&
    output.kernel[1] === 1 && output.before[0] + output.before[1] === 0 &&
    // A linear layer lets everything pass, and needs no mask.
    upsampling.convolution.activation === "relu";
}

/** The last operation and the loss that belongs to it. */
export function ending(
  { upsampling, grid, output }: Ending,
  batch: number,
): Pick<Program, "operations" | "loss"> {
  const { axes, blocks: [down, across], outside: [top, left] } = grid;
  const { height, width } = grid.output;
  const filters = upsampling.convolution.filters;
  const pixels = area(axes, "block");
  const names = {
    kernel: `${output.name}/kernel`,
    bias: `${output.name}/bias`,
  };
  const whole = {
    channels: 1,
    height: down * axes[0].block,
    width: across * axes[1].block,
  };
  const one = { channels: 1, height, width };
  const plane = [pixels * down, across * batch];
  const inBlocks = (lanes: Lanes, image: string) => {
    const blocks = toBlocks(
      lanes,
      padded(lanes, image, {
        shape: one,
        pads: [
          top,
          left,
          whole.height - top - height,
          whole.width - left - width,
        ],
      }),
      {
        shape: whole,
        block: [axes[0].block, axes[1].block],
        order: "channel first",
      },
    );
    return lanes.builder.reshape(blocks, [1, 1, ...plane]);
  };

  return {
    operations: [{
      name:
        `${upsampling.up.name}, ${upsampling.convolution.name} and ${output.name}`,
      weights: [
        ...Object.values(weightNames(upsampling)),
        ...Object.values(names),
      ],
      forward(builder, value, own) {
        const lanes = { builder, batch };
        const applied = apply(lanes, upsampling, { grid, value, own });
        const blocks = [1, filters, ...plane];
        const sum = builder.node("Conv", [
          builder.reshape(applied.blocks, blocks),
          own.value(names.kernel),
          own.value(names.bias),
        ]);
        const result = output.activation === "relu"
          ? builder.node("Relu", [sum])
          : sum;
        return {
          output: result,
          backward(gradient, wanted) {
            const inner = output.activation === "relu"
              ? throughRelu(lanes, gradient, result)
              : gradient;
            const mask = positive(
              builder,
              builder.reshape(applied.blocks, blocks),
            );
            const { input, weights, overlap } = applied.backward(
              builder.node("Mul", [mask, inner]),
              { wanted, scale: own.value(names.kernel) },
            );
            // In two stages, for the runtime adds one number after the other.
            const columns = builder.node("ReduceSum", [
              builder.reshape(inner, plane),
              builder.integers([0]),
            ], { keepdims: int(0) });
            return {
              input,
              weights: [
                ...weights,
                { weight: names.kernel, value: overlap(), size: filters },
                {
                  weight: names.bias,
                  value: builder.node("ReduceSum", [columns], {
                    keepdims: int(0),
                  }),
                  size: 1,
                },
              ],
            };
          },
        };
      },
    }],
    loss: {
      name: "mean square, in blocks",
      compare(builder, result, target) {
        const lanes = { builder, batch };
        const inside = inBlocks(lanes, ones(lanes, one));
        const difference = builder.node("Mul", [
          builder.node("Sub", [
            result,
            inBlocks(lanes, builder.reshape(target, dims(one, batch))),
          ]),
          inside,
        ]);
        const count = builder.scalar(1 / (batch * height * width));
        // In two stages, for the runtime adds one number after the other.
        const columns = builder.node("ReduceSum", [
          builder.reshape(
            builder.node("Mul", [difference, difference]),
            plane,
          ),
          builder.integers([0]),
        ], { keepdims: int(0) });
        const total = builder.node("ReduceSum", [columns], {
          keepdims: int(0),
        });
        return {
          loss: builder.node("Mul", [total, count]),
          gradient: builder.node("Mul", [
            difference,
            builder.scalar(2 / (batch * height * width)),
          ]),
        };
      },
    },
  };
}
