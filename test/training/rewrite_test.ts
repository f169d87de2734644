/** The optimised form and each rewrite on its own: the same numbers as the plain form. */
import assert from "node:assert/strict";
import type { Chain, Layer } from "../../stages/network/layer.ts";
import { plain } from "../../stages/training/plain.ts";
import { portable } from "../../stages/training/portable.ts";
import { REWRITES, rewritten } from "../../stages/training/rewrite.ts";
import {
  before,
  chain,
  distance,
  NETWORK,
  run,
  strokes,
  trainer,
} from "./fixture.ts";

const open = await portable();
const [lanes, ...others] = REWRITES;

/** Every rewrite with those that it builds on, and all of them. */
const SELECTIONS = {
  ...Object.fromEntries(
    REWRITES.map((rewrite, index) => [
      `${rewrite.name} after those before it`,
      REWRITES.slice(0, index + 1),
    ]),
  ),
  ...Object.fromEntries(
    others.map((rewrite) => [`${rewrite.name} alone`, [lanes!, rewrite]]),
  ),
};

const batch = 16;
const images = strokes(10 * batch, 1);
const experiment = chain();

async function losses(
  form: typeof plain,
  of: Chain,
  { seed, steps }: { seed: number; steps: number },
) {
  const { channels, height, width } = of.input;
  const own = of === experiment ? images : strokes(2 * batch, 1, of.input);
  const start = before(of, seed);
  await using one = await trainer(open, { form, of, batch, start });
  const losses = await run(one, {
    images: own,
    steps,
    bytes: batch * channels * height * width,
  });
  return { losses, ...await one.vectors() };
}

const SEEDS = [1, 2, 3];
const expected = await Promise.all(
  SEEDS.map((seed) => losses(plain, experiment, { seed, steps: 50 })),
);

for (const [name, rewrites] of Object.entries(SELECTIONS)) {
  Deno.test(`${name}: 50 steps from ${SEEDS.length} seeds have the plain form's losses`, async () => {
    for (const [index, seed] of SEEDS.entries()) {
      const found = await losses(rewritten(rewrites), experiment, {
        seed,
        steps: 50,
      });
      found.losses.forEach((loss, step) => {
        const plainLoss = expected[index]!.losses[step]!;
        assert.ok(
          Math.abs(loss - plainLoss) < 1e-5 * plainLoss,
          `seed ${seed}, step ${step + 1}: ${loss}, not ${plainLoss}`,
        );
      });
    }
  });
}

Deno.test("every rewrite changes the graph of the experiment", () => {
  const names = (selection: typeof REWRITES) =>
    rewritten(selection)(experiment, batch).operations.map(({ name }) => name)
      .join("; ");
  const seen = new Set(
    REWRITES.map((_, index) => names(REWRITES.slice(0, index + 1))),
  );
  // The first changes the layout alone.
  assert.equal(seen.size, REWRITES.length, [...seen].join("\n"));
});

/** Where a precondition does not hold, the layers stay as they are. */
const REFUSED: { readonly [why: string]: Chain } = {
  "a transposed convolution with ReLU": altered((layer) =>
    layer.kind === "transposed" ? { ...layer, activation: "relu" } : layer
  ),
  "convolutions without padding": altered((layer) =>
    layer.kind === "convolution" && layer.name.startsWith("decoder")
      ? {
        ...layer,
        before: [1, 0],
        after: [1, 2],
      }
      : layer
  ),
  "two channels": chain(
    { ...NETWORK, encoder: [3, 2], decoder: [2] },
    { channels: 2, height: 6, width: 6 },
  ),
  "linear convolutions": altered((layer) =>
    layer.kind === "convolution" ? { ...layer, activation: "linear" } : layer
  ),
  "blocks of 3 × 2": blocks([3, 2]),
  "blocks of 3 × 3": blocks([3, 3]),
};

/** Pooling, and transposed convolution, by blocks of another size. */
function blocks(size: readonly [number, number]): Chain {
  return altered(
    (layer) =>
      layer.kind === "pooling"
        ? { ...layer, pool: size }
        : layer.kind === "transposed"
        ? { ...layer, kernel: size }
        : layer,
    { height: 12, width: 12 },
  );
}

function altered(
  change: (layer: Layer) => Layer,
  size = { height: 8, width: 6 },
): Chain {
  const of = chain({ ...NETWORK, encoder: [3, 2], decoder: [3] }, {
    channels: 1,
    ...size,
  });
  return { ...of, layers: of.layers.map(change) };
}

for (const [why, of] of Object.entries(REFUSED)) {
  Deno.test(`all rewrites together are right for ${why}`, async () => {
    const [found, right] = await Promise.all([
      losses(rewritten(REWRITES), of, { seed: 2, steps: 10 }),
      losses(plain, of, { seed: 2, steps: 10 }),
    ]);
    assert.ok(distance(found.losses, right.losses) < 1e-5);
    assert.ok(distance(found.first, right.first) < 1e-3);
  });
}

Deno.test("a rewrite whose precondition fails leaves the layers alone", () => {
  const of = REFUSED["a transposed convolution with ReLU"]!;
  const names = rewritten(REWRITES)(of, batch).operations.map(({ name }) =>
    name
  );
  assert.deepEqual(names, [
    "encoder-1 and encoder-2-pool",
    "encoder-2",
    "decoder-1-up",
    "decoder-1",
    "output",
  ]);
});
