/**
 * ONNX models as plain typed data: the part of the format that this project writes.
 * `builder.ts` helps to put a graph together, `wire.ts` turns a model into bytes.
 */

/** The element types in use, by the name of ONNX Runtime's JavaScript interface. */
export type DataType = "float32" | "uint8" | "int64" | "bool";

/** A named constant. `data` holds its elements in row-major order. */
export type Tensor = {
  readonly name: string;
  readonly dims: readonly number[];
} & Elements;

/** The elements of a tensor; booleans are bytes, 64-bit integers are numbers. */
export type Elements =
  | { readonly type: "float32"; readonly data: Float32Array }
  | { readonly type: "uint8" | "bool"; readonly data: Uint8Array }
  | { readonly type: "int64"; readonly data: readonly number[] };

/** An input or output of a graph. A dimension by name may have any size. */
export interface ValueInfo {
  readonly name: string;
  readonly type: DataType;
  /** Left out where the rank is not known. */
  readonly dims?: readonly (number | string)[];
}

export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "graph"; readonly value: Graph };

export const int = (value: number): Attribute => ({ kind: "int", value });
export const ints = (value: readonly number[]): Attribute => ({
  kind: "ints",
  value,
});
export const float = (value: number): Attribute => ({ kind: "float", value });
export const subgraph = (value: Graph): Attribute => ({ kind: "graph", value });

/** Attributes by name. */
export type Attributes = { readonly [name: string]: Attribute };

/** One operation of the standard set. */
export interface Node {
  readonly op: string;
  /** Names of values; an empty name is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly attributes?: Attributes;
}

/** Nodes in an order in which each finds its inputs. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initialisers: readonly Tensor[];
  readonly nodes: readonly Node[];
}

export interface Model {
  readonly graph: Graph;
  /** The version of the standard operators. */
  readonly opset: number;
  /** The version of the file format. */
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly description: string;
  /** `metadata_props`: written in the order of their keys' code units. */
  readonly metadata: { readonly [key: string]: string };
}

/** The operators that both ONNX Runtimes, PyTorch and old tools know. */
const OPSET = 17;

/** The file format that belongs to that set of operators. */
const IR_VERSION = 8;

/** A model around a graph, with this project's versions. */
export function model(
  graph: Graph,
  { description = "", metadata = {} }: {
    description?: string;
    metadata?: { readonly [key: string]: string };
  } = {},
): Model {
  return {
    graph,
    opset: OPSET,
    irVersion: IR_VERSION,
    producer: { name: "facsimile", version: "1" },
    description,
    metadata,
  };
}
