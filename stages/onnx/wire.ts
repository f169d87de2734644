/**
 * ONNX models as bytes and back: the part of onnx.proto (IR version 8) that
 * `model.ts` can say, with the field numbers of
 * https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto
 *
 * The same model always gives the same bytes: fields are written in the order
 * of their numbers, lists in their own order, metadata sorted by key.
 */
import protobuf from "protobufjs/light.js";
import type { Attribute, DataType, Elements } from "./model.ts";
import type { Graph, Model, Node, Tensor, ValueInfo } from "./model.ts";

/** `TensorProto.DataType`. */
const DATA_TYPES: { readonly [type in DataType]: number } = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

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

const field = (id: number, type: string) => ({ id, type });
// proto2 writes repeated numbers one by one unless told; so does onnx.
const list = (id: number, type: string) => ({ id, type, rule: "repeated" });

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, "int64"),
        producerName: field(2, "string"),
        producerVersion: field(3, "string"),
        docString: field(6, "string"),
        graph: field(7, "Graph"),
        opsetImport: list(8, "OperatorSet"),
        metadataProps: list(14, "Entry"),
      },
    },
    OperatorSet: {
      fields: { domain: field(1, "string"), version: field(2, "int64") },
    },
    Entry: {
      fields: { key: field(1, "string"), value: field(2, "string") },
    },
    Graph: {
      fields: {
        node: list(1, "Node"),
        name: field(2, "string"),
        initializer: list(5, "Tensor"),
        input: list(11, "ValueInfo"),
        output: list(12, "ValueInfo"),
      },
    },
    Node: {
      fields: {
        input: list(1, "string"),
        output: list(2, "string"),
        name: field(3, "string"),
        opType: field(4, "string"),
        attribute: list(5, "Attribute"),
        domain: field(7, "string"),
      },
    },
    Attribute: {
      fields: {
        name: field(1, "string"),
        f: field(2, "float"),
        i: field(3, "int64"),
        s: field(4, "bytes"),
        t: field(5, "Tensor"),
        g: field(6, "Graph"),
        floats: list(7, "float"),
        ints: list(8, "int64"),
        type: field(20, "int32"),
      },
    },
    Tensor: {
      fields: {
        dims: list(1, "int64"),
        dataType: field(2, "int32"),
        name: field(8, "string"),
        rawData: field(9, "bytes"),
      },
    },
    ValueInfo: {
      fields: { name: field(1, "string"), type: field(2, "Type") },
    },
    Type: { fields: { tensorType: field(1, "TensorType") } },
    TensorType: {
      fields: { elemType: field(1, "int32"), shape: field(2, "Shape") },
    },
    Shape: { fields: { dim: list(1, "Dimension") } },
    Dimension: {
      oneofs: { value: { oneof: ["dimValue", "dimParam"] } },
      fields: {
        dimValue: field(1, "int64"),
        dimParam: field(2, "string"),
      },
    },
  },
});

const proto = root.lookupType("Model");

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

interface ModelMessage {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  docString: string;
  graph: GraphMessage | null;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
}

interface GraphMessage {
  name: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: ValueMessage[];
  output: ValueMessage[];
}

interface NodeMessage {
  opType: string;
  input: string[];
  output: string[];
  name: string;
  domain: string;
  attribute: AttributeMessage[];
}

interface AttributeMessage {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorMessage | null;
  g?: GraphMessage | null;
  floats?: number[];
  ints?: number[];
}

interface TensorMessage {
  name: string;
  dims: number[];
  dataType: number;
  rawData: Uint8Array;
}

interface ValueMessage {
  name: string;
  type: {
    tensorType: {
      elemType: number;
      shape?: { dim: { dimValue?: number; dimParam?: string }[] } | null;
    };
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

/** Elements as bytes, little-endian whatever this machine is. */
function rawData(tensor: Elements): Uint8Array {
  const { type, data } = tensor;
  if (type === "uint8" || type === "bool") return data;
  const width = type === "float32" || type === "int32" ? 4 : 8;
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  data.forEach((value: number, index: number) => {
    const at = index * width;
    if (type === "float32") view.setFloat32(at, value, true);
    else if (type === "float64") view.setFloat64(at, value, true);
    else if (type === "int32") view.setInt32(at, value, true);
    else view.setBigInt64(at, BigInt(value), true);
  });
  return bytes;
}

function elements(type: DataType, bytes: Uint8Array): Elements {
  if (type === "uint8" || type === "bool") return { type, data: bytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = type === "float32" || type === "int32" ? 4 : 8;
  const read = (value: (at: number) => number) =>
    Array.from({ length: bytes.length / width }, (_, i) => value(i * width));
  switch (type) {
    case "float32":
      return {
        type,
        data: Float32Array.from(read((at) => view.getFloat32(at, true))),
      };
    case "float64":
      return {
        type,
        data: Float64Array.from(read((at) => view.getFloat64(at, true))),
      };
    case "int32":
      return {
        type,
        data: Int32Array.from(read((at) => view.getInt32(at, true))),
      };
    case "int64":
      return { type, data: read((at) => Number(view.getBigInt64(at, true))) };
  }
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

function typeOf(dataType: number): DataType {
  const names = Object.keys(DATA_TYPES) as DataType[];
  const type = names.find((name) => DATA_TYPES[name] === dataType);
  if (!type) throw new TypeError(`Element type ${dataType} is not in use here`);
  return type;
}
