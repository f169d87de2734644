import assert from "node:assert/strict";
import fc from "fast-check";
import {
  largestDifference,
  meanSquaredError,
  peakSignalToNoise,
} from "../../../stages/evaluation/error.ts";
import { log10 } from "../../../stages/evaluation/logarithm.ts";
import { structuralSimilarity } from "../../../stages/evaluation/similarity.ts";
import { stream } from "../../../stages/random/stream.ts";

Deno.test("log10() is the decimal logarithm to the last digits", () => {
  fc.assert(fc.property(
    fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
    (x) => {
      const expected = Math.log10(x);
      return Math.abs(log10(x) - expected) <=
        1e-15 * Math.max(Math.abs(expected), 1e-3);
    },
  ));
  fc.assert(fc.property(
    fc.double({ min: 0.5, max: 2, noNaN: true }),
    (x) => Math.abs(log10(x) - Math.log10(x)) <= 2e-16,
  ));
  assert.equal(log10(1), 0);
  for (const x of [0, -1, NaN, Infinity]) assert.throws(() => log10(x));
});

Deno.test("meanSquaredError() and peakSignalToNoise() of numbers worked out by hand", () => {
  const a = Float32Array.of(0, 0.5, 1, 0.25);
  const b = Float32Array.of(0, 0, 0, 0.25);
  assert.equal(meanSquaredError(a, b), 1.25 / 4);
  assert(Math.abs(peakSignalToNoise(0.01) - 20) < 1e-14);
  assert.equal(peakSignalToNoise(0), Infinity);
  assert.throws(() => meanSquaredError(a, new Float32Array(3)), RangeError);
});

Deno.test("largestDifference() is relative above 1 and does not overlook NaN", () => {
  const a = Float32Array.of(0.5, 100);
  assert.equal(largestDifference(Float32Array.of(0.25, 101), a), 0.25);
  assert(Number.isNaN(largestDifference(Float32Array.of(NaN, 100), a)));
});

/** SSIM word for word as its paper has it: a window, its weights, its moments. */
function reference(a: Float32Array, b: Float32Array, side: number): number {
  const weights: { x: number; y: number; w: number }[] = [];
  for (let y = -5; y <= 5; y++) {
    for (let x = -5; x <= 5; x++) {
      weights.push({ x, y, w: Math.exp(-(x * x + y * y) / (2 * 1.5 * 1.5)) });
    }
  }
  const total = weights.reduce((sum, { w }) => sum + w, 0);
  const values: number[] = [];
  for (let row = 5; row < side - 5; row++) {
    for (let column = 5; column < side - 5; column++) {
      const mean = (value: (i: number) => number) =>
        weights.reduce(
          (sum, { x, y, w }) =>
            sum + w / total * value((row + y) * side + column + x),
          0,
        );
      const ma = mean((i) => a[i]!);
      const mb = mean((i) => b[i]!);
      const va = mean((i) => (a[i]! - ma) ** 2);
      const vb = mean((i) => (b[i]! - mb) ** 2);
      const vab = mean((i) => (a[i]! - ma) * (b[i]! - mb));
      values.push(
        (2 * ma * mb + 0.01 ** 2) * (2 * vab + 0.03 ** 2) /
          ((ma * ma + mb * mb + 0.01 ** 2) * (va + vb + 0.03 ** 2)),
      );
    }
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("structuralSimilarity() is the paper's formula, averaged over pictures", () => {
  const random = stream(1, "test");
  const side = 16;
  const size = { height: side, width: side };
  const draw = () =>
    Float32Array.from({ length: side * side }, () => random.uniform());
  const [a, b, c] = [draw(), draw(), draw()];
  const both = (p: Float32Array, q: Float32Array) =>
    Float32Array.of(...p, ...q);
  const found = structuralSimilarity(both(a, c), both(b, c), size);
  assert(Math.abs(found - (reference(a, b, side) + 1) / 2) < 1e-12);
  const same = structuralSimilarity(a, a, size);
  assert(Math.abs(same - 1) < 1e-12);
  assert.throws(
    () => structuralSimilarity(a, b, { height: 15, width: 16 }),
    RangeError,
  );
});
