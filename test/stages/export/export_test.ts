import assert from "node:assert/strict";
import * as tf from "../../../stages/network/tensorflow.ts";
import * as ort from "onnxruntime-web";
import denoise from "../../../stages/evaluation/denoise.ts";
import type { Params as Noise } from "../../../stages/evaluation/denoise.ts";
import type { Params } from "../../../stages/export/stage.ts";
import exportModel from "../../../stages/export/stage.ts";
import { modelGraph } from "../../../stages/export/graph.ts";
import type { Dataset } from "../../../stages/formats/dataset.ts";
import { parseLayersModel } from "../../../stages/formats/layers-model.ts";
import { syntheticDigits } from "../../../stages/prepare/digit.ts";
import { model as onnxModel } from "../../../stages/onnx/model.ts";
import { encode } from "../../../stages/onnx/wire.ts";
import { decode } from "../onnx/decode.ts";
import reconstruct from "../../../stages/evaluation/reconstruct.ts";
import type { Params as Agreement } from "../../../stages/evaluation/reconstruct.ts";
import { stream } from "../../../stages/random/stream.ts";
import { StageError } from "../../../pipeline/stage/task.ts";
import type { Saved } from "../../rig/autoencoder.ts";
import { autoencoder, randomise, saved } from "../../rig/autoencoder.ts";
import { has, python } from "../../rig/python.ts";
import { rig } from "../../rig/task.ts";

ort.env.wasm.numThreads = 1;
await tf.setBackend("cpu");

const DATASET: Dataset = {
  name: "glyphs",
  stand_in: true,
  sha256: { "train-images-idx3-ubyte": "ab", "t10k-images-idx3-ubyte": "cd" },
  counts: { train: 1, validation: 1, test: 1 },
  height: 28,
  width: 28,
};
const PARAMS: Params = {
  title: "Exercise 3",
  license: "MIT",
  authors: ["Ada Example"],
  learning_rate: 0.01,
  seed: 1,
  "training.batch_size": 32,
};

