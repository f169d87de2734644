/** Work grows with the experiment and not with its square: counted, not timed. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readConfig } from "../../../pipeline/config/config.ts";
import type { Graph } from "../../../pipeline/graph/graph.ts";
import { link } from "../../../pipeline/graph/link.ts";
import { narrow } from "../../../pipeline/graph/select.ts";
import { CoreClock } from "../../../pipeline/run/core-clock.ts";
import { makespan, schedule } from "../../../pipeline/run/schedule.ts";
import {
  output,
  type Pipeline,
  type Stage,
} from "../../../pipeline/stage/declaration.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { pipeline } from "../../../stages/experiment/pipeline.ts";
import { portable } from "../../rig/networks.ts";
import { Counter } from "./counted.ts";

/** Twice as much of everything may cost this many times as much. */
const TWICE = 2.2;

function linked<Config>(pipeline: Pipeline<Config>, config: Config): Graph {
  const result = link(pipeline, config, () => undefined);
  if (!result.ok) throw new Error(result.failure.what);
  return result.value;
}

function linear(work: (size: number) => number): void {
  const [once, twice] = [work(60), work(120)];
  ok(once > 60, `only ${once} looks: nothing was counted`);
  ok(twice <= once * TWICE, `${once} looks became ${twice}`);
}

Deno.test("link() looks at each declaration as often, however many instances there are", () => {
  linear((size) => {
    const counter = new Counter();
    const seeds = Array.from({ length: size }, (_, seed) => seed);
    const stage = (
      name: string,
      matrix: { [axis: string]: number[] },
      inputs = {},
    ): Stage<null> => ({
      name,
      title: name,
      matrix: () => matrix,
      at: () =>
        counter.over({
          runs: { kind: "module" as const, module: "stages/none.ts" },
          inputs,
          outputs: { out: { file: "out" } },
        }),
    });
    linked({
      stages: [
        stage("train", { rate: [1], seed: seeds }),
        stage("same", { rate: [1], seed: seeds }, {
          from: output("train", "out"),
        }),
        stage("fewer", { seed: seeds }, { from: output("train", "out") }),
        stage("fixed", { number: seeds }, {
          from: output("train", "out", { rate: 1, seed: 3 }),
        }),
      ],
    }, null);
    return counter.count;
  });
});

Deno.test("the experiment's stages look at it as often, however many seeds it has", () => {
  const path = new URL("../../../experiment.toml", import.meta.url).pathname;
  linear((size) => {
    const counter = new Counter();
    const seeds = Array.from({ length: size }, (_, seed) => seed);
    const read = readConfig({
      path,
      schema: experimentSchema,
      set: [`axes."training.seed"=${JSON.stringify(seeds)}`],
    });
    if (!read.ok) throw new Error(read.failure.seen);
    const { config } = read.value;
    const experiment = portable(config);
    const { instances } = linked(pipeline, counter.over(experiment));
    ok(instances.length > 15 * size);
    return counter.count;
  });
});

Deno.test("link() takes the one producer on the shared axes, whatever others it has", () => {
  const stage = (
    name: string,
    matrix: { [axis: string]: number[] },
    inputs = {},
  ): Stage<null> => ({
    name,
    title: name,
    matrix: () => matrix,
    at: () => ({
      runs: { kind: "module", module: "stages/none.ts" },
      inputs,
      outputs: { out: { file: "out" } },
    }),
  });
  const { byId } = linked({
    stages: [
      stage("train", { rate: [0.1], seed: [1, 2] }),
      stage("draw", { seed: [2] }, { from: output("train", "out") }),
    ],
  }, null);
  deepEqual(byId.get("draw[seed=2]")!.producers.map(({ id }) => id), [
    "train[rate=0.1,seed=2]",
  ]);
});

Deno.test("makespan() needs no more cores than there are instances", () => {
  const { instances, byId } = linked({
    stages: [{
      name: "train",
      title: "",
      matrix: () => ({ seed: [1, 2, 3] }),
      at: () => ({
        runs: { kind: "module", module: "stages/none.ts" },
        outputs: {},
      }),
    }],
  }, null);
  const graph = { instances, byId };
  const all = new Set(instances);
  const shares = false;
  equal(makespan(graph, all, () => 5, { cpus: 2 ** 40, shares }), 5);
  equal(makespan(graph, all, () => 5, { cpus: 2, shares }), 10);
});

/** Each step reads from the one before; declared with the last one first. */
function chain(length: number): Graph {
  return linked({
    stages: [{
      name: "walk",
      title: "",
      matrix: () => ({
        step: Array.from({ length }, (_, i) => length - 1 - i),
      }),
      at: (_, { step }) => ({
        runs: { kind: "module", module: "stages/none.ts" },
        inputs: step === 0
          ? {}
          : { from: output("walk", "out", { step: Number(step) - 1 }) },
        outputs: { out: { file: "out" } },
      }),
    }],
  }, null);
}

Deno.test("a chain of instances may be longer than the stack", async () => {
  const length = 10_000;
  const graph = chain(length);
  deepEqual(
    graph.instances.map(({ point }) => point.step),
    Array.from({ length }, (_, i) => i),
  );
  const part = narrow(graph, ["walk[step=9000]"]);
  ok(part.ok);
  equal(part.value.instances.length, 9001);

  const skipped: string[] = [];
  await schedule(graph, {
    settled: new Set(),
    capacity: { cpus: 1, shares: false, gpu: 0, memory: 0, jobs: 0 },
    long: () => false,
    clock: new CoreClock(1),
    queues: () => false,
    priority: new Map(),
    run: () => Promise.resolve("broken"),
    skip: ({ id }) => void skipped.push(id),
    stopped: () => false,
  });
  equal(skipped.length, length - 1);
});

Deno.test("link() refuses a matrix that nobody could plan, before it is made", () => {
  const values = Array.from({ length: 2000 }, (_, i) => i);
  const result = link(
    {
      stages: [{
        name: "train",
        title: "",
        matrix: () => ({ a: values, b: values, c: values, d: values }),
        at: () => ({
          runs: { kind: "module", module: "stages/none.ts" },
          outputs: {},
        }),
      }],
    },
    null,
    () => undefined,
  );
  ok(!result.ok);
  match(result.failure.seen ?? "", /4000000 points and more/);
});
