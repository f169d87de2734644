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
import type { Upsampling } from "./chwn/fused-kernel.ts";
import { fusedOutput } from "./chwn/fused-output.ts";
import { BLOCK, dims } from "./chwn/layout.ts";
import { pooling } from "./chwn/pooling.ts";
import { upsampling } from "./chwn/upsampling.ts";
import type { Program } from "./operation.ts";

/** A layer with the shape of what it takes. */
type Step = ReturnType<typeof walk>[number];

/** The optimised form of an autoencoder for batches of so many images. */
export function optimised(chain: Chain, batch: number): Program {
  const steps = walk(chain);
  steps.slice(0, -1).forEach(({ layer }) => assertAdmitted(layer));

  const [first, pool] = steps;
  if (first?.layer.kind !== "convolution" || chain.input.channels !== 1) {
    throw refused();
  }
  if (pool?.layer.kind !== "pooling") throw refused();
  const operations = [downsampling(first.layer, chain.input, batch)];

  const middle = steps.slice(2, -3);
  while (middle.length > 0) {
    const { layer, input } = middle[0] as Step;
    switch (layer.kind) {
      case "convolution":
        operations.push(convolution(layer, input, batch));
        break;
      case "pooling":
        operations.push(pooling(input, batch));
        break;
      case "transposed":
        operations.push(upsampling(pair(middle.shift(), middle[0]), batch));
    }
    middle.shift();
  }

  const [up, last, output] = steps.slice(-3);
  if (output?.layer.kind !== "convolution") throw refused();
  const { filters, kernel: [rows, columns] } = output.layer;
  if (filters * rows * columns !== 1) throw refused();
  const end = fusedOutput(pair(up, last), output.layer, {
    image: chain.input,
    batch,
  });
  operations.push(end.operation);
  return { read, operations, loss: end.loss };

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

/** Two layers that become one upsampling. */
function pair(up: Step | undefined, next: Step | undefined): Upsampling {
  if (up?.layer.kind !== "transposed") throw refused();
  if (next?.layer.kind !== "convolution") throw refused();
  return { up: up.layer, convolution: next.layer, input: up.input };
}

function refused(): TypeError {
  return new TypeError("The network is no autoencoder of grey images");
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
