/** What runs when: resources, order, and what a failure blocks. Any graph. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Graph, Instance } from "../../../pipeline/graph/graph.ts";
import { CoreClock } from "../../../pipeline/run/core-clock.ts";
import {
  type Completion,
  criticalPaths,
  isLong,
  makespan,
  schedule,
  type Slots,
} from "../../../pipeline/run/schedule.ts";
import { Seat, share } from "../../../pipeline/run/seat.ts";
import type { Resources } from "../../../pipeline/stage/declaration.ts";

/** A node: which of the earlier ones it reads from, what it takes, how it ends. */
interface Node {
  readonly from: readonly number[];
  readonly resources: Resources;
  readonly completion: Completion;
  readonly seconds: number;
  /** Cores that it can use. */
  readonly threads?: number;
  /** Its results are kept while the next one runs already. */
  readonly vacates: boolean;
}

const node: fc.Arbitrary<Node> = fc.record({
  from: fc.array(fc.nat(30), { maxLength: 3 }),
  resources: fc.record({
    cpus: fc.integer({ min: 1, max: 6 }),
    gpu: fc.integer({ min: 0, max: 1 }),
    memory: fc.integer({ min: 0, max: 900 }),
  }),
  completion: fc.constantFrom<Completion>(
    "usable",
    "usable",
    "usable",
    "broken",
  ),
  seconds: fc.integer({ min: 1, max: 50 }),
  vacates: fc.boolean(),
});

function graphOf(nodes: readonly Node[]): Graph {
  const instances: Instance[] = [];
  nodes.forEach(({ from, resources, threads = 1 }, index) => {
    const producers = index === 0
      ? []
      : [...new Set(from.map((one) => one % index))].map((one) =>
        instances[one]!
      );
    instances.push({
      id: String(index),
      stage: "s",
      title: "s",
      point: {},
      declaration: {
        runs: { kind: "module", module: "m", threads },
        outputs: {},
        resources,
      },
      links: {},
      producers,
    });
  });
  return { instances, byId: new Map(instances.map((one) => [one.id, one])) };
}

const CAPACITY: Slots = {
  cpus: 4,
  shares: false,
  gpu: 1,
  memory: 1000,
  jobs: 3,
};

