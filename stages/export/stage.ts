/**
 * Writes a trained model in the ONNX format, with what it was trained on and
 * how, so that the file alone says where it comes from.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import { canonical } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import { modelGraph } from "./graph.ts";
import { DatasetSchema } from "../formats/dataset.ts";
import { readJson } from "../formats/json.ts";
import { readLayersModel } from "../formats/layers-model.ts";
import { type Shape, walk } from "../network/layer.ts";
import { model } from "../onnx/model.ts";
import { encode } from "../onnx/wire.ts";

/** All of them are written into the file: besides these, what else varies, by its path. */
export interface Params {
  readonly [key: string]: Json;
  /** The paper's. */
  readonly title: string;
  /** Of the results, by SPDX, and who answers for them: a file travels alone. */
  readonly license: string;
  readonly authors: readonly string[];
  readonly learning_rate: number;
  readonly seed: number;
}

/**
 * Writes `onnx`: operators of set 17, input `image` [N, 1, height, width] of grey
 * values 0…1, output `reconstruction` of the same shape, any N.
 */
export default async function exportModel(task: Task<Params>): Promise<void> {
  const network = readLayersModel(task.input("model"), task.input("weights"));
  const dataset = readJson(task.input("dataset"), DatasetSchema);
  const { input } = network.chain;
  const output = walk(network.chain).at(-1)?.output ?? input;
  const image = text({ ...dataset, channels: 1 });
  if (text(input) !== image || text(output) !== image) {
    throw new StageError(
      "Cannot export the model",
      `it maps ${text(input)} to ${text(output)}`,
      `train a network that maps ${image} to ${image}`,
    );
  }
  const { title, license, authors, ...parameters } = task.params;
  const { learning_rate, seed, ...others } = parameters;
  const settings = Object.entries({
    "learning rate": learning_rate,
    seed,
    ...others,
  })
    .map(([name, value]) =>
      `${name} ${typeof value === "string" ? value : canonical(value)}`
    );
  const file = encode(model(modelGraph(network), {
    description: `The autoencoder of "${title}", trained with ` +
      `${settings.slice(0, -1).join(", ")} and ${settings.at(-1)} on ` +
      (dataset.stand_in ? "stand-in data, not MNIST." : `${dataset.name}.`),
    metadata: {
      "facsimile.title": title,
      "facsimile.license": license,
      "facsimile.authors": canonical([...authors]),
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

function text({ height, width, channels }: Shape): string {
  return `${height} × ${width} × ${channels}`;
}
