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
import { int, ints } from "../../onnx/model.ts";
import type { Program } from "../operation.ts";
import { area } from "./block.ts";
import { dims, ones, padded, toBlocks } from "./image.ts";
import { apply, type Grid, type Upsampling } from "./upsampling.ts";
import { weightGradients, weightNames } from "./upsampling.ts";

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
  const { channels } = upsampling.input;
  const filters = upsampling.convolution.filters;
  const [pixels, reach] = [area(axes, "block"), area(axes, "reach")];
  const columns = reach * (channels + 1);
  const names = {
    kernel: `${output.name}/kernel`,
    bias: `${output.name}/bias`,
  };
  const whole = {
    channels: 1,
    height: down * axes[0].block,
    width: across * axes[1].block,
  };
  const inBlocks = (lanes: Parameters<typeof padded>[0], image: string) =>
    toBlocks(
      lanes,
      padded(lanes, image, [
        top,
        left,
        whole.height - top - height,
        whole.width - left - width,
      ]),
      { shape: whole, block: [axes[0].block, axes[1].block] },
    );
  const one = { channels: 1, height, width };

  return {
    operations: [{
      name:
        `${upsampling.up.name}, ${upsampling.convolution.name} and ${output.name}`,
      weights: [
        ...Object.values(weightNames(upsampling)),
        ...Object.values(names),
      ],
      forward(builder, value, weight) {
        const lanes = { builder, batch };
        const applied = apply(lanes, upsampling, { grid, value, weight });
        const repeated = (name: string) =>
          builder.node(
            "Concat",
            Array.from({ length: pixels }, () => weight(name)),
            { axis: int(0) },
          );
        const sum = builder.node("Conv", [
          applied.blocks,
          repeated(names.kernel),
          repeated(names.bias),
        ], { group: int(pixels) });
        const result = output.activation === "relu"
          ? builder.node("Relu", [sum])
          : sum;
        return {
          output: result,
          backward(gradient, wanted) {
            const inner = output.activation === "relu"
              ? builder.node("Mul", [
                gradient,
                builder.node("Sign", [result]),
              ])
              : gradient;
            // [pixels, 1, places] spread over the channels that let it pass
            const masked = builder.node("Mul", [
              builder.node("Sign", [
                builder.reshape(applied.blocks, [pixels, filters, -1]),
              ]),
              builder.reshape(inner, [pixels, 1, -1]),
            ]);
            const products = applied.products(masked);
            const wide = builder.reshape(weight(names.kernel), [1, filters, 1]);
            const scaled = builder.reshape(
              builder.node("Mul", [
                builder.reshape(products, [pixels, filters, columns + 1]),
                wide,
              ]),
              [pixels * filters, columns + 1],
            );
            // [pixels, reach, out, in + 1] → [pixels, out, reach · (in + 1)]
            const kernel = builder.reshape(
              builder.node("Transpose", [applied.merged.kernel], {
                perm: ints([0, 2, 1, 3]),
              }),
              [pixels * filters, columns],
            );
            const both = builder.node("Concat", [
              kernel,
              builder.reshape(applied.bias, [pixels * filters, 1]),
            ], { axis: int(1) });
            const own = builder.node("ReduceSum", [
              builder.reshape(
                builder.node("Mul", [both, products]),
                [pixels, filters, columns + 1],
              ),
              builder.integers([0, 2]),
            ], { keepdims: int(0) });
            const withKernel = builder.node("Mul", [
              applied.merged.kernel,
              builder.reshape(weight(names.kernel), [1, 1, filters, 1]),
            ]);
            return {
              input: wanted ? applied.input(masked, withKernel) : undefined,
              weights: [
                ...weightGradients(builder, upsampling, {
                  axes,
                  merged: applied.merged,
                  products: scaled,
                }),
                { weight: names.kernel, value: own },
                {
                  weight: names.bias,
                  value: builder.node("ReduceSum", [
                    builder.node("ReduceSum", [
                      inner,
                      builder.integers([1, 2]),
                    ], { keepdims: int(0) }),
                  ], { keepdims: int(0) }),
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
        const columns = builder.node("ReduceSumSquare", [difference], {
          axes: ints([1, 2]),
          keepdims: int(0),
        });
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
