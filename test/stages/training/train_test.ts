/** The stage as a whole: what it leaves, how it goes on, how it fails. */
import assert from "node:assert/strict";
import * as tf from "../../../stages/network/tensorflow.ts";
import type { Checkpoint } from "../../../pipeline/stage/task.ts";
import { parseLayersModel } from "../../../stages/formats/layers-model.ts";
import { fromLayers } from "../../../stages/network/weights.ts";
import train, { type Params } from "../../../stages/training/stage.ts";
import { rig } from "../../rig/task.ts";
import { forward } from "./reference.ts";
import { rates } from "../../../stages/training/adam.ts";
import { gather, order } from "../../../stages/training/batches.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import { optimised } from "../../../stages/training/optimised.ts";
import { before, chain, NETWORK, strokes, trainer } from "./fixture.ts";

const PARAMS: Params = {
  learning_rate: 0.01,
  seed: 1,
  epochs: 3,
  batch_size: 8,
  images: null,
  engine: "portable",
  network: NETWORK,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
};

const folder = await Deno.makeTempDir({ prefix: "facsimile-train-" });
const inputs = {
  "train-images": `${folder}/train.u8`,
  "validation-images": `${folder}/validation.u8`,
  dataset: `${folder}/dataset.json`,
};
await Deno.writeTextFile(inputs.dataset, '{"height": 28, "width": 28}');
await Deno.writeFile(inputs["train-images"], strokes(50, 1));
await Deno.writeFile(inputs["validation-images"], strokes(11, 2));
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** Runs the stage; its outputs, and the checkpoints as they were handed over. */
async function trained(
  changes: Partial<Params> = {},
  from?: Uint8Array<ArrayBuffer>,
) {
  await using stage = await rig<Params>({
    params: { ...PARAMS, ...changes },
    inputs,
  });
  const kept = new Map<number, Uint8Array<ArrayBuffer>>();
  let checkpoint: Checkpoint | undefined;
  if (from) {
    const path = `${stage.folder}/checkpoint`;
    await Deno.writeFile(path, from);
    checkpoint = { position: 1, path };
  }
  await train({
    ...stage.task,
    checkpoint,
    keep({ position, path }) {
      kept.set(position, Deno.readFileSync(path));
      Deno.removeSync(path);
    },
  });
  return {
    kept,
    warnings: stage.warnings,
    progress: stage.progress,
    model: stage.text("model"),
    weights: stage.bytes("weights"),
    curve: stage.text("curve"),
  };
}

const whole = await trained();

Deno.test("train() is one run of steps over the shuffled images of each epoch", async () => {
  const of = chain();
  const { learning_rate: learningRate, beta1, beta2, epsilon } = PARAMS;
  const adam = { learningRate, beta1, beta2, epsilon };
  await using one = await trainer(portable(), {
    lowering: optimised,
    of,
    batch: 8,
    parts: 2,
    adam,
    start: before(of, PARAMS.seed),
  });
  const images = strokes(50, 1);
  const orders = [1, 2, 3].map((epoch) => order(50, PARAMS.seed, epoch));
  assert.equal(
    new Set(orders.map(String)).size,
    3,
    "every epoch has its order",
  );
  for (const places of orders) {
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, index) => index),
    );
  }
  const seen = Uint32Array.from(
    orders.flatMap((places) => [...places.subarray(0, 48)]),
  );
  await one.advance(gather(images, seen, 784), rates(adam, 0, 18));
  const { parameters } = await one.vectors();
  const { flat } = loaded();
  assert.deepEqual(parameters, flat);
});

Deno.test("rates() are TensorFlow's: learning rate times √(1 − β₂ᵗ) / (1 − β₁ᵗ)", () => {
  const adam = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  rates(adam, 5, 3).forEach((rate, index) => {
    const t = 6 + index;
    const expected = 0.01 * Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
    assert.ok(Math.abs(rate - expected) < 1e-7 * expected);
  });
});

Deno.test("train() leaves the curve of every step and epoch", () => {
  const curve = JSON.parse(whole.curve);
  // 50 images are six batches of eight; two are left over.
  assert.equal(curve.steps_per_epoch, 6);
  assert.equal(curve.steps.length, 18);
  assert.deepEqual(curve.epochs.map(({ epoch }: { epoch: number }) => epoch), [
    1,
    2,
    3,
  ]);
  assert.equal(curve.engine.name, "portable");
  assert.match(curve.engine.version, /^onnxruntime-web \d/);
  const mean = curve.steps.slice(0, 6)
    .reduce((sum: number, loss: number) => sum + loss, 0) / 6;
  assert.ok(Math.abs(curve.epochs[0].train_loss - mean) < 1e-8);
  assert.ok(curve.epochs[2].train_loss < curve.epochs[0].train_loss);
});

/** The network of the whole training, its weights in ONNX's layout. */
function loaded() {
  const { chain, weights, values } = parseLayersModel(whole, "model.json");
  return { chain, flat: fromLayers(weights, values) };
}

