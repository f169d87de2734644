/**
 * A network's weights as one flat vector, which is what an optimiser wants, and
 * their two other layouts: ONNX (output channel first) and TensorFlow.js
 * (channels last).
 */
import { stream } from "../random/stream.ts";
import { type Chain, walk } from "./layer.ts";

/** One weight: its place in the flat vector and its shape in ONNX's layout. */
export interface Weight {
  /** As TensorFlow.js names it: `encoder-1/kernel`. */
  readonly name: string;
  readonly layer: string;
  readonly role: "kernel" | "bias";
  readonly offset: number;
  readonly length: number;
  /** ONNX: `[out, in, rows, columns]`, transposed `[in, out, rows, columns]`. */
  readonly dims: readonly number[];
  /** TensorFlow.js: `[rows, columns, in, out]`, transposed `[rows, columns, out, in]`. */
  readonly layersDims: readonly number[];
}

/** All weights in the order of the layers, kernel before bias. */
export function weights(chain: Chain): Weight[] {
  const list: Weight[] = [];
  let offset = 0;
  const add = (weight: Omit<Weight, "offset" | "length">) => {
    const length = weight.dims.reduce((product, size) => product * size, 1);
    list.push({ ...weight, offset, length });
    offset += length;
  };
  for (const { layer, input } of walk(chain)) {
    if (layer.kind === "pooling") continue;
    const { name, filters, kernel: [rows, columns] } = layer;
    const ends = layer.kind === "convolution"
      ? [filters, input.channels] as const
      : [input.channels, filters] as const;
    add({
      name: `${name}/kernel`,
      layer: name,
      role: "kernel",
      dims: [...ends, rows, columns],
      layersDims: [rows, columns, ends[1], ends[0]],
    });
    add({
      name: `${name}/bias`,
      layer: name,
      role: "bias",
      dims: [filters],
      layersDims: [filters],
    });
  }
  return list;
}

/** The length of the flat vector: the number of parameters. */
export function parameters(list: readonly Weight[]): number {
  const last = list.at(-1);
  return last ? last.offset + last.length : 0;
}

/**
 * Weights before training, flat and in ONNX's layout: kernels uniform in
 * ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010, TensorFlow's default),
 * biases zero. Drawn in the order of the flat vector from the stream `init`.
 */
export function initial(list: readonly Weight[], seed: number): Float32Array {
  const { between } = stream(seed, "init");
  const flat = new Float32Array(parameters(list));
  for (const { role, dims, length, offset } of list) {
    if (role === "bias") continue;
    const [from = 1, to = 1, rows = 1, columns = 1] = dims;
    const limit = Math.sqrt(6 / (rows * columns * (from + to)));
    for (let index = 0; index < length; index++) {
      flat[offset + index] = between(-limit, limit);
    }
  }
  return flat;
}

/** From ONNX's layout to TensorFlow.js's. */
export function toLayers(
  list: readonly Weight[],
  flat: Float32Array,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(flat.length);
  pairs(list, (onnx, layers) => result[layers] = flat[onnx] as number);
  return result;
}

/** From TensorFlow.js's layout to ONNX's. */
export function fromLayers(
  list: readonly Weight[],
  flat: Float32Array,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(flat.length);
  pairs(list, (onnx, layers) => result[onnx] = flat[layers] as number);
  return result;
}

/** Where each number stands in the two layouts. */
function pairs(
  list: readonly Weight[],
  visit: (onnx: number, layers: number) => void,
): void {
  for (const { role, dims, offset, length } of list) {
    if (role === "bias") {
      for (let i = 0; i < length; i++) visit(offset + i, offset + i);
      continue;
    }
    // ONNX [a, b, rows, columns] is [rows, columns, b, a] in TensorFlow.js.
    const [first = 1, second = 1, rows = 1, columns = 1] = dims;
    const area = rows * columns;
    for (let a = 0; a < first; a++) {
      for (let b = 0; b < second; b++) {
        for (let at = 0; at < area; at++) {
          visit(
            offset + (a * second + b) * area + at,
            offset + (at * second + b) * first + a,
          );
        }
      }
    }
  }
}
