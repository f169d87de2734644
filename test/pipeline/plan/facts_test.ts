/** Which declarations have different facts, and which folders that may be read. */
import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { every } from "../../../pipeline/stage/declaration.ts";
import type { JsonObject } from "../../../pipeline/stage/json.ts";
import { Study } from "../../rig/study.ts";

/** The facts of a stage's only instance. */
async function factsOf(study: Study, stage: string): Promise<JsonObject> {
  const { graph, world } = await study.open();
  const instance = graph.instances.find((one) => one.stage === stage);
  if (!instance) throw new Error(`no ${stage}`);
  const { engine: _, ...facts } = world.own(instance);
  return facts;
}

Deno.test("facts tell parameters apart whatever their keys are", async () => {
  const all: readonly JsonObject[] = [
    { a: { b: 1 } },
    { "a.b": 1 },
    { '"a.b"': 1 },
    { a: { "b.c": 1 } },
    { "a.b": { c: 1 } },
    { a: { b: { c: 1 } } },
    { "a b": 1 },
    { a: { b: {} } },
    { a: {} },
    {},
    { a: { b: "1" } },
    { a: { b: [1] } },
    { a: { b: null } },
    { "": 1 },
    { "": { "": 1 } },
  ];
  await using study = await Study.start();
  const seen: string[] = [];
  for (const params of all) {
    study.stage("x", { params, outputs: ["o"] }, "");
    seen.push(JSON.stringify(await factsOf(study, "x")));
  }
  equal(new Set(seen).size, all.length);
  equal(seen[0]?.includes('"param a.b":1'), true);
});

Deno.test("run() runs again what gets its inputs of `every` instance in another order", async () => {
  await using study = await Study.start();
  const declare = (...n: number[]) => {
    study.stage(
      "part",
      { outputs: ["p"], matrix: { n } },
      `write(task.output("p"), String(task.point.n));`,
    );
    study.stage(
      "join",
      {
        inputs: { parts: every("part", "p") },
        outputs: [{ file: "j", artifact: "j" }],
      },
      `write(task.output("j"), task.inputs("parts").map(({ path }: any) => read(path)).join(" "));`,
    );
  };
  declare(1, 2);
  await study.run();
  equal(study.read("artifacts/j"), "1 2");
  declare(2, 1);
  await study.run();
  equal(study.read("artifacts/j"), "2 1");
});

Deno.test("run() notices what a stage may read beside its inputs: contents, names, new files", async () => {
  await using study = await Study.start();
  const data = join(study.root, "data");
  mkdirSync(join(data, "deep"), { recursive: true });
  study.write("data/deep/a", "1");
  study.stage(
    "x",
    {
      outputs: [{ file: "o", artifact: "o" }],
      more: { permissions: { read: [data] } },
    },
    `
    const files = [...Deno.readDirSync("${data}/deep")].map(({ name }) => name + read("${data}/deep/" + name));
    write(task.output("o"), files.sort().join(" "));`,
  );
  const becomes = async (text: string) => {
    deepEqual(await study.run(), { x: "built" });
    equal(study.read("artifacts/o"), text);
    deepEqual(await study.run(), { x: "reused" });
  };
  await becomes("a1");
  study.write("data/deep/a", "2");
  await becomes("a2");
  study.write("data/deep/b", "3");
  await becomes("a2 b3");
  renameSync(join(data, "deep/b"), join(data, "deep/c"));
  await becomes("a2 c3");
});

Deno.test("run() does not mind what is in a place that a hint names", async () => {
  await using study = await Study.start();
  const place = join(study.root, "place");
  mkdirSync(place);
  study.stage(
    "x",
    {
      outputs: ["o"],
      more: { permissions: { read: [place] }, hints: { in: [place] } },
    },
    `write(task.output("o"), "");`,
  );
  await study.run();
  study.write("place/new", "");
  deepEqual(await study.run(), { x: "reused" });
});

Deno.test("run() refuses a stage that reads its own code as data, and says what to declare", async () => {
  await using study = await Study.start();
  study.write("stages/method.ts", "export const x = 1; // one");
  study.stage(
    "x",
    {
      outputs: ["o"],
    },
    `const { x } = await import("./method.ts");
      write(task.output("o"), x + read(new URL("./method.ts", import.meta.url) as any));`,
  );
  deepEqual(await study.run(), { x: "failed" });
  const [failure] = study.events.flatMap((event) =>
    event.kind === "ended" && event.outcome.kind === "failed"
      ? [event.outcome.failure]
      : []
  );
  equal(
    failure?.hint,
    'declare inputs: { method: file("stages/method.ts") } and read task.input("method")',
  );
});
