import assert from "node:assert/strict";
import type { Denoising } from "../../../stages/formats/denoising.ts";
import { findings } from "../../../stages/evaluation/explanation.ts";
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

Deno.test("findings() says no more than the numbers show, and of equal ones once", () => {
  const network = (name: string, spread: number, outputs: number[]) => ({
    name,
    measured: [{
      spread,
      levels: [
        level(0.1, 0.005, outputs[0]!, 0.01),
        level(0.3, 0.04, outputs[1]!, 0.02),
      ],
    }],
  });
  const told = findings([
    network("a", 0.05, [0.01, 0.02]),
    network("b", 0.05, [0.004, 0.02]),
    network("c", 0.05, [0.009, 0.03]),
    network("d", 0.05, [0.03, 0.05]),
    network("e", 0, [0.11, 0.11]),
  ]).map(({ names, cleans, sentence }) =>
    `${names.join()} ${cleans}: ${sentence}`
  );
  const nearer =
    "the output is nearer to the clean image than the noisy input is";
  assert.deepEqual(told, [
    `a,c true: at noise 0.3 ${nearer}; at 0.1 it is not, as the network itself errs by more than the noise.`,
    `b true: at every level of noise tried ${nearer}.`,
    `d false: at no level of noise tried ${nearer}.`,
    "e false: the output is the same picture whatever the input, so the noise is gone and the digit with it.",
  ]);
});

Deno.test("findings() of several seeds speaks of their mean", () => {
  const seed = (output: number) => ({
    spread: 0.05,
    levels: [level(0.3, 0.04, output, 0.02)],
  });
  const [found] = findings([
    { name: "a", measured: [seed(0.01), seed(0.06)] },
  ]);
  assert.equal(
    found?.sentence,
    "at every level of noise tried, on average, the output is nearer to the clean image than the noisy input is.",
  );
});