Deno.test("train() measures the validation loss over all images, whatever the batch", () => {
  const { chain, flat } = loaded();
  const images = strokes(11, 2);
  let sum = 0;
  for (let image = 0; image < 11; image++) {
    const pixels = Array.from(
      images.subarray(image * 784, (image + 1) * 784),
      (value) => value / 255,
    );
    forward(chain, flat, pixels)
      .forEach((value, index) => sum += (value - pixels[index]!) ** 2);
  }
  const { epochs } = JSON.parse(whole.curve);
  const expected = sum / (11 * 784);
  const found = epochs[2].validation_loss;
  assert.ok(
    Math.abs(found - expected) < 1e-5 * expected,
    `${found}, not ${expected}`,
  );
});

Deno.test("train() writes a model that TensorFlow.js loads, with the same output", async () => {
  await tf.setBackend("cpu");
  const { modelTopology, weightsManifest } = JSON.parse(whole.model);
  const model = await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: whole.weights.buffer,
  }));
  const { chain, flat } = loaded();
  const image = Float32Array.from(strokes(1, 3), (value) => value / 255);
  const output = model.predict(tf.tensor(image, [1, 28, 28, 1])) as tf.Tensor;
  const expected = forward(chain, flat, image);
  (await output.data()).forEach((value, index) =>
    assert.ok(Math.abs(value - expected[index]!) < 1e-6)
  );
});

Deno.test("train() goes on from a checkpoint to the same bits", async () => {
  const resumed = await trained({}, whole.kept.get(1));
  assert.deepEqual(resumed.warnings, []);
  assert.deepEqual([...resumed.kept.keys()], [2, 3]);
  assert.deepEqual(resumed.weights, whole.weights);
  assert.equal(resumed.curve, whole.curve);
  assert.deepEqual(resumed.kept.get(3), whole.kept.get(3));
});

Deno.test("train() with fewer epochs is the beginning of more", async () => {
  const short = await trained({ epochs: 2 });
  assert.deepEqual(short.kept.get(2), whole.kept.get(2));
  const longer = await trained({ epochs: 3 }, short.kept.get(2));
  assert.deepEqual(longer.weights, whole.weights);
  assert.equal(longer.curve, whole.curve);
});

Deno.test("train() with a complete checkpoint only writes its outputs", async () => {
  const done = await trained({}, whole.kept.get(3));
  assert.equal(done.kept.size, 0);
  assert.deepEqual(done.weights, whole.weights);
  assert.equal(done.curve, whole.curve);
});

Deno.test("train() ignores a checkpoint that is not its own, and says why", async () => {
  const cases: [Partial<Params>, Uint8Array<ArrayBuffer>, RegExp][] = [
    [{ learning_rate: 0.02 }, whole.kept.get(1)!, /learning_rate is 0.01/],
    [{ seed: 2 }, whole.kept.get(1)!, /seed is 1 instead of 2/],
    [{ batch_size: 10 }, whole.kept.get(1)!, /graph is "[0-9a-f]+" instead/],
    [{ beta2: 0.99 }, whole.kept.get(1)!, /graph is "[0-9a-f]+" instead/],
    [{ images: 40 }, whole.kept.get(1)!, /images is 50 instead of 40/],
    [{}, whole.kept.get(1)!.slice(0, -1), /incomplete/],
    [{}, new TextEncoder().encode("something else\n"), /no checkpoint/],
  ];
  for (const [changes, from, reason] of cases) {
    const given = { ...changes, epochs: 1 };
    const found = await trained(given, from);
    assert.equal(found.warnings.length, 1);
    assert.match(found.warnings[0]!, reason);
    assert.deepEqual(found.weights, (await trained(given)).weights);
  }
});

Deno.test("train() begins with the same weights and batches for every learning rate", async () => {
  const other = await trained({ learning_rate: 0.1, epochs: 1 });
  assert.equal(
    JSON.parse(other.curve).steps[0],
    JSON.parse(whole.curve).steps[0],
  );
  const seeded = await trained({ seed: 2, epochs: 1 });
  assert.notEqual(
    JSON.parse(seeded.curve).steps[0],
    JSON.parse(whole.curve).steps[0],
  );
});

Deno.test("train() says how far it is", () => {
  const { progress } = whole;
  assert.equal(progress.at(-1)?.done, 3 * 48);
  assert.equal(progress.at(-1)?.total, 3 * 48);
  assert.equal(progress.at(-1)?.unit, "images");
  assert.deepEqual(Object.keys(progress.at(-1)?.values ?? {}), [
    "epoch",
    "loss",
  ]);
  // Resumed, it begins where the checkpoint ends.
  assert.ok(
    progress.every(({ done }, i) => done > (progress[i - 1]?.done ?? 0)),
  );
});

Deno.test("train() stops when the loss is no number any more", async () => {
  await assert.rejects(trained({ learning_rate: 1e30 }), {
    name: "StageError",
    what:
      /^The training diverged in epoch 1, step [1-6], with learning rate 1e\+30$/,
    seen: /^loss (NaN|Infinity)$|^a weight is /,
  });
});

Deno.test("train() refuses a batch larger than the training set", async () => {
  await assert.rejects(trained({ batch_size: 51 }), {
    name: "StageError",
    what: "Cannot train: a batch is larger than the training set",
    seen: "batch_size 51, 50 images",
  });
});
