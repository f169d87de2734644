/**
 * A network on disk in TensorFlow.js's layers format, model.json beside
 * weights.bin, loadable by `tf.loadLayersModel`. Written without TensorFlow.js,
 * which would add the date.
 */
import { canonicalPretty, type JsonObject } from "../../pipeline/json.ts";
import { StageError } from "../../pipeline/task.ts";
import { type Chain, chainOf } from "./layer.ts";
import { fromLayers, parameters, toLayers, type Weight } from "./weights.ts";
import { weights } from "./weights.ts";

/** A network as it is stored. */
export interface Saved {
  /** The text of model.json. */
  readonly model: string;
  /** The bytes of weights.bin: 32-bit floats, little-endian, channels last. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** A network as it was read back. */
export interface Loaded {
  readonly chain: Chain;
  readonly weights: readonly Weight[];
  /** All weights, flat, in ONNX's layout. */
  readonly flat: Float32Array<ArrayBuffer>;
}

/** `flat` holds the weights in ONNX's layout, see `weights`. */
export function save(topology: JsonObject, flat: Float32Array): Saved {
  const list = weights(chainOf(topology));
  const values = toLayers(list, flat);
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  const model = canonicalPretty({
    format: "layers-model",
    generatedBy: `TensorFlow.js ${topology.keras_version}`,
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [{
      paths: ["weights.bin"],
      weights: list.map(({ name, layersDims }) => ({
        name,
        shape: layersDims,
        dtype: "float32",
      })),
    }],
  });
  return { model, weights: bytes };
}

/** Reads what `save` wrote. */
export function load(saved: Saved): Loaded {
  const { modelTopology } = JSON.parse(saved.model);
  const chain = chainOf(modelTopology);
  const list = weights(chain);
  const count = parameters(list);
  if (saved.weights.length !== 4 * count) {
    throw new StageError(
      "The weights do not fit the model",
      `${saved.weights.length} bytes instead of ${4 * count}`,
      "Train again: deno task reproduce --force train",
    );
  }
  const { buffer, byteOffset } = saved.weights;
  const view = new DataView(buffer, byteOffset);
  const values = Float32Array.from(
    { length: count },
    (_, index) => view.getFloat32(4 * index, true),
  );
  return { chain, weights: list, flat: fromLayers(list, values) };
}
