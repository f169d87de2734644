/** Which earlier record an instance is compared with, and what it says of the time. */
import { deepEqual, equal } from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Graph, Instance } from "../../../pipeline/graph/graph.ts";
import { estimate } from "../../../pipeline/plan/estimate.ts";
import { Nearest } from "../../../pipeline/plan/nearest.ts";
import { Plan } from "../../../pipeline/plan/plan.ts";
import { file, output } from "../../../pipeline/stage/declaration.ts";
import {
  type Facts,
  fingerprint,
  subject,
} from "../../../pipeline/store/fingerprint.ts";
import type { BuildRecord } from "../../../pipeline/store/record.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";
import { Store } from "../../../pipeline/store/store.ts";
import { Study } from "../../rig/study.ts";

/** A store in a folder of its own, with records of the instances of one stage. */
class Records implements Disposable {
  readonly store: Store;
  readonly #root = Deno.makeTempDirSync({ prefix: "records-" });
  #made = 0;

  constructor() {
    const stat = StatCache.open(join(this.#root, "cache", "stat"));
    this.store = new Store(this.#root, stat);
  }

  /** Writes a record, later than those before. */
  write(instance: string, facts: Facts, more: Partial<BuildRecord> = {}): void {
    this.store.write("x", {
      instance,
      fingerprint: fingerprint(facts),
      facts,
      outputs: {},
      seconds: 1,
      made: new Date(Date.UTC(2026, 10, 23) + this.#made++).toISOString(),
      wall: "deno",
      ...more,
    });
  }

  /** The nearest record of an instance of a stage that has so many. */
  nearest(
    id: string,
    facts: Facts,
    { unknown = [], members = 1 }: {
      readonly unknown?: readonly string[];
      readonly members?: number;
    } = {},
  ): { instance: string; facts: Facts; changed: string[] } | undefined {
    const one = { id, stage: "x" } as Instance;
    const graph = {
      instances: Array<Instance>(members).fill(one),
    } as unknown as Graph;
    const found = new Nearest(this.store, graph)
      .find(one, facts, new Set(unknown));
    return found && {
      instance: found.record.instance,
      facts: found.record.facts,
      changed: found.changes.map(({ fact }) => fact),
    };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#root, { recursive: true });
  }
}

const PLAIN: Facts = { "param kernel": 3, "param width": 4, "param steps": 10 };

Deno.test("Nearest finds the record with the fewest differences, not the last one", () => {
  using records = new Records();
  records.write("x", PLAIN);
  records.write("x", { ...PLAIN, "param width": 16, "param steps": 1 });
  deepEqual(records.nearest("x", { ...PLAIN, "param kernel": 5 }), {
    instance: "x",
    facts: PLAIN,
    changed: ["param kernel"],
  });
});

Deno.test("Nearest prefers the record that was used last to another that is as near", () => {
  using records = new Records();
  const wide = { ...PLAIN, "param width": 16 };
  records.write("x", PLAIN);
  records.write("x", wide);
  const now = { ...PLAIN, "param width": 8, "param kernel": 5 };
  equal(records.nearest("x", now)?.facts["param width"], 16);
  records.store.point("x", fingerprint(PLAIN));
  equal(records.nearest("x", now)?.facts["param width"], 4);
});

Deno.test("Nearest counts the parts of a module, a package and an input once", () => {
  using records = new Records();
  const code = (version: string): Facts => ({
    "code a.ts": version,
    "code a.ts#f": version,
    "code a.ts#g": version,
    "npm b@1.0": version,
    "input c[n=1]": version,
    "input c[n=2]": version,
  });
  records.write("x", { ...PLAIN, ...code("1") });
  records.write("x", {
    ...PLAIN,
    ...code("2"),
    "param kernel": 1,
    "param width": 1,
    "param steps": 1,
    "param seed": 1,
  });
  // A trial with other settings was made with the newest code; the plain run was not.
  equal(
    records.nearest("x", { ...PLAIN, ...code("2") })?.facts["code a.ts"],
    "1",
  );
});

Deno.test("Nearest asks other instances of the stage only where there is no record of one's own", () => {
  using records = new Records();
  records.write("x[n=1]", { ...PLAIN, "at n": 1 });
  records.write("x[n=2]", { ...PLAIN, "at n": 2, "param steps": 1 });
  deepEqual(records.nearest("x[n=3]", { ...PLAIN, "at n": 3 }), {
    instance: "x[n=1]",
    facts: { ...PLAIN, "at n": 1 },
    changed: ["at n"],
  });
  records.write("x[n=3]", { "at n": 3, "param old": 1 });
  equal(records.nearest("x[n=3]", { ...PLAIN, "at n": 3 })?.instance, "x[n=3]");
  // The names of another stage may begin alike.
  equal(records.nearest("y", PLAIN)?.instance, "x[n=1]");
});

Deno.test("Nearest does not mind inputs that are still to be made, but one that is new", () => {
  using records = new Records();
  records.write("x", { ...PLAIN, "input a": "1", "input gone": "1" });
  const unknown = ["input a", "input b"];
  deepEqual(records.nearest("x", PLAIN, { unknown })?.changed, [
    "input b",
    "input gone",
  ]);
  // One that had it is nearer than a later one that had not.
  records.write("x", { ...PLAIN, "input a": "1", "input b": "1" });
  records.write("x", { ...PLAIN, "input a": "2" });
  deepEqual(records.nearest("x", PLAIN, { unknown })?.changed, []);
});

Deno.test("Nearest looks at no record that is gone, and at a folder of rubbish without a word", () => {
  using records = new Records();
  records.write("x", PLAIN);
  records.store.point("x", "0".repeat(64) as BuildRecord["fingerprint"]);
  writeFileSync(join(records.store.folder, "latest", "x%5B%ZZ"), "x\n");
  equal(records.nearest("x", PLAIN)?.facts["param kernel"], 3);
  equal(records.nearest("x[n=1]", PLAIN)?.instance, "x");
});

Deno.test("Nearest reads fewer records of each where a stage has thousands of instances", () => {
  using records = new Records();
  for (let steps = 1; steps <= 60; steps++) {
    records.write("x", {
      ...PLAIN,
      "param width": steps,
      "param steps": steps,
    });
  }
  let read = 0;
  const record = records.store.record.bind(records.store);
  records.store.record = (...args) => {
    read++;
    return record(...args);
  };
  const now = { ...PLAIN, "param kernel": 5 };
  for (const [members, most] of [[1, 60], [1000, 17], [10_000, 2]] as const) {
    read = 0;
    records.nearest("x", now, { members });
    equal(read, most, `${members}`);
  }
});

Deno.test("Nearest agrees with comparing everything, whatever the records are", () => {
  const value = fc.constantFrom(1, 2, [1], [2]);
  const facts = fc.record({
    "param a": value,
    "param b": value,
    "code m.ts#f": value,
    "code m.ts#g": value,
    "npm p@1": value,
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(
      fc.array(facts, { minLength: 1, maxLength: 6 }),
      facts,
      (all, now) => {
        using records = new Records();
        for (const one of all) records.write("x", one);
        const distance = (one: Facts) => {
          const names = [
            ...new Set([...Object.keys(one), ...Object.keys(now)]),
          ];
          const differ = names.filter((name) =>
            JSON.stringify(one[name]) !==
              JSON.stringify((now as Facts)[name])
          );
          return [new Set(differ.map(subject)).size, differ.length] as const;
        };
        const nearest = all.toReversed().toSorted((a, b) => {
          const [[x, y], [z, w]] = [distance(a), distance(b)];
          return x - z || y - w;
        })[0]!; // at least one
        deepEqual(
          distance(records.nearest("x", now)!.facts),
          distance(nearest),
        );
      },
    ),
    { numRuns: 100, seed: 7 },
  );
});

Deno.test("Nearest says of many new instances what it says of each alone", () => {
  const value = fc.constantFrom(1, 2, [1], [2]);
  const facts = fc.record({
    "param a": value,
    "param b": value,
    "code m.ts#f": value,
    "code m.ts#g": value,
    "input i": value,
  }, { requiredKeys: [] });
  const asked = fc.record({ now: facts, unknown: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(facts, { minLength: 1, maxLength: 5 }),
      fc.array(asked, { minLength: 2, maxLength: 5 }),
      (all, questions) => {
        using records = new Records();
        all.forEach((one, n) => records.write(`x[n=${n}]`, one));
        const ask = (nearest: Nearest, { now, unknown }: typeof questions[0]) =>
          nearest.find(
            { id: "x[n=new]", stage: "x" } as Instance,
            now as Facts,
            // What is unknown is no fact.
            new Set(unknown && !("input i" in now) ? ["input i"] : []),
          );
        const anew = () =>
          new Nearest(records.store, { instances: [] } as unknown as Graph);
        const one = anew();
        for (const question of questions) {
          deepEqual(ask(one, question), ask(anew(), question));
        }
      },
    ),
    { numRuns: 100, seed: 7 },
  );
});

/** An instance that declares what its time depends on. */
function instance(
  declaration: Partial<Instance["declaration"]>,
): Instance {
  return { id: "x", stage: "x", declaration } as unknown as Instance;
}

Deno.test("estimate() scales by declared work, by the end of what continues, and by what is left", () => {
  const record = (more: Partial<BuildRecord>) =>
    ({ facts: { "param steps": 10 }, seconds: 100, ...more }) as BuildRecord;
  const from = (position: number, end: number) => ({
    along: "steps",
    checkpoint: { position, path: "" },
    end,
  });
  const say = (
    declaration: Partial<Instance["declaration"]>,
    more: Partial<BuildRecord>,
    continues?: ReturnType<typeof from>,
    same = false,
  ) =>
    Object.values(
      estimate(instance(declaration), record(more), {
        equal: same,
        from: continues,
      }),
    );
  deepEqual(say({}, {}, undefined, true), [100, false]);
  deepEqual(say({}, {}), [100, true]);
  deepEqual(say({ work: 30 }, { work: 10 }), [300, true]);
  // A record of before the stage said what its work is.
  deepEqual(say({ work: 30 }, {}), [100, true]);
  const steps = { resume: { along: "steps" }, params: { steps: 20 } };
  deepEqual(say(steps, {}), [200, true]);
  deepEqual(say(steps, {}, from(10, 20)), [100, true]);
  deepEqual(say({ ...steps, work: 40 }, { work: 10 }, from(15, 20)), [
    100,
    true,
  ]);
  // What took 100 seconds for half of it takes 200 for all of it.
  deepEqual(say({}, { share: 0.5 }), [200, true]);
  deepEqual(say(steps, {}, from(20, 20)), [0.5, true]);
  deepEqual(say(steps, { share: 0, seconds: 3 }, from(20, 20)), [3, true]);
  // Of 100 seconds, 90 went by before and after the work.
  deepEqual(say({ work: 30 }, { work: 10, working: 10 }), [120, true]);
  deepEqual(say(steps, { working: 10, share: 0.5 }, from(15, 20)), [100, true]);
});

/** A stage that continues, behind one that reads a file. */
function steps(study: Study, count: number): Study {
  study.write("a.txt", "a");
  return study.stage(
    "words",
    { inputs: { text: file("a.txt") }, outputs: ["w"] },
    `write(task.output("w"), read(task.input("text")).trim());`,
  ).stage(
    "fit",
    {
      params: { steps: count, rate: 1 },
      inputs: { words: output("words", "w") },
      outputs: [{ file: "o", artifact: "o" }],
      more: { resume: { along: "steps" } },
    },
    `
    for (let step = (task.checkpoint?.position ?? 0) + 1; step <= task.params.steps; step++) {
      write(task.scratch + "/s", String(step));
      task.keep({ position: step, path: task.scratch + "/s" });
    }
    write(task.output("o"), "from " + (task.checkpoint?.position ?? 0));`,
  );
}

/** What a study's plan says of an instance. */
async function planned(study: Study, instance: string) {
  const { graph, world } = await study.open();
  const found = new Plan(graph, world).list()
    .find((one) => one.instance === instance);
  if (!found) throw new Error(`no ${instance}`);
  return found;
}

Deno.test("a plan says from which checkpoint an instance continues, and the run does", async () => {
  await using study = steps(await Study.start(), 3);
  await study.run();
  steps(study, 5);
  deepEqual((await planned(study, "fit")).continues, {
    along: "steps",
    position: 3,
    end: 5,
  });
  // A broken one is not what the run will take.
  const folder = join(study.root, ".store/checkpoints");
  const [prefix] = readdirSync(folder);
  const third = readdirSync(join(folder, prefix!)) // it ran
    .find((name) => name.startsWith("3-"))!;
  const path = join(folder, prefix!, third);
  Deno.chmodSync(path, 0o644);
  writeFileSync(path, "broken");
  equal((await planned(study, "fit")).continues?.position, 2);
  await study.run();
  equal(study.read("artifacts/o"), "from 2");
});

Deno.test("what is forced begins anew, in the plan and in the run", async () => {
  await using study = steps(await Study.start(), 3);
  await study.run();
  steps(study, 5);
  await study.run({ force: ["fit"] });
  equal(study.read("artifacts/o"), "from 0");
});

Deno.test("the time of a run that continued is taken for what it is: a part", async () => {
  await using study = steps(await Study.start(), 4);
  await study.run();
  steps(study, 5);
  await study.run();
  const { store } = await study.open();
  const { share } = store.latest("fit", "fit")!;
  equal(Math.round(100 * share!), 20);
});

Deno.test("a plan that waits for an input looks at all earlier records, as the run will", async () => {
  await using study = await Study.start();
  const declare = (n: number, words: string) =>
    study.stage(
      "words",
      { outputs: ["w"] },
      `write(task.output("w"), ${words});`,
    )
      .stage(
        "count",
        {
          params: { n },
          inputs: { words: output("words", "w") },
          outputs: ["c"],
        },
        `write(task.output("c"), read(task.input("words")) + task.params.n);`,
      );
  declare(1, `"a"`);
  await study.run();
  declare(2, `"a"`);
  await study.run();
  // Back to 1, and other code in front of it that will give the same.
  declare(1, `" a ".trim()`);
  deepEqual((await planned(study, "count")).decision, {
    kind: "maybe",
    upstream: ["words"],
  });
  deepEqual(await study.run(), { words: "built", count: "reused" });
});
