/**
 * ONNX models as bytes. The same model always gives the same bytes: fields are written
 * in the order of their numbers, lists in their own order, attributes and metadata
 * sorted by key.
 */
import type {
  Attribute,
  DataType,
  Elements,
  Graph,
  Model,
  Node,
  Tensor,
  ValueInfo,
} from "./model.ts";
import { proto } from "./schema.ts";

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES: { readonly [kind in Attribute["kind"]]: number } = {
  float: 1,
  int: 2,
  tensor: 4,
  graph: 5,
  ints: 7,
};

/** `TensorProto.DataType`. */
const DATA_TYPES: { readonly [type in DataType]: number } = {
  float32: 1,
  uint8: 2,
  int64: 7,
  bool: 9,
};

/** The bytes of a model: a `.onnx` file. */
export function encode(model: Model): Uint8Array<ArrayBuffer> {
  const message = proto.fromObject({
    irVersion: model.irVersion,
    producerName: model.producer.name,
    producerVersion: model.producer.version,
    docString: model.description,
    graph: graphMessage(model.graph),
    opsetImport: [{ domain: "", version: model.opset }],
    metadataProps: Object.keys(model.metadata).sort()
      .map((key) => ({ key, value: model.metadata[key] })),
  });
  // A copy: the writer's buffer may be a window into a larger pool.
  return new Uint8Array(proto.encode(message).finish());
}

function graphMessage(graph: Graph): object {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    initializer: graph.initialisers.map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function nodeMessage({ op, inputs, outputs, name, attributes }: Node) {
  return {
    opType: op,
    input: inputs,
    output: outputs,
    name: name ?? "",
    domain: "",
    attribute: Object.entries(attributes ?? {})
      .sort(([one], [other]) => one < other ? -1 : 1)
      .map(([name, attribute]) => attributeMessage(name, attribute)),
  };
}

function attributeMessage(name: string, attribute: Attribute) {
  const head = { name, type: ATTRIBUTE_TYPES[attribute.kind] };
  switch (attribute.kind) {
    case "float":
      return { ...head, f: attribute.value };
    case "int":
      return { ...head, i: attribute.value };
    case "ints":
      return { ...head, ints: attribute.value };
    case "tensor":
      return { ...head, t: tensorMessage(attribute.value) };
    case "graph":
      return { ...head, g: graphMessage(attribute.value) };
  }
}

function tensorMessage(tensor: Tensor) {
  const { name, dims, type } = tensor;
  return { name, dims, dataType: DATA_TYPES[type], rawData: rawData(tensor) };
}

/** Elements as bytes, little-endian whatever this machine is. */
function rawData({ type, data }: Elements): Uint8Array {
  if (type === "uint8" || type === "bool") return data;
  const width = type === "float32" ? 4 : 8;
  const view = new DataView(new ArrayBuffer(data.length * width));
  data.forEach((value: number, index: number) => {
    if (type === "float32") view.setFloat32(index * width, value, true);
    else view.setBigInt64(index * width, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

function valueMessage({ name, type, dims }: ValueInfo) {
  const shape = dims && {
    dim: dims.map((size) =>
      typeof size === "number" ? { dimValue: size } : { dimParam: size }
    ),
  };
  const elemType = DATA_TYPES[type];
  return { name, type: { tensorType: { elemType, ...(shape && { shape }) } } };
}
