/** How many images a second an engine trains, tried out on this machine. */
import { chainOf } from "../network/layer.ts";
import { autoencoder, type Network, topology } from "../network/network.ts";
import { initial, weights } from "../network/weights.ts";
import { stream } from "../random/stream.ts";
import { rates } from "./adam.ts";
import type { EngineName } from "./engine.ts";
import { partsOf } from "./parts.ts";
import { start } from "./start.ts";

/** As large as the images that most try first; on another size the engines compare alike. */
const IMAGE = { height: 28, width: 28, channels: 1 };

const ADAM = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/**
 * Trains a network on noise for about so many seconds, after a first call that compiles.
 *
 * @throws StageError if the engine is missing or computes something else
 */
export async function rate(
  engine: EngineName,
  { network, batch, seconds }: {
    network: Network;
    batch: number;
    seconds: number;
  },
): Promise<number> {
  const chain = chainOf(topology(autoencoder(network, IMAGE)));
  const list = weights(chain);
  const parameters = Float32Array.from(initial(list, 1));
  const zeros = () => new Float32Array(parameters.length);
  const { height, width, channels } = IMAGE;
  const pixels = height * width * channels;
  const random = stream(1, "noise");
  const noise = (images: number) =>
    Uint8Array.from(
      { length: images * pixels },
      () => Math.floor(256 * random.uniform()),
    );
  const { trainer } = await start(engine, {
    problem: { chain, batch, parts: partsOf(engine, batch), adam: ADAM },
    vectors: { parameters, first: zeros(), second: zeros() },
    batch: noise(batch),
  });
  await using _ = trainer;
  const images = noise(trainer.stride * batch);
  const adam = rates(ADAM, 0, trainer.stride);
  await trainer.advance(images, adam);
  const begin = performance.now();
  for (let calls = 1;; calls++) {
    await trainer.advance(images, adam);
    const took = (performance.now() - begin) / 1000;
    if (took >= seconds) return calls * trainer.stride * batch / took;
  }
}
