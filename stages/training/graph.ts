/**
 * The training graph: several steps (forward, backward, Adam) in one call.
 *
 * Inputs: `parameters`, `first`, `second` float32 `[P]`; `images` uint8 `[steps,
 * batch, pixels]`; `rates` float32 `[steps]`. Outputs: the three vectors after
 * the last step as `parameters_after` …; `losses` float32 `[steps]`.
 */
import type { Chain } from "../network/layer.ts";
import { parameters, weights } from "../network/weights.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { int, type Model, model, subgraph } from "../onnx/model.ts";
import type { ValueInfo } from "../onnx/model.ts";
import { type Adam, update } from "./adam.ts";
import { differentiate, forward, type Program } from "./operation.ts";
import { packed, unpacked } from "./weight-vector.ts";

/** The names of the optimiser's vectors, in the order of the graph's inputs. */
export const VECTORS = ["parameters", "first", "second"] as const;

/** What a training graph is built from. */
interface Settings {
  readonly chain: Chain;
  readonly program: Program;
  readonly batch: number;
  readonly adam: Adam;
}

/** The training graph of a program. The learning rate is not in it. */
export function trainingModel(settings: Settings): Model {
  const { chain, program, batch, adam } = settings;
  const list = weights(chain);
  const size = parameters(list);
  const { channels, height, width } = chain.input;
  const pixels = channels * height * width;

  // One step: bytes [batch, pixels] and a rate in, a loss out.
  const body = new GraphBuilder("step.");
  const before = { parameters: "p", first: "m", second: "v" };
  const at = (values: string) =>
    body.node("Gather", [values, "at"], { axis: int(0) });
  const { loss, gradients } = differentiate(body, program, {
    bytes: at("images"),
    weights: unpacked(body, list, before.parameters),
  });
  const after = update(body, before, {
    gradient: packed(body, list, gradients),
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

  const { lower } = program;
  const loop = lower
    ? { ...written, nodes: written.nodes.map(lower) }
    : written;

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
 * The forward graph for validation: `parameters` and `images` uint8 `[batch,
 * pixels]` in, `loss` out, the mean over the batch.
 */
export function validationModel(
  { chain, program, batch }: Omit<Settings, "adam">,
): Model {
  const list = weights(chain);
  const { channels, height, width } = chain.input;
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
        dims: [batch, channels * height * width],
      },
    ],
    [{ name: "loss", type: "float32", dims: [] }],
  ));
}