/** The export stage, run on a saved model. */
async function exported({ topology, weights }: Saved) {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/model.json`, topology);
  await Deno.writeFile(`${folder}/weights.bin`, weights);
  await Deno.writeTextFile(`${folder}/dataset.json`, JSON.stringify(DATASET));
  const stage = await rig<Params>({
    params: PARAMS,
    inputs: {
      model: `${folder}/model.json`,
      weights: `${folder}/weights.bin`,
      dataset: `${folder}/dataset.json`,
    },
  });
  try {
    await exportModel(stage.task);
    return stage;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The largest difference between a model in tfjs and its export in ONNX Runtime. */
async function difference(model: tf.LayersModel): Promise<number> {
  const { topology, weights } = await saved(model);
  const network = parseLayersModel({ model: topology, weights }, "model.json");
  const graph = modelGraph(network);
  const [, rows, columns, maps] = model.outputs[0]!.shape;
  assert.deepEqual(graph.outputs[0]!.dims, ["N", maps, rows, columns]);
  const session = await ort.InferenceSession.create(encode(onnxModel(graph)));
  const { height, width, channels } = network.chain.input;
  const random = stream(1, "test");
  const images = tf.tensor4d(
    Float32Array.from(
      { length: 3 * height * width * channels },
      () => random.uniform(),
    ),
    [3, height, width, channels],
  );
  const toChannelsFirst = (of: tf.Tensor) => tf.transpose(of, [0, 3, 1, 2]);
  const expected = await toChannelsFirst(model.predict(images) as tf.Tensor)
    .data();
  const { reconstruction } = await session.run({
    image: new ort.Tensor(
      "float32",
      await toChannelsFirst(images).data() as Float32Array,
      [3, channels, height, width],
    ),
  });
  const found = reconstruction!.data as Float32Array;
  assert.equal(found.length, expected.length);
  // A signal that died would agree with anything.
  assert(expected.some((value) => Math.abs(value) > 0.05));
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
}

const { layers } = tf;
const CHAINS: { readonly [title: string]: tf.layers.Layer[] } = {
  "an even kernel, padded more after than before": [
    layers.conv2d({ filters: 3, kernelSize: [4, 2], padding: "same" }),
  ],
  "no padding, and rows that do not fit a pool": [
    layers.conv2d({ filters: 2, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: [2, 3] }),
    layers.conv2dTranspose({
      filters: 3,
      kernelSize: [2, 3],
      strides: [2, 3],
      activation: "relu",
    }),
  ],
};

for (const [title, chain] of Object.entries(CHAINS)) {
  Deno.test(`modelGraph() keeps what tfjs computes: ${title}`, async () => {
    const model = tf.sequential({
      layers: [layers.inputLayer({ inputShape: [9, 7, 2] }), ...chain],
    });
    assert(await difference(randomise(model)) < 1e-5);
  });
}

Deno.test("modelGraph() keeps what the paper's network computes", async () => {
  assert(await difference(autoencoder()) < 1e-5);
});

Deno.test("export refuses a model whose weights or pictures have another size", async () => {
  const { topology, weights } = await saved(autoencoder());
  await assert.rejects(
    async () =>
      await exported({
        topology: topology.replace('"filters":8', '"filters":9'),
        weights,
      }),
    (error: StageError) =>
      /"shape":\[3,3,1,8\]}, and by the layers .*"shape":\[3,3,1,9\]}$/.test(
        error.seen!,
      ),
  );
  const narrow = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 1, kernelSize: 3 }),
    ],
  });
  const model = await saved(narrow);
  await assert.rejects(
    async () => await exported(model),
    (error: StageError) => error.seen === "it maps 28 × 28 × 1 to 26 × 26 × 1",
  );
});

Deno.test("export writes where the model comes from, and the same bytes each time", async () => {
  const model = await saved(autoencoder());
  await using stage = await exported(model);
  await using again = await exported(model);
  assert.deepEqual(stage.bytes("onnx"), again.bytes("onnx"));
  const { metadata, description, graph, opset } = decode(stage.bytes("onnx"));
  assert.equal(opset, 17);
  assert.equal(
    description,
    'The autoencoder of "Exercise 3", trained with learning rate 0.01, ' +
      "seed 1 and training.batch_size 32 on stand-in data, not MNIST.",
  );
  assert.deepEqual(metadata, {
    "facsimile.title": "Exercise 3",
    "facsimile.license": "MIT",
    "facsimile.authors": '["Ada Example"]',
    "facsimile.dataset": "glyphs",
    "facsimile.dataset.stand_in": "true",
    "facsimile.dataset.sha256":
      '{"t10k-images-idx3-ubyte":"cd","train-images-idx3-ubyte":"ab"}',
    "facsimile.learning_rate": "0.01",
    "facsimile.seed": "1",
    "facsimile.parameters":
      '{"learning_rate":0.01,"seed":1,"training.batch_size":32}',
  });
  assert.deepEqual(graph.inputs, [
    { name: "image", type: "float32", dims: ["N", 1, 28, 28] },
  ]);
  assert.deepEqual(graph.outputs, [
    { name: "reconstruction", type: "float32", dims: ["N", 1, 28, 28] },
  ]);
});

/** Test images and an exported model as files, and the stages that use them. */
async function evaluation() {
  const stage = await exported(await saved(autoencoder()));
  const { bytes } = syntheticDigits(600, "glyphs test").images;
  await Deno.writeFile(stage.task.output("test-images"), bytes);
  await Deno.writeTextFile(
    stage.task.output("dataset"),
    JSON.stringify(DATASET),
  );
  return {
    bytes,
    inputs: {
      onnx: stage.task.output("onnx"),
      "test-images": stage.task.output("test-images"),
      dataset: stage.task.output("dataset"),
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

Deno.test("reconstruct() measures what both runtimes agree on", async () => {
  await using files = await evaluation();
  await using stage = await rig<Agreement>({
    params: { agreement: 1e-5 },
    inputs: files.inputs,
  });
  await reconstruct(stage.task);
  const { agreement, ...quality } = stage.json("quality");
  assert.deepEqual(agreement, {
    runtimes: ["onnxruntime-web", "onnxruntime-node"],
    bound: 1e-5,
    holds: true,
  });
  // To the last digit: the portable runtime's bits, wherever this runs.
  assert.deepEqual(quality, {
    mse: 0.124690283,
    psnr: 9.04167391,
    ssim: 0.0389573582,
  });
  assert.equal(stage.bytes("reconstructions").length, files.bytes.length);
  // The bytes say the same as the measure, to their precision.
  const pictures = stage.bytes("reconstructions");
  const mse = files.bytes.reduce(
    (sum, byte, i) => sum + ((byte - pictures[i]!) / 255) ** 2,
    0,
  ) / pictures.length;
  assert(Math.abs(mse / Number(quality.mse) - 1) < 0.2, `${mse}`);

  await using strict = await rig<Agreement>({
    params: { agreement: 1e-12 },
    inputs: files.inputs,
  });
  await assert.rejects(
    async () => await reconstruct(strict.task),
    (error: StageError) => /differ by .*, more than 1e-12/.test(error.seen!),
  );
});

Deno.test("denoise() measures every level on the first images and keeps the shown one", async () => {
  await using files = await evaluation();
  await using stage = await rig<Noise>({
    params: { levels: [0.1, 0.3], shown_level: 0.2, seed: 1, images: 100 },
    inputs: files.inputs,
  });
  await denoise(stage.task);
  const denoising = JSON.parse(stage.text("denoising"));
  assert.deepEqual(
    denoising.levels.map(({ level }: { level: number }) => level),
    [0.1, 0.3],
  );
  assert.equal(denoising.images, 100);
  const [low, high] = denoising.levels;
  // Most pixels are black, where cutting off leaves half of the variance.
  assert(low.noisy_mse > 0.004 && low.noisy_mse < 0.01, `${low.noisy_mse}`);
  assert(high.noisy_mse > 6 * low.noisy_mse);
  const noisy = stage.bytes("noisy");
  assert.equal(noisy.length, 100 * 784);
  assert.equal(stage.bytes("denoised").length, 100 * 784);
  const mse = noisy.reduce(
    (sum, byte, i) => sum + ((byte - files.bytes[i]!) / 255) ** 2,
    0,
  ) / noisy.length;
  assert(mse > 2 * low.noisy_mse && mse < 0.7 * high.noisy_mse, `${mse}`);
  const { done, total } = stage.progress.at(-1)!;
  assert.equal(done, total);
});

Deno.test("the exported model passes onnx.checker", {
  ignore: !has("onnx"),
}, async () => {
  await using stage = await exported(await saved(autoencoder()));
  const found = JSON.parse(
    await python(
      new URL("./check_onnx.py", import.meta.url).pathname,
      stage.task.output("onnx"),
    ),
  );
  assert.deepEqual([found.opset, found.producer], [[17], "facsimile"]);
  assert.equal(found.metadata["facsimile.title"], "Exercise 3");
  assert.deepEqual(found.input, ["N", 1, 28, 28]);
  assert.deepEqual(found.output, ["N", 1, 28, 28]);
});

Deno.test("the exported model has the same error in PyTorch", {
  ignore: !(has("onnx") && has("torch")),
}, async () => {
  await using files = await evaluation();
  await using stage = await rig<Agreement>({
    params: { agreement: 1e-5 },
    inputs: files.inputs,
  });
  await reconstruct(stage.task);
  const expected = Number(
    await python(
      new URL("./torch_mse.py", import.meta.url).pathname,
      files.inputs.onnx,
      files.inputs["test-images"],
    ),
  );
  const found = Number(stage.json("quality").mse);
  assert(Math.abs(found / expected - 1) < 1e-5, `${found} ${expected}`);
});
