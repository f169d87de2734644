/**
 * The network, written once: a convolutional autoencoder as TensorFlow.js
 * layers. The training graph, the exported model and the figures derive from it.
 */
import * as tf from "./tensorflow.ts";
import type { JsonObject } from "../../pipeline/stage/json.ts";
import { StageError } from "../../pipeline/stage/task.ts";
import type { Shape } from "./layer.ts";

/** The `[network]` table of the experiment. A type, not an interface: it is JSON. */
export type Network = {
  /** Filters of the encoder's convolutions; pooling halves the image between them. */
  readonly encoder: readonly number[];
  /** Filters of the decoder's stages, each of which doubles the image. */
  readonly decoder: readonly number[];
  /** Rows and columns of the convolutions' kernels. */
  readonly kernel: number;
  /** Which layers end with ReLU; transposed convolutions never do. */
  readonly relu: "convolutions" | "convolutions-and-output";
  readonly initializer: "glorot_uniform";
};

/**
 * The autoencoder as a TensorFlow.js model, its weights not yet set: convolution
 * (and pooling between two) for each number in `encoder`; transposed and plain
 * convolution for each in `decoder`; a 1×1 convolution back to the channels of
 * the input.
 *
 * @throws StageError if the images cannot be halved as often as they are pooled: an
 * odd row would be lost, and the output be smaller than the input.
 */
export function autoencoder(network: Network, input: Shape): tf.Sequential {
  // TensorFlow.js otherwise advises on the console to install native code.
  tf.enableProdMode();
  const { encoder, decoder, kernel, relu } = network;
  const pooled = encoder.length - 1;
  const part = 2 ** pooled;
  const { height, width } = input;
  if (height % part !== 0 || width % part !== 0) {
    const [down, up] = [Math.floor, Math.ceil].map((round) =>
      [height, width].map((side) => part * Math.max(1, round(side / part)))
        .join(" × ")
    );
    throw new StageError(
      `The network cannot take images of ${height} × ${width}`,
      `network.encoder halves them ${pooled} times, so height and width must be multiples of ${part}`,
      `crop the dataset's images to ${down} or pad them to ${up}, or choose another dataset.name`,
    );
  }
  const inputShape = [input.height, input.width, input.channels];
  let first = true;
  const convolution = (name: string, filters: number) => {
    const layer = tf.layers.conv2d({
      name,
      filters,
      kernelSize: kernel,
      padding: "same",
      activation: "relu",
      kernelInitializer: "glorotUniform",
      ...(first && { inputShape }),
    });
    first = false;
    return layer;
  };
  const model = tf.sequential({ name: "autoencoder" });
  encoder.forEach((filters, index) => {
    const name = `encoder-${index + 1}`;
    if (index > 0) {
      model.add(tf.layers.maxPooling2d({ name: `${name}-pool`, poolSize: 2 }));
    }
    model.add(convolution(name, filters));
  });
  decoder.forEach((filters, index) => {
    const name = `decoder-${index + 1}`;
    model.add(tf.layers.conv2dTranspose({
      name: `${name}-up`,
      filters,
      kernelSize: 2,
      strides: 2,
      padding: "same",
      kernelInitializer: "glorotUniform",
    }));
    model.add(convolution(name, filters));
  });
  model.add(tf.layers.conv2d({
    name: "output",
    filters: input.channels,
    kernelSize: 1,
    padding: "same",
    activation: relu === "convolutions-and-output" ? "relu" : "linear",
    kernelInitializer: "glorotUniform",
  }));
  return model;
}

/** The model's description: `modelTopology` of its model.json. */
export function topology(model: tf.Sequential): JsonObject {
  return model.toJSON(null, false) as unknown as JsonObject;
}
