/**
 * A network as an ONNX graph from `image` to `reconstruction`, for any number of
 * pictures at a time. TensorFlow.js keeps pictures as [n, height, width,
 * channels], ONNX as [n, channels, height, width].
 */
import type { LayersModel } from "../formats/layers-model.ts";
import { type Layer, type Shape, walk } from "../network/layer.ts";
import { fromLayers } from "../network/weights.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { type Graph, ints } from "../onnx/model.ts";

/** The graph. Values are called as the operators that make them, the last one `output`. */
export function modelGraph(
  { chain, weights, values }: LayersModel,
  output = "reconstruction",
): Graph {
  const builder = new GraphBuilder();
  const flat = fromLayers(weights, values);
  const operators = chain.layers.flatMap((layer) => {
    const { name } = layer;
    const constants = weights.filter((weight) => weight.layer === name);
    const acts = layer.kind !== "pooling" && layer.activation === "relu";
    return [
      { name, ...operator(layer), constants },
      ...(acts
        ? [{ name: `${name}/relu`, op: "Relu", attributes: {}, constants: [] }]
        : []),
    ];
  });
  let value = "image";
  operators.forEach(({ name, op, attributes, constants }, place) => {
    const inputs = [
      value,
      ...constants.map(({ name, dims, offset, length }) =>
        builder.initialiser({
          name,
          dims,
          type: "float32",
          data: flat.subarray(offset, offset + length),
        })
      ),
    ];
    value = place === operators.length - 1 ? output : name;
    builder.add({
      op,
      name,
      inputs,
      outputs: [value],
      attributes: Object.fromEntries(
        Object.entries(attributes).map((
          [name, numbers],
        ) => [name, ints(numbers)]),
      ),
    });
  });
  const picture = (name: string, { channels, height, width }: Shape) =>
    ({ name, type: "float32", dims: ["N", channels, height, width] }) as const;
  return builder.graph(
    "autoencoder",
    [picture("image", chain.input)],
    [picture(output, walk(chain).at(-1)?.output ?? chain.input)],
  );
}

/** A layer's operator with its attributes, all of which are lists of integers. */
function operator(
  layer: Layer,
): { op: string; attributes: { [name: string]: readonly number[] } } {
  switch (layer.kind) {
    case "convolution": {
      const { kernel, before, after } = layer;
      return {
        op: "Conv",
        attributes: {
          kernel_shape: kernel,
          strides: [1, 1],
          dilations: [1, 1],
          pads: [...before, ...after],
        },
      };
    }
    case "transposed":
      return {
        op: "ConvTranspose",
        attributes: {
          kernel_shape: layer.kernel,
          strides: layer.kernel,
          pads: [0, 0, 0, 0],
          output_padding: [0, 0],
        },
      };
    case "pooling":
      return {
        op: "MaxPool",
        attributes: {
          kernel_shape: layer.pool,
          strides: layer.pool,
          pads: [0, 0, 0, 0],
        },
      };
  }
}