/** Runs a graph; in the given order its instances release, if they do, and end. */
async function play(nodes: readonly Node[], order: readonly number[]) {
  const graph = graphOf(nodes);
  const nodeOf = ({ id }: Instance) => nodes[Number(id)]!;
  const priority = criticalPaths(graph, (one) => nodeOf(one).seconds);
  const running = new Map<Instance, () => void>();
  const ending = new Map<Instance, (completion: Completion) => void>();
  const started: Instance[] = [];
  const completions = new Map<Instance, string>();
  const most = { cpus: 0, gpu: 0, memory: 0 };
  let turn = 0;
  const finished = schedule(graph, {
    settled: new Set(),
    capacity: CAPACITY,
    queues: () => false,
    long: () => false,
    clock: new CoreClock(4),
    priority,
    stopped: () => false,
    skip: (instance, blocker) =>
      completions.set(instance, `skipped ${blocker.id}`),
    run: (instance, seat) => {
      started.push(instance);
      for (const producer of instance.producers) {
        equal(
          completions.get(producer),
          "usable",
          "a producer had not ended well",
        );
      }
      const { promise, resolve } = Promise.withResolvers<Completion>();
      running.set(instance, () => seat.leave());
      ending.set(instance, resolve);
      for (const kind of ["cpus", "gpu", "memory"] as const) {
        let sum = 0;
        for (const one of running.keys()) {
          // One that asks for more than there is gets all of it.
          sum += Math.min(
            one.declaration.resources?.[kind] ?? 0,
            CAPACITY[kind],
          );
        }
        most[kind] = Math.max(most[kind], sum);
      }
      return promise;
    },
  });
  while (ending.size > 0) {
    const all = [...ending];
    const [instance, end] =
      all[(order[turn++ % order.length] ?? 0) % all.length]!;
    const { completion, vacates } = nodeOf(instance);
    const release = running.get(instance);
    running.delete(instance);
    if (release && vacates) release();
    else {
      ending.delete(instance);
      completions.set(instance, completion);
      end(completion);
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await finished;
  return { graph, started, completions, most, priority };
}

const orders = fc.array(fc.nat(10), { minLength: 1, maxLength: 10 });

Deno.test("schedule() never gives out more than there is, and brings every instance to an end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 1, maxLength: 25 }),
      orders,
      async (nodes, order) => {
        const { graph, completions, most, started } = await play(nodes, order);
        for (const kind of ["cpus", "gpu", "memory"] as const) {
          equal(most[kind] <= CAPACITY[kind], true, kind);
        }
        equal(new Set(started).size, started.length);
        for (const instance of graph.instances) {
          const blocked = instance.producers.some((producer) =>
            completions.get(producer) !== "usable"
          );
          equal(completions.get(instance)?.startsWith("skipped"), blocked);
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("schedule() starts the longest way to the end first", async () => {
  const alone = { cpus: 4 };
  const of = (seconds: number, from: number[] = []): Node => ({
    from,
    seconds,
    resources: alone,
    completion: "usable",
    vacates: false,
  });
  // 0 is short but 3 waits for it; 1 is long; 2 is in between.
  const nodes = [of(1), of(20), of(5), of(30, [0])];
  const { started } = await play(nodes, [0]);
  deepEqual(started.map(({ id }) => id), ["0", "3", "1", "2"]);
});

Deno.test("schedule() lets a small instance pass one that does not fit yet", async () => {
  const of = (cpus: number, seconds: number): Node => ({
    from: [],
    seconds,
    resources: { cpus },
    completion: "usable",
    vacates: false,
  });
  const { started } = await play([of(3, 30), of(2, 20), of(1, 10)], [0]);
  deepEqual(started.map(({ id }) => id), ["0", "2", "1"]);
});

Deno.test("schedule() leaves the users of a stopped instance alone", async () => {
  const of = (completion: Completion, from: number[] = []): Node => ({
    from,
    seconds: 1,
    resources: {},
    completion,
    vacates: false,
  });
  const nodes = [
    of("stopped"),
    of("broken"),
    of("usable", [0]),
    of("usable", [1]),
  ];
  const { completions } = await play(nodes, [0]);
  deepEqual(
    [...completions].map(([{ id }, completion]) => [id, completion]),
    [["0", "stopped"], ["1", "broken"], ["3", "skipped 1"]],
  );
});

Deno.test("schedule() starts the next one as soon as the one before has vacated", async () => {
  const one: Node = {
    from: [],
    seconds: 1,
    resources: { cpus: 4 },
    completion: "usable",
    vacates: true,
  };
  const graph = graphOf([one, one, { ...one, from: [0] }]);
  const begun: { id: string; release: () => void; end: () => void }[] = [];
  const finished = schedule(graph, {
    settled: new Set(),
    capacity: CAPACITY,
    queues: () => false,
    long: () => false,
    clock: new CoreClock(4),
    priority: new Map(),
    stopped: () => false,
    skip: () => {},
    run: ({ id }, seat) => {
      const { promise, resolve } = Promise.withResolvers<Completion>();
      const release = () => seat.leave();
      begun.push({ id, release, end: () => resolve("usable") });
      return promise;
    },
  });
  const ids = () => begun.map(({ id }) => id);
  deepEqual(ids(), ["0"]);
  begun[0]!.release();
  deepEqual(ids(), ["0", "1"]);
  // A second call frees nothing; what waits for results still does.
  begun[0]!.release();
  begun[1]!.release();
  deepEqual(ids(), ["0", "1"]);
  begun[0]!.end();
  begun[1]!.end();
  await new Promise((resolve) => setTimeout(resolve, 0));
  deepEqual(ids(), ["0", "1", "2"]);
  begun[2]!.end();
  await finished;
});

const short: Node = {
  from: [],
  seconds: 1,
  resources: {},
  completion: "usable",
  vacates: false,
};

/** How many of so many instances run at first, and after one of them has ended. */
async function atOnce(
  count: number,
  { cpus, shares = true, long = true, needs = 1 }: {
    cpus: number;
    shares?: boolean;
    long?: boolean;
    needs?: number;
  },
): Promise<[number, number]> {
  const resources = { cpus: needs };
  const graph = graphOf(Array.from({ length: count }, () => ({
    ...short,
    resources,
  })));
  const ends: (() => void)[] = [];
  let running = 0;
  const finished = schedule(graph, {
    settled: new Set(),
    capacity: { cpus, shares, gpu: 0, memory: 0, jobs: 0 },
    queues: () => false,
    long: () => long,
    clock: new CoreClock(cpus),
    priority: new Map(),
    stopped: () => false,
    skip: () => {},
    run: () => {
      running++;
      const { promise, resolve } = Promise.withResolvers<Completion>();
      ends.push(() => {
        running--;
        resolve("usable");
      });
      return promise;
    },
  });
  const first = running;
  ends.shift()?.();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const second = running;
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await finished;
  return [first, second];
}

Deno.test("schedule() lets long instances share cores where their next round would leave some idle", async () => {
  deepEqual(await atOnce(3, { cpus: 2 }), [3, 2]);
  deepEqual(await atOnce(4, { cpus: 2 }), [2, 3], "a round, then the rest");
  deepEqual(await atOnce(7, { cpus: 4 }), [7, 6]);
  deepEqual(await atOnce(8, { cpus: 4 }), [4, 7]);
  deepEqual(await atOnce(2, { cpus: 1 }), [1, 1], "nothing would be idle");
  deepEqual(await atOnce(3, { cpus: 2, long: false }), [2, 2]);
  deepEqual(await atOnce(3, { cpus: 2, shares: false }), [2, 2], "--jobs 2");
  deepEqual(await atOnce(3, { cpus: 2, needs: 2 }), [1, 1]);
});

Deno.test("isLong() goes by the prediction, and by declared work where there is none", () => {
  const [plain] = graphOf([short]).instances;
  const working = {
    ...plain!,
    declaration: { ...plain!.declaration, work: 10 },
  };
  equal(isLong(plain!, undefined), false);
  equal(isLong(working, undefined), true);
  equal(isLong(working, 1), false);
  equal(isLong(plain!, 60), true);
});

Deno.test("makespan() expects long instances to share cores, and short ones not to", () => {
  const graph = graphOf([short, short, short, { ...short, from: [0] }]);
  const [a, b, c, d] = graph.instances;
  const three = new Set([a!, b!, c!]);
  const shared = { cpus: 2, shares: true };
  const alone = { cpus: 2, shares: false };
  equal(makespan(graph, three, () => 60, alone), 120);
  equal(makespan(graph, three, () => 60, shared), 95); // 90, and 5 at most idle
  equal(makespan(graph, three, () => 2, shared), 4);
  // What waits for another is not made shorter.
  equal(makespan(graph, new Set([a!, d!]), () => 60, shared), 120);
});

Deno.test("a clock of cores goes slower while instances share them", () => {
  let now = 0;
  const clock = new CoreClock(2, () => now);
  clock.occupy(2);
  now = 100;
  equal(clock.read(), 100);
  clock.occupy(4);
  now = 200;
  equal(clock.read(), 150);
  clock.occupy(0);
  now = 300;
  equal(clock.read(), 250);
});

/** An instance that can use so many cores. */
const threaded = (threads: number, from: number[] = []): Node => ({
  ...short,
  from,
  threads,
});

Deno.test("schedule() gives cores that nobody wants to those that can use them, and takes them back", async () => {
  // Two trainings, of which the first has the longer way; a third waits for the second.
  const graph = graphOf([threaded(3), threaded(2), threaded(9, [1])]);
  const seats = new Map<string, { seat: Seat; end: () => void }>();
  const told: string[] = [];
  const finished = schedule(graph, {
    settled: new Set(),
    capacity: { cpus: 4, shares: true, gpu: 0, memory: 0, jobs: 0 },
    queues: () => false,
    long: () => true,
    clock: new CoreClock(4),
    priority: new Map([[graph.instances[0]!, 3]]),
    stopped: () => false,
    skip: () => {},
    run: ({ id }, seat) => {
      const { promise, resolve } = Promise.withResolvers<Completion>();
      seats.set(id, { seat, end: () => resolve("usable") });
      seat.listen((cores) => told.push(`${id} has ${cores}`));
      return promise;
    },
  });
  deepEqual(told.splice(0), ["0 has 2", "1 has 2"]);
  seats.get("0")!.seat.leave(); // only its results are to be kept
  deepEqual(told.splice(0), []); // the other can use no more than two
  seats.get("1")!.end();
  await new Promise((resolve) => setTimeout(resolve, 0));
  deepEqual(told.splice(0), ["2 has 4"]); // of nine that it could use
  seats.get("0")!.end();
  seats.get("2")!.end();
  await finished;
  deepEqual(told, []);
});

Deno.test("schedule() takes cores back for an instance that wants one", async () => {
  const graph = graphOf([threaded(2), short, { ...short, from: [1] }]);
  const ends = new Map<string, () => void>();
  const told: string[] = [];
  const finished = schedule(graph, {
    settled: new Set(),
    capacity: { cpus: 2, shares: false, gpu: 0, memory: 0, jobs: 1 },
    queues: ({ id }) => id === "1",
    long: () => true,
    clock: new CoreClock(2),
    priority: new Map(),
    stopped: () => false,
    skip: () => {},
    run: ({ id }, seat) => {
      const { promise, resolve } = Promise.withResolvers<Completion>();
      ends.set(id, () => resolve("usable"));
      seat.listen((cores) => told.push(`${id} has ${cores}`));
      return promise;
    },
  });
  void finished;
  deepEqual(told.splice(0), ["0 has 2"]);
  ends.get("1")?.();
  await new Promise((resolve) => setTimeout(resolve, 0));
  deepEqual(told.splice(0), ["0 has 1"]);
  ends.get("2")!();
  await new Promise((resolve) => setTimeout(resolve, 0));
  deepEqual(told.splice(0), ["0 has 2"]);
  ends.get("0")!();
  await finished;
});

Deno.test("share() gives all that can be used, nobody more than that, and evenly", () => {
  const seat = fc.record({
    own: fc.integer({ min: 1, max: 4 }),
    lacks: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: -3, max: 20 }),
      fc.array(seat, { maxLength: 6 }),
      (spare, given) => {
        const seats = given.map(({ own, lacks }) => ({
          own,
          most: own + lacks,
        }));
        const shares = share(spare, seats);
        const sum = shares.reduce((sum, one) => sum + one, 0);
        const wanted = given.reduce((sum, { lacks }) => sum + lacks, 0);
        equal(sum, Math.max(0, Math.min(spare, wanted)));
        shares.forEach((one, at) => {
          ok(one >= 0 && one <= given[at]!.lacks);
          // Who still lacks some has as much as anybody, but for the last round.
          const most = Math.max(...shares);
          if (one < given[at]!.lacks) ok(one >= most - 1);
        });
      },
    ),
  );
});

Deno.test("a seat counts what an instance has beyond its own, until its process has ended", () => {
  let now = 0;
  const seat = new Seat(1, 4, () => {}, () => now);
  now = 100;
  equal(seat.extra(), 0);
  seat.give(3);
  now = 200;
  equal(seat.extra(), 200);
  seat.give(2);
  now = 300;
  seat.close();
  now = 400;
  equal(seat.extra(), 300);
});

Deno.test("makespan() expects an instance to use cores that nobody wants", () => {
  const graph = graphOf([threaded(2), short, threaded(2, [0])]);
  const [a, b, c] = graph.instances;
  const cores = { cpus: 2, shares: false };
  equal(makespan(graph, new Set([a!]), () => 60, cores), 35); // 30, and 5 at most idle
  equal(makespan(graph, new Set([b!]), () => 60, cores), 60);
  equal(makespan(graph, new Set([a!, b!]), () => 60, cores), 60);
  equal(makespan(graph, new Set([a!, c!]), () => 60, cores), 65);
  equal(makespan(graph, new Set([a!]), () => 60, { ...cores, cpus: 1 }), 60);
});
