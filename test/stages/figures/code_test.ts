/** The code of a network, against TensorFlow.js. */
import { deepEqual, ok } from "node:assert/strict";
import * as tf from "../../../stages/network/tensorflow.ts";
import { codesOf } from "../../../stages/figures/code.ts";
import { parseLayersModel } from "../../../stages/formats/layers-model.ts";
import { syntheticDigits } from "../../../stages/prepare/digit.ts";
import { autoencoder, randomise, saved } from "../../rig/autoencoder.ts";

Deno.test("codesOf() is what TensorFlow.js has after the narrowest layer", async () => {
  await tf.setBackend("cpu");
  const whole = autoencoder();
  const { topology, weights } = await saved(whole);
  const network = parseLayersModel({ model: topology, weights }, "model.json");
  const { bytes } = syntheticDigits(2, "code test").images;
  const { channels, height, width, values } = await codesOf(network, [
    bytes.subarray(0, 784),
    bytes.subarray(784),
  ]);
  deepEqual([channels, height, width], [2, 7, 7]);
  const encoder = tf.model({
    inputs: whole.inputs,
    outputs: whole.layers[5]!.output, // after the input: conv, pool, conv, pool, conv
  });
  const images = tf.tensor(Float32Array.from(bytes, (value) => value / 255), [
    2,
    28,
    28,
    1,
  ]);
  const expected = await tf.transpose(
    encoder.predict(images) as tf.Tensor,
    [0, 3, 1, 2],
  ).data();
  ok(expected.some((value) => value > 0.05), "the signal is alive");
  expected.forEach((value, at) => ok(Math.abs(value - values[at]!) < 1e-5));
});

Deno.test("codesOf() knows the true shapes of a network without padding", async () => {
  await tf.setBackend("cpu");
  const whole = randomise(tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [28, 28, 1],
        filters: 3,
        kernelSize: 5,
        padding: "valid",
        activation: "relu",
      }),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 3 }),
      tf.layers.conv2d({
        filters: 2,
        kernelSize: 2,
        padding: "valid",
        activation: "relu",
      }),
      tf.layers.conv2dTranspose({ filters: 1, kernelSize: 4, strides: 4 }),
    ],
  }));
  const { topology, weights } = await saved(whole);
  const network = parseLayersModel({ model: topology, weights }, "model.json");
  const { bytes } = syntheticDigits(1, "code test").images;
  const { channels, height, width, values } = await codesOf(network, [bytes]);
  deepEqual([channels, height, width], [2, 7, 7]);
  const encoder = tf.model({
    inputs: whole.inputs,
    outputs: whole.layers[2]!.output,
  });
  const image = tf.tensor(Float32Array.from(bytes, (value) => value / 255), [
    1,
    28,
    28,
    1,
  ]);
  const expected = await tf.transpose(
    encoder.predict(image) as tf.Tensor,
    [0, 3, 1, 2],
  ).data();
  ok(expected.some((value) => value > 0.05), "the signal is alive");
  expected.forEach((value, at) => ok(Math.abs(value - values[at]!) < 1e-5));
});
