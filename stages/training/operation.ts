/**
 * What a training graph is made of: an operation computes a value from a value
 * and can carry a gradient back. Reverse-mode differentiation is then one walk
 * forward and one walk backward over a list of operations.
 */
import type { GraphBuilder } from "../onnx/builder.ts";
import type { Node } from "../onnx/model.ts";
import type { WeightGradient, Weights } from "./weight-vector.ts";

/** What an operation hands back: gradients as names of values. */
export interface Gradient {
  /** With respect to the operation's input; undefined where nobody asks for it. */
  readonly input: string | undefined;
  /** With respect to the weights. */
  readonly weights: readonly WeightGradient[];
}

/** The result of an operation, and the way back. */
export interface Forward {
  readonly output: string;
  /** `wanted`: whether the gradient of the input is of use. */
  readonly backward: (gradient: string, wanted: boolean) => Gradient;
}

/** A differentiable piece of a network in a graph. */
export interface Operation {
  /** For people: the layers that it stands for. */
  readonly name: string;
  /** The names of the weights that it uses, see `weights.ts`. */
  readonly weights: readonly string[];
  /** Adds itself to a graph. */
  readonly forward: (
    builder: GraphBuilder,
    input: string,
    weights: Weights,
  ) => Forward;
}

/** How a network's output is compared with its input. */
export interface Loss {
  readonly name: string;
  /** Adds the loss (a scalar) and the gradient of the output. */
  readonly compare: (
    builder: GraphBuilder,
    output: string,
    target: string,
  ) => { readonly loss: string; readonly gradient: string };
}

/** All that a training step does between images and gradients. */
export interface Program {
  /** From bytes `[batch, pixels]` to what the operations and the loss take. */
  readonly read: (
    builder: GraphBuilder,
    bytes: string,
  ) => { readonly input: string; readonly target: string };
  readonly operations: readonly Operation[];
  readonly loss: Loss;
  /** Says a node in the words that one runtime is quick with. */
  readonly phrase?: (node: Node) => Node;
}

/** Walks a program forward and back: the loss and the gradient of every weight. */
export function differentiate(
  builder: GraphBuilder,
  program: Program,
  { bytes, weights }: { bytes: string; weights: Weights },
): { loss: string; gradients: WeightGradient[] } {
  const { input, target } = program.read(builder, bytes);
  const passed: Forward[] = [];
  let value = input;
  for (const operation of program.operations) {
    const forward = operation.forward(builder, value, weights);
    passed.push(forward);
    value = forward.output;
  }
  const { loss, gradient } = program.loss.compare(builder, value, target);
  const gradients: WeightGradient[] = [];
  let flowing: string | undefined = gradient;
  // Nothing before the first operation with weights wants a gradient.
  const first = program.operations.findIndex(({ weights }) => weights.length);
  for (const [index, { backward }] of [...passed.entries()].reverse()) {
    if (flowing === undefined) break;
    const result: Gradient = backward(flowing, index > first);
    gradients.push(...result.weights);
    flowing = result.input;
  }
  return { loss, gradients };
}
