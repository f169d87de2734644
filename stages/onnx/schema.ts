/**
 * The protocol buffers of ONNX (IR version 8), as far as this project writes them, with
 * the field numbers of https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto.
 */
import protobuf from "protobufjs/light.js";

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
        t: field(5, "Tensor"),
        g: field(6, "Graph"),
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

/** A whole model. */
export const proto: protobuf.Type = root.lookupType("Model");
