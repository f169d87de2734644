/** The gradients of both forms against finite differences in 64-bit floats. */
import assert from "node:assert/strict";
import type { Chain } from "../../../stages/network/layer.ts";
import { chainOf } from "../../../stages/network/layer.ts";
import { weights } from "../../../stages/network/weights.ts";
import { plain } from "../../../stages/training/plain.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import { optimised } from "../../../stages/training/optimised.ts";
import { ADAM, before, chain, NETWORK, strokes, trainer } from "./fixture.ts";
import { loss } from "./reference.ts";

const SMALL = { channels: 1, height: 8, width: 12 };

/** Every kernel and activation that an experiment may have. */
const SMALLER = { ...NETWORK, encoder: [4, 3, 2], decoder: [2, 4] };
const CHAINS: { readonly [name: string]: Chain } = {
  "the experiment's network, smaller": chain(SMALLER, SMALL),
  "a linear output and kernels of 5 × 5": chain(
    { ...SMALLER, kernel: 5, relu: "convolutions" },
    SMALL,
  ),
  "kernels of 1 × 1": chain({ ...SMALLER, kernel: 1 }, SMALL),
  "one filter everywhere": chain(
    { ...SMALLER, encoder: [1, 1, 1], decoder: [1, 1] },
    SMALL,
  ),
};

const open = portable();

for (const [name, of] of Object.entries(CHAINS)) {
  for (const [form, lowering] of Object.entries({ plain, optimised })) {
    Deno.test(`the gradient of ${name}, ${form}, is that of finite differences`, async () => {
      const batch = 2;
      const start = before(of, 3, { biased: true });
      const bytes = strokes(batch, 3, of.input);
      // With a first moment that forgets at once, it is the gradient.
      const adam = { ...ADAM, beta1: 0 };
      await using one = await trainer(open, {
        lowering,
        of,
        batch,
        adam,
        start,
      });
      const [found] = await one.advance(bytes, Float32Array.of(0.001));
      const { first } = await one.vectors();

      const pixels = bytes.length / batch;
      const images = Array.from(
        { length: batch },
        (_, index) =>
          Array.from(
            bytes.subarray(index * pixels, (index + 1) * pixels),
            (value) => Math.fround(value / 255),
          ),
      );
      const flat = Float64Array.from(start.parameters);
      const expected = loss(of, flat, images);
      assert.ok(
        Math.abs(found! - expected) < 2e-6 * expected,
        `loss ${found}, not ${expected}`,
      );
      const step = 1e-7;
      for (const { name, offset, length } of weights(of)) {
        const slopes = Array.from({ length }, (_, index) => {
          const value = flat[offset + index]!;
          flat[offset + index] = value + step;
          const above = loss(of, flat, images);
          flat[offset + index] = value - step;
          const below = loss(of, flat, images);
          flat[offset + index] = value;
          return (above - below) / (2 * step);
        });
        // A small gradient is the difference of large ones.
        const size = Math.max(...slopes.map(Math.abs), 1e-3);
        slopes.forEach((slope, index) => {
          const difference = Math.abs(first[offset + index]! - slope);
          assert.ok(
            difference < 2e-5 * size,
            `${name}[${index}]: ${first[offset + index]}, not ${slope}`,
          );
        });
      }
    });
  }
}

Deno.test("chainOf() names the layer that it does not cover", () => {
  const layer = (class_name: string, config: object) => ({
    class_name: "Sequential",
    config: {
      layers: [{
        class_name,
        config: { name: "odd", batch_input_shape: [null, 4, 4, 1], ...config },
      }],
    },
  });
  for (
    const [topology, seen] of [
      [layer("Dense", {}), /a Dense/],
      [
        layer("Conv2D", { strides: [2, 2] }),
        /a Conv2D with strides \[2,2\]/,
      ],
      [
        layer("MaxPooling2D", { strides: [1, 1], pool_size: [2, 2] }),
        /a MaxPooling2D with strides \[1,1\]/,
      ],
    ] as const
  ) {
    assert.throws(() => chainOf(topology), {
      name: "StageError",
      what: 'Cannot use layer "odd"',
      seen,
    });
  }
});
