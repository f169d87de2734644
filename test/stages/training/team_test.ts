/** Training with several threads: the same bits on any number of them, and nobody waited for in vain. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { portable } from "../../../stages/onnx/portable.ts";
import { move, rates, update } from "../../../stages/training/adam.ts";
import { GraphBuilder } from "../../../stages/onnx/builder.ts";
import { model } from "../../../stages/onnx/model.ts";
import { encode } from "../../../stages/onnx/wire.ts";
import { optimised } from "../../../stages/training/optimised.ts";
import { partsOf, sizes } from "../../../stages/training/parts.ts";
import { graphTrainer } from "../../../stages/training/trainer.ts";
import { stream } from "../../../stages/random/stream.ts";
import { ADAM, before, chain, distance, strokes } from "./fixture.ts";
import { helpers } from "./threads.ts";

const STEPS = 3;

/** No thread may be lost. */
const TOGETHER = {
  lost: (error: unknown) => {
    throw error;
  },
};

/** Losses and vectors after some calls, each with so many cores. */
async function trained(
  { batch, parts, cores }: {
    batch: number;
    parts: number;
    cores: readonly number[];
  },
) {
  const of = chain();
  let now = 1;
  const most = Math.max(...cores);
  const threads = await helpers(most - 1);
  await using trainer = await graphTrainer(portable(), {
    problem: { chain: of, batch, parts, adam: ADAM },
    lowering: optimised,
    start: before(of, 1, { biased: true }),
    stride: STEPS,
    threads: { ...TOGETHER, starts: threads.starts, cores: () => now },
  });
  if (most > 1) {
    now = most;
    await trainer.validate(strokes(1, 1)); // alone, and calls them
    await threads.ready();
  }
  const losses: number[] = [];
  for (const [call, count] of cores.entries()) {
    now = count;
    losses.push(
      ...await trainer.advance(
        strokes(STEPS * batch, call + 1),
        rates(ADAM, call * STEPS, STEPS),
      ),
      // Whole batches, more than of one call, and one that is not whole.
      await trainer.validate(strokes((STEPS + 1) * batch + 1, 9)),
    );
  }
  return { losses, ...await trainer.vectors(), board: threads.board() };
}

for (
  const { name, batch, parts, most } of [
    { name: "in the experiment's parts", batch: 16, parts: 2, most: 4 },
    { name: "in four parts", batch: 16, parts: 4, most: 4 },
    { name: "in parts of three and two images", batch: 5, parts: 2, most: 2 },
  ]
) {
  Deno.test(`training ${name} gives the same bits with 1 to ${most} threads, and as they come and go`, async () => {
    const calls = [1, 1, 1, 1];
    const one = await trained({ batch, parts, cores: calls });
    for (let threads = 2; threads <= most; threads++) {
      const cores = calls.map(() => threads);
      const { board, ...many } = await trained({ batch, parts, cores });
      deepEqual(many.losses, one.losses, `${threads} threads`);
      for (const name of ["parameters", "first", "second"] as const) {
        deepEqual(many[name], one[name], `${name} of ${threads} threads`);
      }
      // And it was they who computed it.
      deepEqual(board?.vectors[0], one.parameters);
    }
    const some = await trained({ batch, parts, cores: [most, 1, 2, most] });
    deepEqual(some.losses, one.losses);
    deepEqual(some.parameters, one.parameters);
  });
}

Deno.test("a batch in parts has the gradient and the loss of the whole, up to rounding", async () => {
  for (const batch of [16, 5]) {
    const calls = [1, 1];
    const whole = await trained({ batch, parts: 1, cores: calls });
    const parts = await trained({ batch, parts: 2, cores: calls });
    ok(distance(parts.losses, whole.losses) < 1e-5);
    ok(distance(parts.parameters, whole.parameters) < 1e-4);
  }
});

Deno.test("a thread that fails ends the training with what it says", async () => {
  const of = chain();
  const threads = await helpers(1);
  const lost: unknown[] = [];
  let now = 2;
  await using trainer = await graphTrainer(portable(), {
    problem: { chain: of, batch: 4, parts: 2, adam: ADAM },
    lowering: optimised,
    start: before(of, 1),
    stride: STEPS,
    threads: {
      cores: () => now,
      lost: (error) => void lost.push(error),
      // A problem that a thread refuses: no part can have so many images.
      starts: threads.starts.map((start) => (given) =>
        start({ ...given as object, problem: { chain: of, batch: 4 } })
      ),
    },
  });
  const advance = () =>
    trainer.advance(strokes(STEPS * 4, 1), rates(ADAM, 0, STEPS));
  await advance();
  await rejects(async () => {
    for (let looks = 0; looks < 1000; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await advance();
    }
  }, /Invalid|undefined|RangeError|TypeError/);
  deepEqual(lost, [], "it does not go on");
  now = 1;
});

