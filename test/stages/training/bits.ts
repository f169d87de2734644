/**
 * Prints the SHA-256 of the weights after thirty steps of the portable engine. A
 * program of its own, so that it can run on another processor; without
 * TensorFlow.js, which an emulated one takes long to load.
 */
import { chainOf } from "../../../stages/network/layer.ts";
import { initial, weights } from "../../../stages/network/weights.ts";
import { stream } from "../../../stages/random/stream.ts";
import { rates } from "../../../stages/training/adam.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import { optimised } from "../../../stages/training/optimised.ts";
import { graphTrainer } from "../../../stages/training/trainer.ts";
import { helpers } from "./threads.ts";

const STEPS = 30;
const BATCH = 8;
const SIZE = 28;

const convolution = (
  name: string,
  filters: number,
  size = 3,
  first = false,
) => ({
  class_name: "Conv2D",
  config: {
    name,
    filters,
    kernel_size: [size, size],
    strides: [1, 1],
    padding: "same",
    activation: "relu",
    dilation_rate: [1, 1],
    data_format: "channels_last",
    use_bias: true,
    ...(first && { batch_input_shape: [null, SIZE, SIZE, 1] }),
  },
});
const pooling = (name: string) => ({
  class_name: "MaxPooling2D",
  config: {
    name,
    pool_size: [2, 2],
    strides: [2, 2],
    padding: "valid",
    data_format: "channels_last",
  },
});
const up = (name: string, filters: number) => {
  const { config } = convolution(name, filters, 2);
  return {
    class_name: "Conv2DTranspose",
    config: { ...config, strides: [2, 2], activation: "linear" },
  };
};

// The network of the experiment; a test compares the two.
export const CHAIN = chainOf({
  class_name: "Sequential",
  config: {
    layers: [
      convolution("encoder-1", 8, 3, true),
      pooling("encoder-2-pool"),
      convolution("encoder-2", 4),
      pooling("encoder-3-pool"),
      convolution("encoder-3", 2),
      up("decoder-1-up", 4),
      convolution("decoder-1", 4),
      up("decoder-2-up", 8),
      convolution("decoder-2", 8),
      convolution("output", 1, 1),
    ],
  },
});

/** The digest on this processor, of batches in two parts, by so many threads. */
export async function digest(threads = 1): Promise<string> {
  const adam = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const parameters = Float32Array.from(initial(weights(CHAIN), 1));
  const zeros = () => new Float32Array(parameters.length);
  const others = await helpers(threads - 1);
  await using trainer = await graphTrainer(portable(), {
    problem: { chain: CHAIN, batch: BATCH, parts: 2, adam },
    lowering: optimised,
    stride: STEPS,
    threads: {
      cores: () => threads,
      starts: others.starts,
      lost: (error) => {
        throw error;
      },
    },
    start: { parameters, first: zeros(), second: zeros() },
  });
  const { below } = stream(1, "test bits");
  const images = Uint8Array.from(
    { length: STEPS * BATCH * SIZE * SIZE },
    () => below(4) === 0 ? below(256) : 0,
  );
  if (threads > 1) {
    await trainer.validate(images.subarray(0, SIZE * SIZE)); // calls them
    await others.ready();
  }
  await trainer.advance(images, rates(adam, 0, STEPS));
  const vectors = await trainer.vectors();
  const bytes = new Uint8Array(vectors.parameters.buffer);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

if (import.meta.main) {
  const threads = Number(Deno.args[0] ?? 1);
  Deno.stdout.writeSync(new TextEncoder().encode(await digest(threads)));
  Deno.exit(); // whatever threads still wait for
}
