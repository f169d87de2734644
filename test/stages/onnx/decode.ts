/** ONNX models read back from bytes, as far as this project writes them. */
import type {
  Attribute,
  DataType,
  Elements,
  Graph,
  Model,
  Node,
  Tensor,
  ValueInfo,
} from "../../../stages/onnx/model.ts";
import { proto } from "../../../stages/onnx/schema.ts";

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
  t?: TensorMessage | null;
  g?: GraphMessage | null;
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

/** The model that some bytes hold. */
export function decode(bytes: Uint8Array): Model {
  const message = proto.toObject(proto.decode(bytes), {
    longs: Number,
    arrays: true,
    defaults: true,
  }) as ModelMessage;
  const standard = message.opsetImport.find(({ domain }) => domain === "");
  if (!message.graph || !standard) {
    throw new TypeError("The bytes hold no ONNX model with standard operators");
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

function graphOf(message: GraphMessage): Graph {
  return {
    name: message.name,
    inputs: message.input.map(valueOf),
    outputs: message.output.map(valueOf),
    initialisers: message.initializer.map(tensorOf),
    nodes: message.node.map(nodeOf),
  };
}

function nodeOf(message: NodeMessage): Node {
  return {
    op: message.opType,
    inputs: message.input,
    outputs: message.output,
    ...(message.name !== "" && { name: message.name }),
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

function attributeOf(message: AttributeMessage): Attribute {
  const { type, f, i, t, g, ints } = message;
  switch (type) {
    case 1:
      return { kind: "float", value: f ?? 0 };
    case 2:
      return { kind: "int", value: i ?? 0 };
    case 7:
      return { kind: "ints", value: ints ?? [] };
  }
  if (type === 4 && t) {
    return { kind: "tensor", value: tensorOf(t) };
  }
  if (type === 5 && g) {
    return { kind: "graph", value: graphOf(g) };
  }
  throw new TypeError(`Attribute "${message.name}" has type ${type}`);
}

function tensorOf(message: TensorMessage): Tensor {
  const { name, dims, dataType, rawData } = message;
  return { name, dims, ...elements(dataType, rawData) };
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
  switch (dataType) {
    case 1:
      return "float32";
    case 2:
      return "uint8";
    case 7:
      return "int64";
    case 9:
      return "bool";
    default:
      throw new TypeError(`Element type ${dataType} is not in use here`);
  }
}

function elements(dataType: number, bytes: Uint8Array): Elements {
  const type = typeOf(dataType);
  if (type === "uint8" || type === "bool") return { type, data: bytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (width: number, value: (at: number) => number) =>
    Array.from({ length: bytes.length / width }, (_, i) => value(i * width));
  return type === "float32"
    ? {
      type,
      data: Float32Array.from(read(4, (at) => view.getFloat32(at, true))),
    }
    : { type, data: read(8, (at) => Number(view.getBigInt64(at, true))) };
}
