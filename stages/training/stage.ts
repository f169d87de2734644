/**
 * Trains the autoencoder at one learning rate from one seed; leaves the trained
 * network and its learning curve.
 */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import { StageError, type Task } from "../../pipeline/stage/task.ts";
import type { Curve } from "../formats/curve.ts";
import { readImages, readSize, slice } from "../formats/images.ts";
import { writeLayersModel } from "../formats/layers-model.ts";
import { chainOf } from "../network/layer.ts";
import { autoencoder, type Network, topology } from "../network/network.ts";
import { initial, toLayers, weights } from "../network/weights.ts";
import { rates } from "./adam.ts";
import { gather, order } from "./batches.ts";
import { type Owner, read, type State, write } from "./checkpoint.ts";
import { EMPTY, extended } from "./curve.ts";
import type { EngineName } from "./engine.ts";
import { loweringOf, start } from "./start.ts";
import { partsOf } from "./parts.ts";
import { type Problem, trainingGraph } from "./problem.ts";

export { thread } from "./member.ts";

export interface Params {
  readonly learning_rate: number;
  readonly seed: number;
  readonly epochs: number;
  readonly batch_size: number;
  /** The first so many of the training images; null for all. */
  readonly images: number | null;
  readonly engine: EngineName;
  /** The class of the processor, for an engine whose bits depend on it. */
  readonly cpu?: string;
  readonly network: Network;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Writes `model` and `weights` (TensorFlow.js's layers format) and `curve`. */
export default async function train(task: Task<Params>): Promise<void> {
  const { params } = task;
  const { learning_rate: learningRate, seed, epochs, batch_size } = params;
  const adam = {
    learningRate,
    beta1: params.beta1,
    beta2: params.beta2,
    epsilon: params.epsilon,
  };

  const size = readSize(task.input("dataset"));
  const { bytes: images, count } = slice(
    readImages(task.input("train-images"), size),
    0,
    params.images ?? Infinity,
  );
  const validation = readImages(task.input("validation-images"), size).bytes;
  const pixels = images.length / count;
  // Every step is the mean over a full batch; the images left over are others
  // in each epoch.
  const stepsPerEpoch = Math.floor(count / batch_size);
  if (stepsPerEpoch === 0) {
    throw new StageError(
      "Cannot train: a batch is larger than the training set",
      `batch_size ${batch_size}, ${count} images`,
      `set training.batch_size to at most ${count}, or use more images`,
    );
  }

  const model = topology(
    autoencoder(params.network, { ...size, channels: 1 }),
  );
  const chain = chainOf(model);
  const problem: Problem = {
    chain,
    batch: batch_size,
    parts: partsOf(params.engine, batch_size),
    adam,
  };
  const owner: Owner = {
    engine: params.engine,
    graph: await sha256(trainingGraph(problem, loweringOf(params.engine))),
    learning_rate: learningRate,
    seed,
    images: count,
  };

  const state = resume(task, owner) ?? fresh();
  const { trainer, engine } = await start(params.engine, {
    problem,
    vectors: state.vectors,
    batch: images.subarray(0, batch_size * pixels),
    threads: {
      cores: () => task.cores,
      starts: task.threads,
      lost: (error) =>
        task.warn(
          `Training goes on without one of its threads, which failed: ${error}`,
        ),
    },
  });
  await using _ = trainer;
  let { curve } = state;

  for (let epoch = state.epoch + 1; epoch <= epochs; epoch++) {
    const places = order(count, seed, epoch);
    const before = (epoch - 1) * stepsPerEpoch;
    const losses: number[] = [];
    while (losses.length < stepsPerEpoch) {
      const from = losses.length;
      const steps = Math.min(trainer.stride, stepsPerEpoch - from);
      const some = await trainer.advance(
        gather(
          images,
          places.subarray(from * batch_size, (from + steps) * batch_size),
          pixels,
        ),
        rates(adam, before + from, steps),
      );
      for (const [index, loss] of some.entries()) {
        if (!Number.isFinite(loss)) {
          throw diverged(epoch, from + index + 1, `loss ${loss}`);
        }
        losses.push(loss);
      }
      task.progress({
        done: (before + losses.length) * batch_size,
        total: epochs * stepsPerEpoch * batch_size,
        unit: "images",
        values: { epoch, loss: losses.at(-1) ?? 0 },
      });
    }
    const loss = await trainer.validate(validation);
    const vectors = await trainer.vectors();
    // A ReLU may hide a NaN among the weights from the loss.
    const lost = vectors.parameters.find((weight) => !Number.isFinite(weight));
    if (lost !== undefined) {
      throw diverged(epoch, stepsPerEpoch, `a weight is ${lost}`);
    }
    if (!Number.isFinite(loss)) {
      throw diverged(epoch, stepsPerEpoch, `validation loss ${loss}`);
    }
    curve = extended(curve, losses, loss);
    const path = `${task.scratch}/epoch-${epoch}.state`;
    await Deno.writeFile(path, write(owner, { epoch, vectors, curve }));
    task.keep({ position: epoch, path });
  }

  const { parameters } = await trainer.vectors();
  const saved = writeLayersModel(model, toLayers(weights(chain), parameters));
  await Deno.writeTextFile(task.output("model"), saved.model);
  await Deno.writeFile(task.output("weights"), saved.weights);
  await Deno.writeTextFile(
    task.output("curve"),
    canonicalPretty(
      {
        learning_rate: learningRate,
        seed,
        engine: { ...engine, ...(params.cpu && { cpu: params.cpu }) },
        batch_size,
        steps_per_epoch: stepsPerEpoch,
        ...curve,
      } satisfies Curve,
    ),
  );

  function fresh(): State {
    const parameters = Float32Array.from(initial(weights(chain), seed));
    const zeros = () => new Float32Array(parameters.length);
    return {
      epoch: 0,
      vectors: { parameters, first: zeros(), second: zeros() },
      curve: EMPTY,
    };
  }

  function diverged(epoch: number, step: number, seen: string): StageError {
    return new StageError(
      `The training diverged in epoch ${epoch}, step ${step}, with learning rate ${learningRate}`,
      seen,
      "set a smaller learning rate",
    );
  }
}

/** The state to go on from, if there is one that is ours. */
function resume(task: Task<Params>, owner: Owner): State | undefined {
  if (!task.checkpoint) return undefined;
  const found = read(Deno.readFileSync(task.checkpoint.path), owner);
  switch (found.kind) {
    case "state":
      return found.state;
    case "foreign":
      task.warn(
        `Training starts anew, since its checkpoint cannot be used: ${found.reason}`,
      );
      return undefined;
  }
}

/** The SHA-256 of bytes, in hexadecimal digits. */
async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return new Uint8Array(digest).toHex();
}
