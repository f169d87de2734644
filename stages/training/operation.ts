/**
 * The parts of a training graph and their differentiation. An operation computes a
 * value from a value and can carry a gradient back through itself; reverse-mode
 * differentiation walks forward over a list of operations, then backward.
 */
import type { Chain } from "../network/layer.ts";
import type { GraphBuilder } from "../onnx/builder.ts";
import type { Node } from "../onnx/model.ts";
import type { WeightGradient, Weights } from "./weight-vector.ts";

/** What an operation hands back: gradients as names of values. */
interface Gradient {
  /** The gradient of the operation's input; absent where the input is the images. */
  readonly input?: string;
  /** The gradients of the operation's weights. */
  readonly weights: readonly WeightGradient[];
}

/** The output of an operation, and the way back from the output's gradient. */
interface Forward {
  readonly output: string;
  readonly backward: (gradient: string) => Gradient;
}

/** A differentiable piece of a network, which adds itself to a graph. */
export type Operation = (
  builder: GraphBuilder,
  input: string,
  weights: Weights,
) => Forward;

/** Adds the loss (a scalar) and the gradient of the output to a graph. */
export type Loss = (
  builder: GraphBuilder,
  output: string,
  target: string,
) => { readonly loss: string; readonly gradient: string };

/** All that a training step does between images and gradients. */
export interface Program {
  /** From bytes `[batch, pixels]` to what the operations and the loss take. */
  readonly read: (
    builder: GraphBuilder,
    bytes: string,
  ) => { readonly input: string; readonly target: string };
  readonly operations: readonly Operation[];
  readonly loss: Loss;
  /** Replaces a node by one that a runtime computes faster. */
  readonly lower?: (node: Node) => Node;
}

/**
 * One way to write a network as a program for batches of one size: the plain one
 * (`plain.ts`) or the fast one (`optimised.ts`).
 */
export type Lowering = (chain: Chain, batch: number) => Program;

/** What the forward pass leaves: the loss, its gradient, and the ways back. */
interface Passed {
  readonly loss: string;
  readonly gradient: string;
  readonly backwards: readonly Forward["backward"][];
}

/** Adds the forward pass of a program to a graph. */
export function forward(
  builder: GraphBuilder,
  { read, operations, loss }: Program,
  { bytes, weights }: { bytes: string; weights: Weights },
): Passed {
  const { input, target } = read(builder, bytes);
  let value = input;
  const backwards = operations.map((operation) => {
    const { output, backward } = operation(builder, value, weights);
    value = output;
    return backward;
  });
  return { ...loss(builder, value, target), backwards };
}

/** Adds both passes to a graph: the loss and the gradient of every weight. */
export function differentiate(
  builder: GraphBuilder,
  program: Program,
  values: { bytes: string; weights: Weights },
): { loss: string; gradients: WeightGradient[] } {
  const { loss, gradient, backwards } = forward(builder, program, values);
  const gradients: WeightGradient[] = [];
  let flowing: string | undefined = gradient;
  for (const backward of backwards.toReversed()) {
    // Only the first operation has no gradient of its input to give.
    if (flowing === undefined) break;
    const result: Gradient = backward(flowing);
    gradients.push(...result.weights);
    flowing = result.input;
  }
  return { loss, gradients };
}
