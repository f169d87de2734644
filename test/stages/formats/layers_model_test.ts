import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "../../../stages/network/tensorflow.ts";
import {
  parseLayersModel,
  writeLayersModel,
} from "../../../stages/formats/layers-model.ts";
import { chainOf } from "../../../stages/network/layer.ts";
import { autoencoder, topology } from "../../../stages/network/network.ts";
import {
  fromLayers,
  parameters,
  toLayers,
  weights,
} from "../../../stages/network/weights.ts";
import { refusal, SEEDED } from "./format.ts";

await tf.setBackend("cpu");

/** Networks of any shape that the experiment can describe. */
const network = fc.record({
  encoder: fc.array(fc.integer({ min: 1, max: 3 }), {
    minLength: 1,
    maxLength: 3,
  }),
  decoder: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  relu: fc.constantFrom(
    "convolutions" as const,
    "convolutions-and-output" as const,
  ),
  initializer: fc.constant("glorot_uniform" as const),
});
const image = fc.record({
  channels: fc.integer({ min: 1, max: 3 }),
  height: fc.constantFrom(8, 16),
  width: fc.constantFrom(8, 16),
});

/** One that is written. */
function written(values = (place: number) => place / 7) {
  const described = topology(autoencoder({
    encoder: [2, 1],
    decoder: [2],
    kernel: 3,
    relu: "convolutions",
    initializer: "glorot_uniform",
  }, { channels: 1, height: 8, width: 6 }));
  const count = parameters(weights(chainOf(described)));
  return writeLayersModel(
    described,
    Float32Array.from({ length: count }, (_, place) => values(place)),
  );
}

Deno.test("a network reads as it was written, to the last bit", () => {
  fc.assert(
    fc.property(network, image, fc.infiniteStream(fc.float()), (
      network,
      image,
      numbers,
    ) => {
      const described = topology(autoencoder(network, image));
      const chain = chainOf(described);
      const count = parameters(weights(chain));
      const values = Float32Array.from(numbers.take(count));
      const files = writeLayersModel(described, values);
      assert.equal(files.weights.length, 4 * count);
      const read = parseLayersModel(files, "model.json");
      assert.deepEqual(read.chain, chain);
      assert.deepEqual(read.values, values);
      const again = writeLayersModel(described, read.values);
      assert.deepEqual(again, files);
      assert.deepEqual(
        toLayers(read.weights, fromLayers(read.weights, values)),
        values,
      );
    }),
    { ...SEEDED, numRuns: 15 },
  );
});

Deno.test("the weights are found in a file at any place in memory", () => {
  const files = written();
  const moved = new Uint8Array(files.weights.length + 3);
  moved.set(files.weights, 3);
  const read = parseLayersModel(
    { ...files, weights: moved.subarray(3) },
    "model.json",
  );
  assert.deepEqual(read, parseLayersModel(files, "model.json"));
});

Deno.test("TensorFlow.js loads what is written, and finds the same numbers", async () => {
  const files = written();
  const { modelTopology, weightsManifest } = JSON.parse(files.model);
  const model = await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: files.weights.buffer,
  }));
  const read = parseLayersModel(files, "model.json");
  for (const { layer, role, offset, length } of read.weights) {
    const [kernel, bias] = model.getLayer(layer).getWeights();
    assert.deepEqual(
      await (role === "kernel" ? kernel : bias)!.data(),
      read.values.subarray(offset, offset + length),
    );
  }
});

Deno.test("a broken network is refused with a sentence that names file and finding", () => {
  const { model, weights } = written();
  const said = (text: string, bytes = weights) =>
    refusal(() =>
      parseLayersModel({ model: text, weights: bytes }, "a/model.json")
    );
  const but = (path: string, value: unknown) => {
    const content = JSON.parse(model);
    const keys = path.split(".");
    const last = keys.pop()!;
    keys.reduce((object, key) => object[key], content)[last] = value;
    return said(JSON.stringify(content));
  };
  assert.equal(said(model), "fine");
  assert.match(said("{"), /^Cannot read a\/model.json: no JSON: /);
  for (const text of ["null", "[]", "7", "{}", '{"weightsManifest":[]}']) {
    assert.equal(
      said(text),
      "Cannot read a/model.json: it has no modelTopology or no weightsManifest",
    );
  }
  assert.equal(
    said(model, weights.subarray(4)),
    `Cannot read a/model.json: its weights have ${weights.length - 4} bytes, ` +
      `and by the layers ${weights.length}`,
  );
  const weight = "weightsManifest.0.weights.0";
  assert.equal(
    but(`${weight}.dtype`, "int32"),
    "Cannot read a/model.json: the weight at position 0 is " +
      '{"dtype":"int32","name":"encoder-1/kernel","shape":[3,3,1,2]}, and by ' +
      'the layers {"dtype":"float32","name":"encoder-1/kernel","shape":[3,3,1,2]}',
  );
  assert.match(
    but(`${weight}.quantization`, {}),
    /the weight at position 0 is/,
  );
  assert.match(but("weightsManifest", []), /the weight at position 0 is null/);
  const layers = "modelTopology.config.layers";
  assert.match(but(`${layers}.0`, null), /: a layer null$/);
  assert.match(but(`${layers}.0.config.filters`, -1), /with filters -1$/);
  assert.match(
    but(`${layers}.0.config.kernel_size`, [3]),
    /kernel_size \[3\]$/,
  );
  assert.match(
    but(`${layers}.0.config.batch_input_shape`, [null, 8]),
    /without batch_input_shape$/,
  );
  assert.match(but("modelTopology.class_name", "Model"), /: a Model$/);
});
