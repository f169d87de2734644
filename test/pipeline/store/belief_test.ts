/** Nothing in the store is believed because it is there. */
import { deepEqual, equal } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { readArtifact } from "../../../pipeline/cli/entry.ts";
import type { RunReport } from "../../../pipeline/artifacts/report.ts";
import { output } from "../../../pipeline/stage/declaration.ts";
import { Study } from "../../rig/study.ts";

async function study(): Promise<Study> {
  const made = await Study.start();
  return made.stage(
    "text",
    { params: { text: "abc" }, outputs: ["a", "b"] },
    `write(task.output("a"), task.params.text); write(task.output("b"), "other");`,
  ).stage("copy", {
    inputs: { in: output("text", "a") },
    outputs: [{ file: "out", artifact: "out" }],
  }, `write(task.output("out"), read(task.input("in")));`);
}

/** The only record of a stage: its path. */
function recordOf({ root }: Study, stage: string): string {
  const folder = join(root, ".store/records", stage);
  return join(folder, readdirSync(folder)[0]!); // one run made it
}

Deno.test("a record counts under the fingerprint of its facts, and under no other", async () => {
  await using made = await study();
  await made.run();
  const path = recordOf(made, "text");
  const record = readFileSync(path, "utf8");
  writeFileSync(
    path,
    record.replace('"param text": "abc"', '"param text": "x"'),
  );
  deepEqual(await made.run(), { text: "built", copy: "reused" });
  equal(readFileSync(path, "utf8").includes('"x"'), false);
});

Deno.test("the index of records is not believed when somebody edited it", async () => {
  await using made = await study();
  await made.run();
  await made.run();
  const index = join(made.root, ".store/cache/records.json");
  const { store } = await made.open();
  const { a, b } = store.latest("text", "text")!.outputs;
  const text = readFileSync(index, "utf8");
  // Both contents exist, under their right names.
  const edited = text.replace(`"a":"${a!.digest}"`, `"a":"${b!.digest}"`);
  equal(edited === text, false);
  writeFileSync(index, edited);
  deepEqual(await made.run(), { text: "reused", copy: "reused" });
  equal(made.read("artifacts/out"), "abc");
});

Deno.test("a run in the history tells of an artifact while the store has it whole", async () => {
  await using made = await Study.start();
  made.stage(
    "json",
    { outputs: [{ file: "out", artifact: "out.json" }] },
    `write(task.output("out"), "[1]");`,
  );
  await made.run();
  const { store } = await made.open();
  const kept = store.latest("json", "json")!.outputs.out!;
  const report = {
    artifacts: { "out.json": { ...kept, instance: "json", output: "out" } },
  } as unknown as RunReport;
  const told = () => readArtifact(report, store, "out.json");
  deepEqual(told(), [1]);
  const object = store.object(kept.digest);
  chmodSync(object, 0o644);
  writeFileSync(object, "null");
  equal(told(), undefined);
  rmSync(object);
  mkdirSync(object);
  equal(told(), undefined);
});

/** Counts to `end`, keeping every step; tells how many steps it went. */
function count(made: Study, name: string, end: number): Study {
  return made.stage(
    name,
    {
      params: { end, name },
      outputs: [{ file: "out", artifact: name }],
      more: { resume: { along: "end" } },
    },
    `
    let state = task.checkpoint ? read(task.checkpoint.path) : "";
    const from = (task.checkpoint?.position ?? 0) + 1;
    for (let step = from; step <= task.params.end; step++) {
      state += task.params.name + step + " ";
      write(task.scratch + "/c", state);
      task.keep({ position: step, path: task.scratch + "/c" });
    }
    write(task.output("out"), state + "from " + from);`,
  );
}

/** The folders of checkpoints, by the name with which their content begins. */
function checkpoints({ root }: Study, name: string): string {
  const all = join(root, ".store/checkpoints");
  for (const prefix of readdirSync(all)) {
    const folder = join(all, prefix);
    const [first] = readdirSync(folder);
    if (readFileSync(join(folder, first!), "utf8").startsWith(name)) {
      return folder;
    }
  }
  throw new Error(`no checkpoints of ${name}`);
}

Deno.test("a checkpoint counts at the position at which it was kept, and at no other", async () => {
  await using made = await Study.start();
  await count(made, "a", 3).run();
  const folder = checkpoints(made, "a");
  for (const name of readdirSync(folder)) {
    if (!name.startsWith("2-")) continue;
    renameSync(join(folder, name), join(folder, name.replace(/^2/, "4")));
  }
  await count(made, "a", 5).run();
  equal(made.read("artifacts/a"), "a1 a2 a3 a4 a5 from 4");
});

Deno.test("a checkpoint counts for the instance that kept it, and for no other", async () => {
  await using made = await Study.start();
  await count(count(made, "a", 2), "b", 1).run();
  const [a, b] = [checkpoints(made, "a"), checkpoints(made, "b")];
  const second = readdirSync(a).find((name) => name.startsWith("2-"))!;
  renameSync(join(a, second), join(b, second));
  await count(made, "b", 3).run();
  equal(made.read("artifacts/b"), "b1 b2 b3 from 2");
});

for (
  const [name, garbage] of [
    ["null", "null"],
    ["a list", "[1]"],
    ["half an object", '{"run":'],
    ["nothing", ""],
  ] as const
) {
  Deno.test(`caches, records and pages that are ${name} are as good as none`, async () => {
    await using made = await study();
    await made.run();
    await made.run();
    const store = join(made.root, ".store");
    for (const folder of ["cache", "latest", "records/text", "records/copy"]) {
      for (const file of readdirSync(join(store, folder))) {
        chmodSync(join(store, folder, file), 0o644);
        writeFileSync(join(store, folder, file), garbage);
      }
    }
    deepEqual(await made.run(), { text: "built", copy: "built" });
    // And it recovers: the caches are whole again.
    deepEqual(await made.run(), { text: "reused", copy: "reused" });
    equal(existsSync(join(store, "cache/records.json")), true);
    for (const file of readdirSync(join(store, "cache"))) {
      equal(
        readFileSync(join(store, "cache", file), "utf8") === garbage,
        false,
        file,
      );
    }
  });
}
