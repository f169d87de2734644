/** The engines: all compute the same, and say what is missing where they cannot run. */
import assert from "node:assert/strict";
import { adapter, hardware } from "../../../stages/training/engine.ts";
import { cuda } from "../../../stages/training/cuda.ts";
import { native } from "../../../stages/onnx/native.ts";
import { crosscheck, STEPS } from "../../../stages/training/crosscheck.ts";
import { portable } from "../../../stages/onnx/portable.ts";
import {
  optimised,
  optimisedForNative,
} from "../../../stages/training/optimised.ts";
import type { Trainer } from "../../../stages/training/trainer.ts";
import { skip } from "../../rig/skip.ts";
import { rates } from "../../../stages/training/adam.ts";
import {
  ADAM,
  before,
  chain,
  distance,
  run,
  SHAPE,
  strokes,
  trainer,
} from "./fixture.ts";

const of = chain();
const PIXELS = SHAPE.height * SHAPE.width;

const onPortable = (batch: number) =>
  trainer(portable(), {
    lowering: optimised,
    of,
    batch,
    start: before(of, 1),
  });

/** Both on the same batches: losses, weights and validation agree. */
async function agree(
  one: Trainer,
  other: Trainer,
  { batch, steps, within }: { batch: number; steps: number; within: number },
) {
  const images = strokes(steps * batch, 1);
  const given = { images, steps, bytes: batch * PIXELS };
  const [found, expected] = [await run(one, given), await run(other, given)];
  assert.ok(distance(found, expected) < within, `${found}, not ${expected}`);
  const [a, b] = [await one.vectors(), await other.vectors()];
  // Adam's first updates are signs of gradients: where those are near zero, the
  // runtimes need not agree. The means of the gradients do.
  assert.ok(distance(a.first, b.first) < 100 * within);
  const few = strokes(batch + 1, 2);
  const [x, y] = [await one.validate(few), await other.validate(few)];
  assert.ok(Math.abs(x - y) < 10 * within * y, `${x}, not ${y}`);
}

Deno.test("native and portable training agree", async () => {
  const batch = 16;
  await using one = await trainer(native(), {
    lowering: optimisedForNative,
    of,
    batch,
    start: before(of, 1),
  });
  await using other = await onPortable(batch);
  await agree(one, other, { batch, steps: 20, within: 1e-5 });
});

Deno.test("native training repeats to the bit", async () => {
  const results = [];
  for (let time = 0; time < 2; time++) {
    await using one = await trainer(native(), {
      lowering: optimised,
      of,
      batch: 8,
      start: before(of, 1),
    });
    await run(one, { images: strokes(8, 1), steps: 5, bytes: 8 * PIXELS });
    results.push(await one.vectors());
  }
  assert.deepEqual(results[0], results[1]);
});

const found = await adapter();
if (!found) skip("the engine webgpu", "this machine has no WebGPU adapter");

Deno.test("webgpu and portable training agree", {
  ignore: !found,
  // The device lives as long as the process.
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const { card } = await import("../../../stages/training/webgpu.ts");
  const { open } = await card();
  await using one = await trainer(open, {
    lowering: optimised,
    of,
    batch: 4,
    start: before(of, 1),
  });
  await using other = await onPortable(4);
  await agree(one, other, { batch: 4, steps: 3, within: 1e-5 });
});

Deno.test("cuda() says what is missing", {
  ignore: await isNvidia(),
}, async () => {
  await assert.rejects(async () => await cuda()(new Uint8Array()), {
    name: "StageError",
    what:
      "Cannot train with engine cuda: ONNX Runtime's CUDA provider is not installed",
  });
});

Deno.test("crosscheck() stops an engine that computes something else", async () => {
  const images = strokes(STEPS, 1);
  await using reference = await onPortable(1);
  const [right] = await reference.advance(
    images.subarray(0, PIXELS),
    rates(ADAM, 0, 1),
  );
  const wrong = (losses: readonly number[]): Trainer => ({
    stride: 1,
    advance: () => Promise.resolve(Float32Array.from(losses)),
    validate: () => Promise.reject(new Error("not called")),
    vectors: () => Promise.reject(new Error("not called")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
  // The loss is near 0.1: the last is off by half a percent.
  for (const losses of [[0, 0, 0, 0, 0], [NaN], [], [right! * 1.005]]) {
    await using one = await onPortable(1);
    await assert.rejects(
      crosscheck("webgpu", {
        trainer: wrong(losses),
        portable: one,
        images,
        rates: rates(ADAM, 0, STEPS),
      }),
      {
        name: "StageError",
        what:
          "The engine webgpu does not compute what the portable engine does",
        seen: /^loss \S+ instead of 0\.\d+ in step 1/,
        hint: /portable/,
      },
    );
  }
});

Deno.test("hardware() names what bits depend on", async () => {
  assert.deepEqual(await hardware("portable"), {});
  const { cpu } = await hardware("native");
  assert.match(cpu ?? "", new RegExp(`^${Deno.build.arch}`));
});

async function isNvidia(): Promise<boolean> {
  try {
    await Deno.stat("/dev/nvidia0");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
