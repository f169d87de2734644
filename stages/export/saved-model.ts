/**
 * The tfjs layers format: a topology in JSON and the weights in one row of
 * bytes. Read as data, without tfjs: an export only walks it.
 */
import * as v from "valibot";
import { StageError } from "../../pipeline/task.ts";

const LayerSchema = v.object({
  class_name: v.string(),
  config: v.looseObject({ name: v.string() }),
  /** In a functional model: for each use, the tensors that it takes. */
  inbound_nodes: v.optional(
    v.array(v.array(v.tupleWithRest([v.string()], v.unknown()))),
  ),
});

const ModelSchema = v.object({
  modelTopology: v.object({
    class_name: v.string(),
    config: v.object({ layers: v.array(LayerSchema) }),
  }),
  weightsManifest: v.array(v.object({
    weights: v.array(v.object({
      name: v.string(),
      shape: v.array(v.number()),
      dtype: v.string(),
      quantization: v.optional(v.unknown()),
    })),
  })),
});

/** One layer: its class, such as `Conv2D`, and its settings as Keras names them. */
export type Layer = v.InferOutput<typeof LayerSchema>;

/** An array of float32 in row-major order. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A model whose layers form a chain, from the input on. */
export interface SavedModel {
  readonly layers: readonly Layer[];
  /** By name: `conv2d_1/kernel`. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/**
 * Reads a model from the text of `model.json` and the bytes of its weights.
 *
 * @throws StageError if this is no such model, or not a chain of layers.
 */
export function parseModel(
  text: string,
  weights: Uint8Array<ArrayBuffer>,
): SavedModel {
  let parsed: v.InferOutput<typeof ModelSchema>;
  try {
    parsed = v.parse(ModelSchema, JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !v.isValiError(error)) throw error;
    const path = v.isValiError<typeof ModelSchema>(error)
      ? `at ${v.getDotPath(error.issues[0]) ?? "its top"}: `
      : "";
    throw new StageError(
      "Cannot read the model",
      `not a tfjs layers model: ${path}${error.message}`,
    );
  }
  const { class_name, config } = parsed.modelTopology;
  return {
    layers: class_name === "Sequential" ? config.layers : chain(config.layers),
    weights: cut(
      parsed.weightsManifest.flatMap(({ weights }) => weights),
      weights,
    ),
  };
}

/** The layers of a functional model, each after the one that it takes. */
function chain(layers: readonly Layer[]): Layer[] {
  const takers = new Map<string, Layer>();
  let last = layers.find(({ inbound_nodes }) => !inbound_nodes?.length);
  for (const layer of layers) {
    for (const sources of layer.inbound_nodes ?? []) {
      const [source] = sources;
      if (!source || sources.length > 1 || takers.has(source[0])) {
        throw new StageError(
          "Cannot export the model",
          `its layers branch or merge at "${layer.config.name}" (${layer.class_name})`,
          "only a chain of layers can be exported",
        );
      }
      takers.set(source[0], layer);
    }
  }
  const ordered: Layer[] = [];
  for (; last; last = takers.get(last.config.name)) ordered.push(last);
  return ordered;
}

/** Cuts the bytes into the weights of the manifest, which follow each other. */
function cut(
  manifest: v.InferOutput<typeof ModelSchema>["weightsManifest"][0]["weights"],
  bytes: Uint8Array<ArrayBuffer>,
): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  for (const { name, shape, dtype, quantization } of manifest) {
    if (dtype !== "float32" || quantization !== undefined) {
      throw new StageError(
        "Cannot read the model's weights",
        `"${name}" is ${quantization === undefined ? dtype : "quantized"}`,
        "only plain float32 can be exported",
      );
    }
    const size = shape.reduce((product, length) => product * length, 1);
    if (offset + 4 * size > bytes.length) {
      throw new StageError(
        "Cannot read the model's weights",
        `"${name}" ends at byte ${
          offset + 4 * size
        }, the file at ${bytes.length}`,
      );
    }
    const values = Float32Array.from(
      { length: size },
      (_, i) => view.getFloat32(offset + 4 * i, true),
    );
    weights.set(name, { name, shape, values });
    offset += 4 * size;
  }
  return weights;
}
