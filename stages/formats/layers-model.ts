/**
 * TensorFlow.js's layers format, in the artifacts models/tfjs/MODEL/: model.json
 * says which layers a network has and which weights, weights.bin holds their
 * numbers, 32-bit floats, little-endian, one weight after the other, channels
 * last. `tf.loadLayersModel` loads it. `train` writes it; the export, the
 * figures and the report read it.
 *
 * Read and written without TensorFlow.js, which is large and would add the date,
 * and checked without a schema: what a network's weights must be follows from
 * its layers, and a schema would be loaded by the training (see json.ts).
 */
import {
  canonical,
  canonicalPretty,
  type Json,
  type JsonObject,
} from "../../pipeline/stage/json.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import { type Chain, chainOf } from "../network/layer.ts";
import { parameters, type Weight, weights } from "../network/weights.ts";

/** A network with its weights. */
export interface LayersModel {
  readonly chain: Chain;
  readonly weights: readonly Weight[];
  /** The numbers of all weights, each at its `offset` in the layout `layersDims`. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** The two files of a network. */
export interface Files {
  /** The text of model.json. */
  readonly model: string;
  /** The bytes of weights.bin. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** Writes a network from its topology and the numbers of its weights, channels last. */
export function writeLayersModel(
  topology: JsonObject,
  values: Float32Array,
): Files {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  const model = canonicalPretty({
    format: "layers-model",
    generatedBy: `TensorFlow.js ${topology.keras_version}`,
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [{
      paths: ["weights.bin"],
      weights: manifest(weights(chainOf(topology))),
    }],
  });
  return { model, weights: bytes };
}

/** Reads a network from its two files. */
export function readLayersModel(model: string, weights: string): LayersModel {
  return parseLayersModel({
    model: Deno.readTextFileSync(model),
    weights: Deno.readFileSync(weights),
  }, model);
}

/**
 * Reads a network from what `writeLayersModel` gave, or TensorFlow.js itself;
 * `where` is what model.json is called.
 *
 * @throws StageError that names the file and what is wrong in it.
 */
export function parseLayersModel(files: Files, where: string): LayersModel {
  const refused = (seen: string) =>
    new StageError(`Cannot read ${where}`, seen, "train the network again");
  let content: Json;
  try {
    content = JSON.parse(files.model);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(`no JSON: ${error.message}`);
  }
  const { modelTopology, weightsManifest } = (content ?? {}) as JsonObject;
  if (!modelTopology || !Array.isArray(weightsManifest)) {
    throw refused("it has no modelTopology or no weightsManifest");
  }
  const chain = chainOf(modelTopology as JsonObject);
  const list = weights(chain);
  const named = weightsManifest.flatMap((group: JsonObject | null) =>
    group?.weights ?? []
  );
  const wanted = manifest(list);
  const odd = wanted.findIndex((weight, place) =>
    canonical(weight) !== canonical(named[place] ?? null)
  );
  if (odd >= 0 || named.length !== wanted.length) {
    const place = odd < 0 ? wanted.length : odd;
    throw refused(
      `the weight at position ${place} is ${
        canonical(named[place] ?? null)
      }, and by the layers ${canonical(wanted[place] ?? null)}`,
    );
  }
  const count = parameters(list);
  const { buffer, byteOffset, length } = files.weights;
  if (length !== 4 * count) {
    throw refused(
      `its weights have ${length} bytes, and by the layers ${4 * count}`,
    );
  }
  const view = new DataView(buffer, byteOffset);
  const values = Float32Array.from(
    { length: count },
    (_, index) => view.getFloat32(4 * index, true),
  );
  return { chain, weights: list, values };
}

function manifest(list: readonly Weight[]): JsonObject[] {
  return list.map(({ name, layersDims }) => ({
    name,
    shape: layersDims,
    dtype: "float32",
  }));
}
