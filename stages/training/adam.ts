/**
 * Adam as TensorFlow has it (Kingma and Ba 2015, the variant before section
 * 2.1): p ← p − r m / (√v + ε) with the rate r = learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ).
 */
import type { GraphBuilder } from "../onnx/builder.ts";

/** The settings of the optimiser. */
export interface Adam {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** What the optimiser changes, each flat: in a graph, names of values. */
interface Flat<Value> {
  readonly parameters: Value;
  /** The mean of the gradient. */
  readonly first: Value;
  /** The mean of its square. */
  readonly second: Value;
}

/** The vectors in memory, in ONNX's layout. */
export type Vectors = Flat<Float32Array<ArrayBuffer>>;

/**
 * The bias-corrected rates of the steps after `step`. Powers are products: the
 * last digit of `Math.pow` is the JavaScript engine's business.
 */
export function rates(
  { learningRate, beta1, beta2 }: Adam,
  step: number,
  count: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(count);
  let power1 = 1;
  let power2 = 1;
  for (let t = 0; t < step + count; t++) {
    power1 *= beta1;
    power2 *= beta2;
    if (t >= step) {
      result[t - step] = learningRate * Math.sqrt(1 - power2) / (1 - power1);
    }
  }
  return result;
}

/** Adds one update to a graph. `gradient` is flat, `rate` a scalar. */
export function update(
  builder: GraphBuilder,
  { parameters, first, second }: Flat<string>,
  { gradient, rate, adam }: { gradient: string; rate: string; adam: Adam },
): Flat<string> {
  const { beta1, beta2, epsilon } = adam;
  const mean = (old: string, value: string, beta: number) =>
    builder.node("Add", [
      builder.node("Mul", [old, builder.scalar(beta)]),
      builder.node("Mul", [value, builder.scalar(1 - beta)]),
    ]);
  const m = mean(first, gradient, beta1);
  const v = mean(second, builder.node("Mul", [gradient, gradient]), beta2);
  const spread = builder.node("Add", [
    builder.node("Sqrt", [v]),
    builder.scalar(epsilon),
  ]);
  const change = builder.node("Mul", [builder.node("Div", [m, spread]), rate]);
  return {
    parameters: builder.node("Sub", [parameters, change]),
    first: m,
    second: v,
  };
}

/**
 * The same update of vectors in memory, in place, to the last bit what the graph
 * computes: its operators round each result to 32 bits, and so does `Math.fround`.
 */
export function move(
  { parameters, first, second }: Flat<Float32Array>,
  { gradient, rate, adam }: {
    gradient: Float32Array;
    rate: number;
    adam: Adam;
  },
): void {
  const { fround, sqrt } = Math;
  const [beta1, beta2] = [fround(adam.beta1), fround(adam.beta2)];
  const [rest1, rest2] = [fround(1 - adam.beta1), fround(1 - adam.beta2)];
  const epsilon = fround(adam.epsilon);
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]!; // below their common length, as all of these
    const m = fround(fround(first[i]! * beta1) + fround(g * rest1));
    const v = fround(
      fround(second[i]! * beta2) + fround(fround(g * g) * rest2),
    );
    const spread = fround(fround(sqrt(v)) + epsilon);
    const change = fround(fround(m / spread) * rate);
    first[i] = m;
    second[i] = v;
    parameters[i] = fround(parameters[i]! - change);
  }
}
