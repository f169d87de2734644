import assert from "node:assert/strict";
import { stream } from "../../../stages/random/stream.ts";

Deno.test("stream() gives each purpose and seed its own numbers, the same ones always", () => {
  const first = (seed: number, purpose: string) => {
    const random = stream(seed, purpose);
    return [random.uint32(), random.uint32(), random.uint32()];
  };
  assert.deepEqual(first(1, "noise"), [2787093488, 2549625531, 2803626109]);
  assert.notDeepEqual(first(2, "noise"), first(1, "noise"));
  assert.notDeepEqual(first(1, "glyphs"), first(1, "noise"));
});

Deno.test("stream() spreads its numbers evenly over [0, 1)", () => {
  const random = stream(7, "test");
  const bins = new Array(16).fill(0);
  let sum = 0;
  for (let i = 0; i < 160_000; i++) {
    const x = random.uniform();
    bins[Math.floor(16 * x)]++;
    sum += x;
  }
  // Standard deviations: 97 of a bin, 0.0007 of the mean.
  assert(bins.every((count) => Math.abs(count - 10_000) < 500), `${bins}`);
  assert(Math.abs(sum / 160_000 - 0.5) < 0.004, `${sum / 160_000}`);
});
