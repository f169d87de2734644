/** The network, images and settings that the tests of training share. */
import { type Chain, chainOf } from "../../../stages/network/layer.ts";
import type { Shape } from "../../../stages/network/layer.ts";
import { autoencoder, type Network } from "../../../stages/network/network.ts";
import { topology } from "../../../stages/network/network.ts";
import { initial, weights } from "../../../stages/network/weights.ts";
import { stream } from "../../../stages/random/stream.ts";
import type { Adam, Vectors } from "../../../stages/training/adam.ts";
import { rates } from "../../../stages/training/adam.ts";
import type { Lowering } from "../../../stages/training/operation.ts";
import type { Open } from "../../../stages/onnx/runtime.ts";
import { graphTrainer } from "../../../stages/training/trainer.ts";
import type { Trainer } from "../../../stages/training/trainer.ts";
import { skip } from "../../rig/skip.ts";

/** The network of the experiment. */
export const NETWORK: Network = {
  encoder: [8, 4, 2],
  decoder: [4, 8],
  kernel: 3,
  relu: "convolutions-and-output",
  initializer: "glorot_uniform",
};

export const SHAPE: Shape = { channels: 1, height: 28, width: 28 };

export const ADAM: Adam = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
};

/** The chain of a network, by default that of the experiment. */
export function chain(network = NETWORK, shape = SHAPE): Chain {
  return chainOf(topology(autoencoder(network, shape)));
}

/**
 * Images of strokes on a black ground: bytes `[count, pixels]`. The ground
 * matters, for there all candidates of a pooling are equal.
 */
export function strokes(
  count: number,
  seed: number,
  { channels, height, width } = SHAPE,
): Uint8Array<ArrayBuffer> {
  const { below } = stream(seed, "test images");
  const pixels = channels * height * width;
  const images = new Uint8Array(count * pixels);
  for (let image = 0; image < count * channels; image++) {
    for (let stroke = 0; stroke < 4; stroke++) {
      let [row, column] = [below(height), below(width)];
      const [down, across] = [below(3) - 1, below(3) - 1];
      for (let step = 0; step < height / 2; step++) {
        const at = image * height * width + row * width + column;
        images[at] = Math.max(images[at]!, 128 + below(128));
        if (column + 1 < width) images[at + 1] = 255;
        row = Math.min(Math.max(row + down, 0), height - 1);
        column = Math.min(Math.max(column + across, 0), width - 1);
      }
    }
  }
  return images;
}

/** The vectors before training; `biased` shakes the biases off zero. */
export function before(
  of: Chain,
  seed: number,
  { biased = false } = {},
): Vectors {
  const list = weights(of);
  const parameters = initial(list, seed);
  const { between } = stream(seed, "test biases");
  for (const { role, offset, length } of list) {
    if (role !== "bias" || !biased) continue;
    for (let i = 0; i < length; i++) parameters[offset + i] = between(0, 0.1);
  }
  return {
    parameters: Float32Array.from(parameters),
    first: new Float32Array(parameters.length),
    second: new Float32Array(parameters.length),
  };
}

/** A trainer of one form on one runtime. */
export function trainer(
  open: Open,
  { lowering, of, batch, parts = 1, adam = ADAM, start }: {
    lowering: Lowering;
    of: Chain;
    batch: number;
    parts?: number;
    adam?: Adam;
    start: Vectors;
  },
): Promise<Trainer> {
  return graphTrainer(open, {
    problem: { chain: of, batch, parts, adam },
    lowering,
    start,
  });
}

/** The losses of so many steps, each on the next batch of the images, around and around. */
export function run(
  trainer: Trainer,
  { images, steps, bytes, adam = ADAM }: {
    images: Uint8Array;
    steps: number;
    /** Bytes of a batch. */
    bytes: number;
    adam?: Adam;
  },
): Promise<Float32Array> {
  const all = new Uint8Array(steps * bytes);
  for (let step = 0; step < steps; step++) {
    const from = step * bytes % images.length;
    all.set(images.subarray(from, from + bytes), step * bytes);
  }
  return trainer.advance(all, rates(adam, 0, steps));
}

/** The largest difference of two vectors, relative to the largest number. */
export function distance(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(found[i]! - expected[i]!));
    size = Math.max(size, Math.abs(expected[i]!));
  }
  return difference / size;
}

/** Whether a program can be run; says what is skipped without it if not. */
export function runs(
  command: string,
  args: readonly string[],
  without: string,
): boolean {
  try {
    const { success } = new Deno.Command(command, {
      args: [...args],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    if (success) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  skip(without, `${[command, ...args].join(" ")} does not run`);
  return false;
}
