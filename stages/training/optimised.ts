/**
 * The optimised form of the training graph: the same numbers as the plain form up to
 * rounding, several times as fast. Images lie with the batch innermost
 * (`chwn/layout.ts`), and neighbouring layers become one operation:
 *
 * - downsampling: the first convolution and its pooling, which compares by convolution;
 * - upsampling: a transposed convolution and the convolution after it, at low resolution;
 * - fused output: the last of these, the output convolution and the loss.
 *
 * It takes for granted what an experiment may say of its network, and refuses the rest.
 */
import { type Chain, type Layer, walk } from "../network/layer.ts";
import type { GraphBuilder } from "../onnx/builder.ts";
import { float, ints } from "../onnx/model.ts";
import { margin } from "./chwn/blocks.ts";
import { convolution } from "./chwn/convolution.ts";
import { downsampling } from "./chwn/downsampling.ts";
import { fusedOutput } from "./chwn/fused-output.ts";
import { BLOCK, dims } from "./chwn/layout.ts";
import { pooling } from "./chwn/pooling.ts";
import { upsampling } from "./chwn/upsampling.ts";
import type { Loss, Operation, Program } from "./operation.ts";

/** The optimised form of an autoencoder for batches of so many images. */
export function optimised(chain: Chain, batch: number): Program {
  const steps = walk(chain);
  const operations: Operation[] = [];
  let loss: Loss | undefined;
  for (let at = 0; at < steps.length;) {
    const [first, second, third] = steps.slice(at, at + 3);
    if (!first) break;
    const { layer, input } = first;
    assertAdmitted(layer);
    if (at === 0) {
      if (
        layer.kind !== "convolution" || second?.layer.kind !== "pooling" ||
        input.channels !== 1
      ) break;
      assertAdmitted(second.layer);
      operations.push(downsampling(layer, input, batch));
      at += 2;
    } else if (layer.kind === "convolution") {
      operations.push(convolution(layer, input, batch));
      at++;
    } else if (layer.kind === "pooling") {
      operations.push(pooling(input, batch));
      at++;
    } else {
      if (second?.layer.kind !== "convolution") break;
      assertAdmitted(second.layer);
      const layers = { up: layer, convolution: second.layer, input };
      if (at + 3 < steps.length) {
        operations.push(upsampling(layers, batch));
        at += 2;
        continue;
      }
      const output = third?.layer;
      if (output?.kind !== "convolution") break;
      if (output.filters * output.kernel[0] * output.kernel[1] !== 1) break;
      const end = fusedOutput(layers, output, { image: chain.input, batch });
      operations.push(end.operation);
      loss = end.loss;
      at += 3;
    }
  }
  if (!loss) {
    throw new TypeError("The network is no autoencoder of grey images");
  }
  return { read, operations, loss };

  function read(builder: GraphBuilder, bytes: string) {
    // The same as Cast, which runtimes do one number at a time.
    const values = builder.node("DequantizeLinear", [bytes, builder.scalar(1)]);
    const grey = builder.node("Div", [values, builder.scalar(255)]);
    // [batch, pixels] → [pixels, batch] → [1, 1, rows, columns · batch]
    const turned = builder.node("Transpose", [grey], { perm: ints([1, 0]) });
    const input = builder.reshape(turned, dims(chain.input, batch));
    return { input, target: input };
  }
}

/** Stops at a layer that no experiment can have. */
function assertAdmitted(layer: Layer): void {
  if (admitted(layer)) return;
  throw new TypeError(`The optimised form does not cover layer ${layer.name}`);
}

function admitted(layer: Layer): boolean {
  switch (layer.kind) {
    case "convolution": {
      const { kernel: [rows, columns], before, after, activation } = layer;
      return activation === "relu" && rows === columns && rows % 2 === 1 &&
        [...before, ...after].every((size) => size === margin(rows));
    }
    case "transposed":
      return layer.activation === "linear" &&
        layer.kernel.every((size) => size === BLOCK);
    case "pooling":
      return layer.pool.every((size) => size === BLOCK);
  }
}

/**
 * The same form for native code, where Sign is no vector instruction and the
 * slowest operator of a step: the mask of a number that is never negative is also
 * min(max(3·10³⁸ x, 0), 1).
 */
export function optimisedForNative(chain: Chain, batch: number): Program {
  return {
    ...optimised(chain, batch),
    lower: (node) =>
      node.op === "Sign"
        ? {
          ...node,
          op: "HardSigmoid",
          attributes: { alpha: float(3e38), beta: float(0) },
        }
        : node,
  };
}
