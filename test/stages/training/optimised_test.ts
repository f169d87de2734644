/** The optimised form: the same numbers as the plain form, for all that an experiment may say. */
import assert from "node:assert/strict";
import type { Chain, Layer } from "../../../stages/network/layer.ts";
import type { Network } from "../../../stages/network/network.ts";
import type { Lowering } from "../../../stages/training/operation.ts";
import { optimised } from "../../../stages/training/optimised.ts";
import { plain } from "../../../stages/training/plain.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import {
  before,
  chain,
  distance,
  NETWORK,
  run,
  strokes,
  trainer,
} from "./fixture.ts";

const open = portable();

/** Trains in one form: losses, weights and the loss on images that fill no batch. */
async function trained(
  lowering: Lowering,
  { of, batch, seed, steps, biased = false }: {
    of: Chain;
    batch: number;
    seed: number;
    steps: number;
    biased?: boolean;
  },
) {
  const start = before(of, seed, { biased });
  await using one = await trainer(open, { lowering, of, batch, start });
  const { height, width } = of.input;
  const images = strokes(10 * batch, 1, of.input);
  const bytes = batch * height * width;
  const losses = await run(one, { images, steps, bytes });
  const validation = await one.validate(strokes(batch + 1, 2, of.input));
  return { losses, validation, ...await one.vectors() };
}

for (const seed of [1, 2, 3]) {
  Deno.test(`50 steps of the experiment from seed ${seed} have the plain form's losses`, async () => {
    const settings = { of: chain(), batch: 16, seed, steps: 50 };
    const found = await trained(optimised, settings);
    const expected = await trained(plain, settings);
    found.losses.forEach((loss, step) => {
      const right = expected.losses[step]!;
      assert.ok(
        Math.abs(loss - right) < 1e-5 * right,
        `step ${step + 1}: ${loss}, not ${right}`,
      );
    });
  });
}

/** The limits of the experiment's schema, as far as a test has the time. */
const LIMITS: { readonly [limit: string]: [Partial<Network>, batch?: number] } =
  {
    "kernels of 1 × 1": [{ kernel: 1 }],
    "kernels of 5 × 5": [{ kernel: 5 }],
    "a linear output": [{ relu: "convolutions" }],
    "one filter everywhere": [{ encoder: [1, 1, 1], decoder: [1, 1] }],
    "one filter everywhere, 5 × 5": [
      { encoder: [1, 1, 1], decoder: [1, 1], kernel: 5 },
    ],
    // Products lie down where they have fewer rows than columns.
    "many filters": [{ encoder: [17, 33, 40], decoder: [48, 20] }],
    "the most filters": [{ encoder: [2, 256, 1], decoder: [256, 2] }, 2],
    "batches of one image": [{}, 1],
  };

for (const [limit, [change, batch = 4]] of Object.entries(LIMITS)) {
  Deno.test(`the optimised form is right for ${limit}`, async () => {
    const of = chain({ ...NETWORK, ...change });
    // One step: Adam's updates are signs of gradients, and need not agree near zero.
    const settings = { of, batch, seed: 3, steps: 1, biased: true };
    const found = await trained(optimised, settings);
    const expected = await trained(plain, settings);
    assert.ok(expected.losses.every((loss) => loss > 0));
    assert.ok(distance(found.losses, expected.losses) < 1e-5);
    const difference = distance(found.first, expected.first);
    assert.ok(difference < 1e-5, `gradients are off by ${difference}`);
    const relative = Math.abs(found.validation / expected.validation - 1);
    assert.ok(relative < 1e-4, `validation is off by ${relative}`);
  });
}

for (
  const [height, width] of [[20, 12], [32, 32], [12, 44], [64, 16]] as const
) {
  Deno.test(`the optimised form is right for images of ${height} × ${width}`, async () => {
    const of = chain(NETWORK, { channels: 1, height, width });
    const settings = { of, batch: 4, seed: 3, steps: 1, biased: true };
    const found = await trained(optimised, settings);
    const expected = await trained(plain, settings);
    assert.ok(distance(found.losses, expected.losses) < 1e-5);
    const difference = distance(found.first, expected.first);
    assert.ok(difference < 1e-5, `gradients are off by ${difference}`);
    const relative = Math.abs(found.validation / expected.validation - 1);
    assert.ok(relative < 1e-4, `validation is off by ${relative}`);
  });
}

/** What no experiment can say, and the operations do not cover. */
const REFUSED: {
  readonly [why: string]: [change: (layer: Layer) => Layer, error: RegExp];
} = {
  "a transposed convolution with ReLU": [
    (layer) =>
      layer.kind === "transposed" ? { ...layer, activation: "relu" } : layer,
    /does not cover layer decoder-1-up/,
  ],
  "a linear convolution": [
    (layer) =>
      layer.kind === "convolution" ? { ...layer, activation: "linear" } : layer,
    /does not cover layer encoder-1/,
  ],
  "a convolution without padding": [
    (layer) =>
      layer.name === "decoder-2" && layer.kind === "convolution"
        ? { ...layer, before: [1, 0], after: [1, 2] }
        : layer,
    /does not cover layer decoder-2/,
  ],
  "pooling by 3 × 2": [
    (layer) => layer.kind === "pooling" ? { ...layer, pool: [3, 2] } : layer,
    /does not cover layer encoder-2-pool/,
  ],
  "two channels": [
    (layer) => layer.name === "output" ? { ...layer, filters: 2 } : layer,
    /no autoencoder of grey images/,
  ],
};

for (const [why, [change, error]] of Object.entries(REFUSED)) {
  Deno.test(`the optimised form refuses ${why}`, () => {
    const of = chain();
    assert.throws(
      () => optimised({ ...of, layers: of.layers.map(change) }, 4),
      error,
    );
  });
}
