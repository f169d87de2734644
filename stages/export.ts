/**
 * Writes a trained model in the ONNX format, with what it was trained on and
 * how, so that the file alone says where it comes from.
 */
import * as v from "valibot";
import type { Json } from "../pipeline/json.ts";
import { canonical } from "../pipeline/json.ts";
import type { Task } from "../pipeline/task.ts";
import { StageError } from "../pipeline/task.ts";
import { modelGraph } from "./export/graph.ts";
import { convert } from "./export/layer.ts";
import { parseModel } from "./export/saved-model.ts";
import { model } from "./onnx/model.ts";
import { encode } from "./onnx/wire.ts";

/** All of them are written into the file. */
export interface Params {
  readonly [key: string]: Json;
  /** The paper's. */
  readonly title: string;
  readonly learning_rate: number;
  readonly seed: number;
}

const DatasetSchema = v.object({
  name: v.string(),
  stand_in: v.boolean(),
  sha256: v.record(v.string(), v.string()),
});

/**
 * Writes `onnx`: operators of set 17, input `image` [N, 1, 28, 28] of grey values
 * 0…1, output `reconstruction` of the same shape, any N.
 */
export default async function exportModel(task: Task<Params>): Promise<void> {
  const { operators, input, output } = convert(parseModel(
    await Deno.readTextFile(task.input("model")),
    await Deno.readFile(task.input("weights")),
  ));
  if (`${input}` !== "28,28,1" || `${output}` !== "28,28,1") {
    throw new StageError(
      "Cannot export the model",
      `it maps ${input.join(" × ")} to ${output.join(" × ")}`,
      "an autoencoder maps 28 × 28 × 1 to 28 × 28 × 1",
    );
  }
  const dataset = v.parse(
    DatasetSchema,
    JSON.parse(await Deno.readTextFile(task.input("dataset"))),
  );
  const { title, ...parameters } = task.params;
  const graph = modelGraph("autoencoder", operators, { input, output });
  const file = encode(model(graph, {
    description: `The autoencoder of "${title}", trained with learning rate ` +
      `${parameters.learning_rate} and seed ${parameters.seed} on ` +
      (dataset.stand_in ? "stand-in data, not MNIST." : `${dataset.name}.`),
    metadata: {
      "facsimile.title": title,
      "facsimile.dataset": dataset.name,
      "facsimile.dataset.stand_in": String(dataset.stand_in),
      "facsimile.dataset.sha256": canonical(dataset.sha256),
      "facsimile.learning_rate": String(parameters.learning_rate),
      "facsimile.seed": String(parameters.seed),
      "facsimile.parameters": canonical(parameters),
    },
  }));
  await Deno.writeFile(task.output("onnx"), file);
}