Deno.test("a training goes on without a thread that fails before it can compute, and says so", async () => {
  const of = chain();
  const lost: unknown[] = [];
  const threads = {
    cores: () => 2,
    starts: [() => Promise.reject(new RangeError("no memory left"))],
    lost: (error: unknown) => void lost.push(error),
  };
  const problem = { chain: of, batch: 4, parts: 2, adam: ADAM };
  const settings = { problem, lowering: optimised, start: before(of, 1) };
  await using alone = await graphTrainer(portable(), settings);
  await using two = await graphTrainer(portable(), { ...settings, threads });
  for (const trainer of [alone, two]) {
    await trainer.advance(strokes(STEPS * 4, 1), rates(ADAM, 0, STEPS));
  }
  deepEqual(await two.vectors(), await alone.vectors());
  deepEqual(lost.map(String), ["RangeError: no memory left"]);
});

Deno.test("of four threads three compute what four do, if one is lost before it can", async () => {
  const of = chain();
  const one = await trained({ batch: 16, parts: 4, cores: [1, 1] });
  const others = await helpers(2);
  const lost: unknown[] = [];
  await using trainer = await graphTrainer(portable(), {
    problem: { chain: of, batch: 16, parts: 4, adam: ADAM },
    lowering: optimised,
    start: before(of, 1, { biased: true }),
    stride: STEPS,
    threads: {
      cores: () => 4,
      lost: (error) => void lost.push(error),
      starts: [() => Promise.reject(new Error("lost")), ...others.starts],
    },
  });
  await trainer.validate(strokes(1, 1)); // alone, and calls them
  await others.ready();
  for (const call of [0, 1]) {
    await trainer.advance(
      strokes(STEPS * 16, call + 1),
      rates(ADAM, call * STEPS, STEPS),
    );
  }
  deepEqual((await trainer.vectors()).parameters, one.parameters);
  deepEqual(others.board()?.vectors[0], one.parameters);
  equal(lost.length, 1);
});

Deno.test("sizes() cuts a batch evenly, without rest and without an empty part", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 600 }),
    (batch) => {
      const parts = sizes(batch, partsOf("portable", batch));
      equal(parts.reduce((sum, size) => sum + size, 0), batch);
      ok(parts.every((size) => size > 0));
      ok(Math.max(...parts) - Math.min(...parts) <= 1);
      deepEqual(sizes(batch, partsOf("native", batch)), [batch]);
    },
  ));
});

Deno.test("Adam in memory is Adam in the graph, to the last bit", async () => {
  const builder = new GraphBuilder();
  const names = { parameters: "p", first: "m", second: "v" };
  const after = update(builder, names, {
    gradient: "g",
    rate: "r",
    adam: ADAM,
  });
  const N = 4096;
  const vector = (name: string) =>
    ({ name, type: "float32", dims: [N] }) as const;
  for (const [name, value] of Object.entries(after)) {
    builder.add({
      op: "Identity",
      inputs: [value],
      outputs: [`${name}_after`],
    });
  }
  await using session = await portable()(encode(model(builder.graph(
    "adam",
    [
      ...["p", "m", "v", "g"].map(vector),
      { name: "r", type: "float32", dims: [] },
    ],
    Object.keys(after).map((name) => vector(`${name}_after`)),
  ))));
  const { between } = stream(1, "test adam");
  /** Of all sizes, denormal ones too. */
  const numbers = (least: number) =>
    Float32Array.from(
      { length: N },
      () => between(least, 1) * 10 ** Math.round(between(-44, 3)),
    );
  const vectors = {
    parameters: numbers(-1),
    first: numbers(-1),
    second: numbers(0),
  };
  const gradient = numbers(-1);
  const rate = Math.fround(0.00123);
  const feed = (data: Float32Array) =>
    ({ type: "float32", data, dims: [N] }) as const;
  const found = await session.run({
    p: feed(vectors.parameters),
    m: feed(vectors.first),
    v: feed(vectors.second),
    g: feed(gradient),
    r: { type: "float32", data: Float32Array.of(rate), dims: [] },
  });
  move(vectors, { gradient, rate, adam: ADAM });
  deepEqual(vectors.parameters, found.parameters_after);
  deepEqual(vectors.first, found.first_after);
  deepEqual(vectors.second, found.second_after);
});
