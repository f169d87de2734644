/**
 * ONNX models as bytes and back, as far as `model.ts` can say them.
 *
 * The same model always gives the same bytes: fields are written in the order
 * of their numbers, lists in their own order, metadata sorted by key.
 */
import type {
  Attribute,
  Graph,
  Model,
  Node,
  Tensor,
  ValueInfo,
} from "./model.ts";
import { DATA_TYPES, elements, rawData, typeOf } from "./elements.ts";
import { proto } from "./schema.ts";
import type {
  AttributeMessage,
  GraphMessage,
  ModelMessage,
  NodeMessage,
  TensorMessage,
  ValueMessage,
} from "./schema.ts";

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES: { readonly [kind in Attribute["kind"]]: number } = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
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

/**
 * The model that some bytes hold, as far as this project's models go.
 *
 * @throws TypeError for what `model.ts` cannot say.
 */
export function decode(bytes: Uint8Array): Model {
  const message = proto.toObject(proto.decode(bytes), {
    longs: Number,
    arrays: true,
    defaults: true,
  }) as ModelMessage;
  const standard = message.opsetImport.find(({ domain }) => domain === "");
  if (!message.graph || !standard) {
    throw new TypeError("No ONNX model with standard operators");
  }
  return {
    graph: graphOf(message.graph),
    opset: standard.version,
    irVersion: message.irVersion,
    producer: {
      name: message.producerName,
      version: message.producerVersion,
    },
    description: message.docString,
    metadata: Object.fromEntries(
      message.metadataProps.map(({ key, value }) => [key, value]),
    ),
  };
}

function graphMessage(graph: Graph): GraphMessage {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    initializer: graph.initialisers.map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function graphOf(message: GraphMessage): Graph {
  return {
    name: message.name,
    inputs: message.input.map(valueOf),
    outputs: message.output.map(valueOf),
    initialisers: message.initializer.map(tensorOf),
    nodes: message.node.map(nodeOf),
  };
}

function nodeMessage(node: Node): NodeMessage {
  return {
    opType: node.op,
    input: [...node.inputs],
    output: [...node.outputs],
    name: node.name ?? "",
    domain: node.domain ?? "",
    attribute: Object.keys(node.attributes ?? {}).sort().map((name) =>
      attributeMessage(name, node.attributes?.[name] as Attribute)
    ),
  };
}

function nodeOf(message: NodeMessage): Node {
  return {
    op: message.opType,
    inputs: message.input,
    outputs: message.output,
    ...(message.name !== "" && { name: message.name }),
    ...(message.domain !== "" && { domain: message.domain }),
    ...(message.attribute.length > 0 && {
      attributes: Object.fromEntries(
        message.attribute.map((attribute) => [
          attribute.name,
          attributeOf(attribute),
        ]),
      ),
    }),
  };
}

function attributeMessage(name: string, attribute: Attribute) {
  const type = ATTRIBUTE_TYPES[attribute.kind];
  const head = { name, type };
  switch (attribute.kind) {
    case "float":
      return { ...head, f: attribute.value };
    case "int":
      return { ...head, i: attribute.value };
    case "string":
      return { ...head, s: new TextEncoder().encode(attribute.value) };
    case "floats":
      return { ...head, floats: [...attribute.value] };
    case "ints":
      return { ...head, ints: [...attribute.value] };
    case "tensor":
      return { ...head, t: tensorMessage(attribute.value) };
    case "graph":
      return { ...head, g: graphMessage(attribute.value) };
  }
}

function attributeOf(message: AttributeMessage): Attribute {
  const { type, f, i, s, t, g, floats, ints } = message;
  switch (type) {
    case ATTRIBUTE_TYPES.float:
      return { kind: "float", value: f ?? 0 };
    case ATTRIBUTE_TYPES.int:
      return { kind: "int", value: i ?? 0 };
    case ATTRIBUTE_TYPES.string:
      return { kind: "string", value: new TextDecoder().decode(s) };
    case ATTRIBUTE_TYPES.floats:
      return { kind: "floats", value: floats ?? [] };
    case ATTRIBUTE_TYPES.ints:
      return { kind: "ints", value: ints ?? [] };
  }
  if (type === ATTRIBUTE_TYPES.tensor && t) {
    return { kind: "tensor", value: tensorOf(t) };
  }
  if (type === ATTRIBUTE_TYPES.graph && g) {
    return { kind: "graph", value: graphOf(g) };
  }
  throw new TypeError(`Attribute "${message.name}" has type ${type}`);
}

function tensorMessage(tensor: Tensor): TensorMessage {
  return {
    name: tensor.name,
    dims: [...tensor.dims],
    dataType: DATA_TYPES[tensor.type],
    rawData: rawData(tensor),
  };
}

function tensorOf(message: TensorMessage): Tensor {
  const { name, dims, dataType, rawData } = message;
  return { name, dims, ...elements(typeOf(dataType), rawData) };
}

function valueMessage({ name, type, dims }: ValueInfo): ValueMessage {
  const elemType = DATA_TYPES[type];
  if (!dims) return { name, type: { tensorType: { elemType } } };
  const dim = dims.map((size) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: size }
  );
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function valueOf({ name, type: { tensorType } }: ValueMessage): ValueInfo {
  const type = typeOf(tensorType.elemType);
  if (!tensorType.shape) return { name, type };
  const dims = tensorType.shape.dim.map(({ dimValue, dimParam }) =>
    dimParam ? dimParam : dimValue ?? 0
  );
  return { name, type, dims };
}
