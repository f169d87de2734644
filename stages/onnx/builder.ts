/**
 * Puts an ONNX graph together node by node: names values, keeps equal constants
 * once, and speaks in operators rather than in protocol buffers.
 */
import type { Attributes, Elements, Graph, Node } from "./model.ts";
import type { Tensor, ValueInfo } from "./model.ts";

/** A graph in the making. Values are known by their names. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #initialisers: Tensor[] = [];
  readonly #constants = new Map<string, string>();
  readonly #reshapes = new Map<string, string>();
  /** What a reshaped value was before. */
  readonly #reshaped = new Map<string, string>();
  readonly #dims = new Map<string, readonly number[]>();
  #values = 0;

  /** `prefix` keeps the names of a subgraph apart from those around it. */
  constructor(private readonly prefix: string = "") {}

  /** Adds a node with one output and returns that output's name. */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string {
    const [output] = this.nodes(op, inputs, 1, attributes);
    return output as string;
  }

  /** Adds a node with several outputs and returns their names. */
  nodes(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes?: Attributes,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#name(op));
    this.add({ op, inputs, outputs, ...(attributes && { attributes }) });
    return outputs;
  }

  /** Adds a node that names its outputs itself. */
  add(node: Node): void {
    this.#nodes.push(node);
  }

  /** A constant under a name of its own: a weight. */
  initialiser(tensor: Tensor): string {
    this.#initialisers.push(tensor);
    return tensor.name;
  }

  /** A constant; equal ones become one. */
  constant(elements: Elements, dims: readonly number[]): string {
    const key = `${elements.type} ${dims} ${elements.data}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#name("Constant");
    this.#initialisers.push({ name, dims, ...elements });
    this.#constants.set(key, name);
    return name;
  }

  /** 32-bit floats; without `dims` a vector. */
  floats(values: readonly number[], dims?: readonly number[]): string {
    return this.constant(
      { type: "float32", data: Float32Array.from(values) },
      dims ?? [values.length],
    );
  }

  /** A 32-bit float without dimensions. */
  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** 64-bit integers as a vector: shapes, axes, positions. */
  integers(values: readonly number[]): string {
    return this.constant({ type: "int64", data: values }, [values.length]);
  }

  /** Reshaping what was reshaped is one step, and the same twice is one value. */
  reshape(value: string, dims: readonly number[]): string {
    const source = this.#reshaped.get(value) ?? value;
    if (`${this.#dims.get(source)}` === `${dims}`) return source;
    const key = `${source} ${dims}`;
    const known = this.#reshapes.get(key);
    if (known !== undefined) return known;
    const result = this.node("Reshape", [source, this.integers(dims)]);
    this.#reshapes.set(key, result);
    this.#reshaped.set(result, source);
    return result;
  }

  /** Says what dimensions a value has, so that it need not be reshaped to them. */
  shaped(value: string, dims: readonly number[]): string {
    this.#dims.set(value, dims);
    return value;
  }

  /** `value[starts[0]:ends[0]:steps[0], …]` along the given axes. */
  slice(
    value: string,
    { starts, ends, axes, steps }: {
      starts: readonly number[];
      ends: readonly number[];
      axes: readonly number[];
      steps?: readonly number[];
    },
  ): string {
    return this.node("Slice", [
      value,
      this.integers(starts),
      this.integers(ends),
      this.integers(axes),
      ...(steps ? [this.integers(steps)] : []),
    ]);
  }

  /** The finished graph, without what nobody asks for. */
  graph(
    name: string,
    inputs: readonly ValueInfo[],
    outputs: readonly ValueInfo[],
  ): Graph {
    const used = new Set(outputs.map(({ name }) => name));
    const nodes = this.#nodes.toReversed().filter((node) => {
      if (!node.outputs.some((output) => used.has(output))) return false;
      for (const input of wants(node)) used.add(input);
      return true;
    }).reverse();
    const initialisers = this.#initialisers.filter(({ name }) =>
      used.has(name)
    );
    return { name, inputs, outputs, initialisers, nodes };
  }

  #name(op: string): string {
    return `${this.prefix}${op}_${this.#values++}`;
  }
}

/** The names of the values that a node needs, its subgraphs included. */
function wants({ inputs, attributes = {} }: Node): string[] {
  return [
    ...inputs,
    ...Object.values(attributes).flatMap((attribute) =>
      attribute.kind === "graph"
        ? [
          ...attribute.value.nodes.flatMap(wants),
          ...attribute.value.outputs.map(({ name }) => name),
        ]
        : []
    ),
  ];
}
