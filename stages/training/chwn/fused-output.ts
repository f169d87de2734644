/**
 * The end of the network, which never puts the pixels of the large image in place: a
 * fused upsampling, the 1 × 1 output convolution to one channel and the loss, all with
 * the pixels of a block as channels. The images that the output is compared with are
 * brought into the same form once, and what lies outside of them does not count.
 *
 * The 1 × 1 kernel w is one number per channel, so the gradient before the ReLU is
 * w times the mask times the gradient of the pixel. Leaving w out of the large
 * products and putting it on their small results saves a pass; and since a ReLU is
 * linear where it lets pass, the gradient of w follows from the same products:
 * Σ relu(k · x) g = k · Σ x (masked g).
 */
import type { Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Loss, Operation } from "../operation.ts";
import type { Convolution } from "./convolution.ts";
import { sizes, type Upsampling } from "./fused-kernel.ts";
import { type Chwn, dims, pad, PIXELS, spaceToDepth } from "./layout.ts";
import { positive, throughRelu } from "./products.ts";
import { fusedConvolution } from "./upsampling.ts";

/** The last operation of the network, and the loss that belongs to it. */
export function fusedOutput(
  layers: Upsampling,
  { name, activation }: Convolution,
  { image, batch }: {
    /** What the network takes and gives: one channel. */
    image: Shape;
    batch: number;
  },
): { readonly operation: Operation; readonly loss: Loss } {
  const { out, outside, grid } = sizes(layers);
  /** All numbers of one channel: [pixels · rows, columns · batch]. */
  const plane = [PIXELS * grid.height, grid.width * batch];

  // In two stages, since the runtime adds one number after the other.
  const sum = (builder: GraphBuilder, value: string) => {
    const columns = builder.node("ReduceSum", [
      builder.reshape(value, plane),
      builder.integers([0]),
    ], { keepdims: int(0) });
    return builder.node("ReduceSum", [columns], { keepdims: int(0) });
  };
  const inBlocks = (chwn: Chwn, value: string) => {
    const padded = pad(chwn, { ...image, value }, outside);
    const blocks = spaceToDepth(chwn, padded, "channel first").value;
    return chwn.builder.reshape(blocks, [1, 1, ...plane]);
  };

  return {
    operation(builder, value, weights) {
      const chwn = { builder, batch };
      const kernel = weights.value(`${name}/kernel`);
      const applied = fusedConvolution(chwn, layers, { value, weights });
      // [out · 4, …grid] → [out, …plane] → [1, …plane]
      const blocks = builder.reshape(applied.output, [1, out, ...plane]);
      const linear = builder.node("Conv", [
        blocks,
        kernel,
        weights.value(`${name}/bias`),
      ]);
      const output = activation === "relu"
        ? builder.node("Relu", [linear])
        : linear;
      return {
        output,
        backward(gradient) {
          const inner = activation === "relu"
            ? throughRelu(builder, gradient, output)
            : gradient;
          const masked = builder.node("Mul", [
            positive(builder, blocks),
            inner,
          ]);
          const { input, weights, overlap } = applied.backward(masked, kernel);
          return {
            input,
            weights: [
              ...weights,
              { weight: `${name}/kernel`, value: overlap(), size: out },
              { weight: `${name}/bias`, value: sum(builder, inner), size: 1 },
            ],
          };
        },
      };
    },
    loss(builder, output, target) {
      const chwn = { builder, batch };
      const count = batch * image.height * image.width;
      const difference = builder.node("Sub", [
        output,
        inBlocks(chwn, target),
      ]);
      const gradient = builder.node("Mul", [
        difference,
        inBlocks(chwn, constant(chwn, image, 2 / count)),
      ]);
      const squares = builder.node("Mul", [difference, gradient]);
      return {
        loss: builder.node("Mul", [sum(builder, squares), builder.scalar(0.5)]),
        gradient,
      };
    },
  };
}

/** Images of one number, which the blocks surround with zeros. */
function constant(
  { builder, batch }: Chwn,
  image: Shape,
  number: number,
): string {
  return builder.node(
    "ConstantOfShape",
    [builder.integers(dims(image, batch))],
    {
      value: {
        kind: "tensor",
        value: {
          name: "number",
          type: "float32",
          dims: [1],
          data: Float32Array.of(number),
        },
      },
    },
  );
}
