/**
 * The training graph: several steps (forward, backward, Adam) in one call.
 *
 * Inputs: `parameters`, `first`, `second` float32 `[P]`; `images` uint8 `[steps,
 * batch, pixels]`; `rates` float32 `[steps]`. Outputs: the three vectors after
 * the last step as `parameters_after` …; `losses` float32 `[steps]`.
 */
import type { Chain } from "../network/layer.ts";
import { parameters, type Weight, weights } from "../network/weights.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { int, model, subgraph } from "../onnx/model.ts";
import type { Graph, Model, ValueInfo } from "../onnx/model.ts";
import { type Adam, update } from "./adam.ts";
import { differentiate, forward, type Program } from "./operation.ts";
import { packed, unpacked } from "./weight-vector.ts";

/** The names of the optimiser's vectors, in the order of the graph's inputs. */
export const VECTORS = ["parameters", "first", "second"] as const;

/** A part of a batch: so many images, and how they are computed. */
export interface Part {
  readonly size: number;
  readonly program: Program;
}

/** What a training graph is built from. */
interface Settings {
  readonly chain: Chain;
  /** Of a batch, in their order. */
  readonly parts: readonly Part[];
  readonly adam: Adam;
}

/** The training graph of a batch in parts. The learning rate is not in it. */
export function trainingModel({ chain, parts, adam }: Settings): Model {
  const list = weights(chain);
  const size = parameters(list);
  const batch = parts.reduce((sum, { size }) => sum + size, 0);
  const pixels = pixelsOf(chain);

  // One step: bytes [batch, pixels] and a rate in, a loss out.
  const body = new GraphBuilder("step.");
  const before = { parameters: "p", first: "m", second: "v" };
  const at = (values: string) =>
    body.node("Gather", [values, "at"], { axis: int(0) });
  const images = at("images");
  const pieces = parts.length === 1 ? [images] : body.nodes(
    "Split",
    [images, body.integers(parts.map(({ size }) => size))],
    parts.length,
    { axis: int(0) },
  );
  const shares = parts.map((part, index) =>
    share(body, list, part, {
      bytes: pieces[index] as string,
      parameters: before.parameters,
      batch,
    })
  );
  const sum = (values: readonly string[]) =>
    values.reduce((sum, value) => body.node("Add", [sum, value]));
  const loss = sum(shares.map(({ loss }) => loss));
  const after = update(body, before, {
    gradient: sum(shares.map(({ gradient }) => gradient)),
    rate: at("rates"),
    adam,
  });
  body.add({ op: "Identity", inputs: ["go"], outputs: ["go_on"] });
  const vector = (name: string): ValueInfo => ({
    name,
    type: "float32",
    dims: [size],
  });
  const scalar = (name: string, type: "int64" | "bool" | "float32") => ({
    name,
    type,
    dims: [],
  });
  const written = body.graph(
    "step",
    [
      scalar("at", "int64"),
      scalar("go", "bool"),
      ...["p", "m", "v"].map(vector),
    ],
    [
      scalar("go_on", "bool"),
      ...[after.parameters, after.first, after.second].map(vector),
      scalar(loss, "float32"),
    ],
  );

  const loop = lowered(written, parts[0]?.program);

  const outer = new GraphBuilder();
  const shape = outer.node("Shape", ["rates"]);
  const count = outer.node("Squeeze", [shape]);
  const go = outer.constant({ type: "bool", data: Uint8Array.of(1) }, []);
  const outputs = [...VECTORS.map((name) => `${name}_after`), "losses"];
  outer.add({
    op: "Loop",
    inputs: [count, go, ...VECTORS],
    outputs,
    attributes: { body: subgraph(loop) },
  });
  return model(outer.graph(
    "training",
    [
      ...VECTORS.map(vector),
      { name: "images", type: "uint8", dims: ["steps", batch, pixels] },
      { name: "rates", type: "float32", dims: ["steps"] },
    ],
    [
      ...VECTORS.map((name) => vector(`${name}_after`)),
      { name: "losses", type: "float32", dims: ["steps"] },
    ],
  ));
}

/**
 * The graph of one part of a batch of so many images: `parameters` and `images` uint8
 * `[size, pixels]` in; `loss` and `gradient` float32 `[P]` out, the part's share of
 * those of the batch.
 */
export function partModel(
  { chain, part, batch }: { chain: Chain; part: Part; batch: number },
): Model {
  const list = weights(chain);
  const builder = new GraphBuilder();
  const { loss, gradient } = share(builder, list, part, {
    bytes: "images",
    parameters: "parameters",
    batch,
  });
  builder.add({ op: "Identity", inputs: [loss], outputs: ["loss"] });
  builder.add({ op: "Identity", inputs: [gradient], outputs: ["gradient"] });
  const dims = [parameters(list)];
  const written = builder.graph(
    "part",
    [
      { name: "parameters", type: "float32", dims },
      { name: "images", type: "uint8", dims: [part.size, pixelsOf(chain)] },
    ],
    [
      { name: "loss", type: "float32", dims: [] },
      { name: "gradient", type: "float32", dims },
    ],
  );
  return model(lowered(written, part.program));
}

/** Adds a part to a graph: its share of the loss and of the gradient of a batch. */
function share(
  builder: GraphBuilder,
  list: readonly Weight[],
  { size, program }: Part,
  { bytes, parameters, batch }: {
    bytes: string;
    parameters: string;
    batch: number;
  },
): { loss: string; gradient: string } {
  const { loss, gradients } = differentiate(builder, program, {
    bytes,
    weights: unpacked(builder, list, parameters),
  });
  const gradient = packed(builder, list, gradients);
  if (size === batch) return { loss, gradient };
  const scaled = (value: string) =>
    builder.node("Mul", [value, builder.scalar(size / batch)]);
  return { loss: scaled(loss), gradient: scaled(gradient) };
}

/** A graph with the nodes that a program puts in the place of others. */
function lowered(graph: Graph, program: Program | undefined): Graph {
  const lower = program?.lower;
  return lower ? { ...graph, nodes: graph.nodes.map(lower) } : graph;
}

/** Bytes of an image. */
export function pixelsOf(
  { input: { channels, height, width } }: Chain,
): number {
  return channels * height * width;
}

/**
 * The forward graph for validation: `parameters` and `images` uint8 `[size,
 * pixels]` in, `loss` out, the mean over them.
 */
export function validationModel(
  { chain, part: { size, program } }: { chain: Chain; part: Part },
): Model {
  const list = weights(chain);
  const builder = new GraphBuilder();
  const { loss } = forward(builder, program, {
    bytes: "images",
    weights: unpacked(builder, list, "parameters"),
  });
  builder.add({ op: "Identity", inputs: [loss], outputs: ["loss"] });
  return model(builder.graph(
    "validation",
    [
      { name: "parameters", type: "float32", dims: [parameters(list)] },
      {
        name: "images",
        type: "uint8",
        dims: [size, pixelsOf(chain)],
      },
    ],
    [{ name: "loss", type: "float32", dims: [] }],
  ));
}
