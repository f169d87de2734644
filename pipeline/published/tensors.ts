/** Where two sets of weights differ, and by how much: TensorFlow.js's layers format. */

/** The largest difference of two files of weights. */
export interface TensorDifference {
  readonly tensor: string;
  /** Position by axis. */
  readonly index: readonly number[];
  readonly was: number;
  readonly now: number;
  /** Values that differ, and all. */
  readonly differing: number;
  readonly values: number;
}

interface Model {
  readonly weightsManifest?: readonly {
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: string;
    }[];
  }[];
}

/**
 * Compares the float32 tensors of two `weights.bin` that the same `model.json`
 * describes; `undefined` if it describes none, or not these.
 */
export function tensorDifference(
  model: string,
  was: Uint8Array,
  now: Uint8Array,
): TensorDifference | undefined {
  const { weightsManifest = [] } = JSON.parse(model) as Model;
  const tensors = weightsManifest.flatMap(({ weights }) => weights);
  if (tensors.some(({ dtype }) => dtype !== "float32")) return;
  const size = (shape: readonly number[]) =>
    shape.reduce((product, length) => product * length, 1);
  const values = tensors.reduce((sum, { shape }) => sum + size(shape), 0);
  if (was.length !== 4 * values || now.length !== 4 * values) return;
  const view = (bytes: Uint8Array) =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [left, right] = [view(was), view(now)];
  let found: Omit<TensorDifference, "differing" | "values"> | undefined;
  let largest = 0;
  let differing = 0;
  let at = 0;
  for (const { name, shape } of tensors) {
    for (let index = 0; index < size(shape); index++, at += 4) {
      const [a, b] = [left.getFloat32(at, true), right.getFloat32(at, true)];
      if (left.getUint32(at, true) === right.getUint32(at, true)) continue;
      differing++;
      const difference = Math.abs(a - b);
      if (found && !(difference > largest)) continue;
      largest = difference;
      found = { tensor: name, index: position(index, shape), was: a, now: b };
    }
  }
  return found && { ...found, differing, values };
}

function position(index: number, shape: readonly number[]): number[] {
  const result: number[] = [];
  for (const length of shape.toReversed()) {
    result.unshift(index % length);
    index = Math.floor(index / length);
  }
  return result;
}
