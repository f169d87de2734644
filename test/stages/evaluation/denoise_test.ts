import assert from "node:assert/strict";
import type { Denoising } from "../../../stages/formats/denoising.ts";
import { explain } from "../../../stages/evaluation/explanation.ts";
import { add, noise } from "../../../stages/evaluation/noise.ts";
import { fromBytes, toBytes } from "../../../stages/evaluation/picture.ts";

Deno.test("noise() has mean 0, standard deviation 1 and about normal tails", () => {
  const numbers = noise(200_000, 1);
  let [sum, square, fourth, beyond] = [0, 0, 0, 0];
  for (const x of numbers) {
    sum += x;
    square += x * x;
    fourth += x ** 4;
    if (Math.abs(x) > 1.96) beyond++;
  }
  const n = numbers.length;
  assert(Math.abs(sum / n) < 0.01, `mean ${sum / n}`);
  assert(Math.abs(square / n - 1) < 0.01, `variance ${square / n}`);
  // 3 − 6 / (5 · 12), where a normal distribution has 3.
  assert(Math.abs(fourth / n - 2.9) < 0.05, `kurtosis ${fourth / n}`);
  assert(Math.abs(beyond / n - 0.05) < 0.003, `beyond ${beyond / n}`);
  assert.deepEqual(noise(10, 1), numbers.slice(0, 10));
  assert.notDeepEqual(noise(10, 2), numbers.slice(0, 10));
});

Deno.test("add() keeps grey values between 0 and 1", () => {
  assert.deepEqual(
    add(Float32Array.of(0, 0.5, 1), Float32Array.of(-1, 1, 1), 0.25),
    Float32Array.of(0, 0.75, 1),
  );
});

Deno.test("toBytes() undoes fromBytes() and cuts off what is no grey value", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(toBytes(fromBytes(all)), all);
  assert.deepEqual(
    toBytes(Float32Array.of(-1, 0.5, 7)),
    Uint8Array.of(0, 128, 255),
  );
});

const level = (
  level: number,
  noisy_mse: number,
  output_mse: number,
  output_noisy_mse: number,
): Denoising["levels"][number] => ({
  level,
  noisy_mse,
  output_mse,
  output_noisy_mse,
});

Deno.test("explain() says no more than the numbers show", async (t) => {
  const stories = {
    "noise is removed from some level on": {
      clean_mse: 0.008,
      spread: 0.05,
      levels: [
        level(0.05, 0.0014, 0.0081, 0.009),
        level(0.2, 0.022, 0.012, 0.028),
        level(0.4, 0.08, 0.028, 0.07),
      ],
    },
    "noise is removed, but mostly passed on": {
      clean_mse: 0.001,
      spread: 0.05,
      levels: [level(0.1, 0.006, 0.005, 0.002), level(0.2, 0.02, 0.018, 0.003)],
    },
    "noise is not removed": {
      clean_mse: 0.03,
      spread: 0.02,
      levels: [level(0.05, 0.001, 0.031, 0.03), level(0.1, 0.006, 0.03, 0.033)],
    },
    "nothing was learned": {
      clean_mse: 0.112,
      spread: 0,
      levels: [level(0.1, 0.006, 0.112, 0.11), level(0.4, 0.08, 0.112, 0.15)],
    },
    "nothing was measured": { clean_mse: 0.01, spread: 0.05, levels: [] },
  };
  const told = Object.entries(stories).map(([title, story]) =>
    `${title}:\n${explain(story)}`
  );
  assert.equal(new Set(told).size, told.length);
  await t.assertSnapshot(told.join("\n\n"));
});
