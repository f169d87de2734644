/** Cleaning: what nobody needs goes, what somebody needs stays. */
import { deepEqual, ok } from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import {
  findWaste,
  type Needed,
  removeWaste,
} from "../../../pipeline/history/garbage.ts";
import { enter, occupy } from "../../../pipeline/store/lease.ts";
import { output } from "../../../pipeline/stage/declaration.ts";
import { Study } from "../../rig/study.ts";

const NOTHING: Needed = { fingerprints: [], objects: [], run: undefined };

async function study(): Promise<Study> {
  const made = await Study.start();
  return made.stage(
    "letters",
    { params: { text: "abc" }, outputs: ["a.txt"] },
    `write(task.output("a.txt"), task.params.text);`,
  ).stage("count", {
    inputs: { text: output("letters", "a.txt") },
    outputs: [{ file: "n.txt", artifact: "n.txt" }],
  }, `write(task.output("n.txt"), String(read(task.input("text")).length));`);
}

Deno.test("findWaste() finds nothing that the last records need", async () => {
  await using made = await study();
  await made.run();
  const { store } = await made.open();
  deepEqual(
    findWaste(store, 0, NOTHING).filter(({ kind }) => kind !== "run"),
    [],
  );
});

Deno.test("removeWaste() removes earlier results, and what remains is up to date", async () => {
  await using made = await study();
  await made.run();
  made.stage("letters", { params: { text: "abcd" }, outputs: ["a.txt"] });
  await made.run();
  const { store } = await made.open();
  const waste = findWaste(store, 0, NOTHING).filter(({ kind }) =>
    kind !== "run"
  );
  deepEqual(waste.map(({ kind }) => kind).sort(), [
    "object",
    "object",
    "record",
    "record",
  ]);
  ok(waste.every(({ size }) => size > 0));
  removeWaste(waste);
  deepEqual(await made.run(), { letters: "reused", count: "reused" });
  made.stage("letters", { params: { text: "abc" }, outputs: ["a.txt"] });
  deepEqual(await made.run(), { letters: "built", count: "built" });
});

Deno.test("findWaste() keeps jobs that a killed head left, but for those of more than a month ago", async () => {
  await using made = await study();
  await made.run();
  const { store } = await made.open();
  const ages = { young: 29, old: 31 };
  for (const [name, days] of Object.entries(ages)) {
    const path = join(store.folder, "jobs", name);
    mkdirSync(path, { recursive: true });
    const then = new Date(Date.now() - days * 24 * 3_600_000);
    utimesSync(path, then, then);
  }
  deepEqual(
    findWaste(store, 1, NOTHING).map(({ path }) => basename(path)),
    ["old"],
  );
});

Deno.test("findWaste() keeps the furthest checkpoint that is whole, and no broken one", async () => {
  await using made = await Study.start();
  made.stage(
    "steps",
    { params: { n: 3 }, outputs: ["o"], more: { resume: { along: "n" } } },
    `
    for (let n = 1; n <= 3; n++) {
      write(task.scratch + "/s", String(n));
      task.keep({ position: n, path: task.scratch + "/s" });
    }
    write(task.output("o"), "");`,
  );
  await made.run();
  const { store } = await made.open();
  const [prefix = ""] = readdirSync(store.checkpoints);
  const path = (n: number) => {
    const folder = join(store.checkpoints, prefix);
    const name = readdirSync(folder).find((one) => one.startsWith(`${n}-`));
    return join(folder, name!); // it was kept
  };
  chmodSync(path(3), 0o644);
  writeFileSync(path(3), "broken");
  deepEqual(
    findWaste(store, 0, NOTHING).filter(({ kind }) => kind === "checkpoint")
      .map(({ path }) => path).sort(),
    [path(1), path(3)],
  );
});

Deno.test("occupy() waits for nobody: it is refused while a run is in, and refuses runs", async () => {
  await using made = await study();
  const folder = join(made.root, ".store");
  {
    using one = enter(folder);
    using two = enter(folder);
    using cleaner = occupy(folder);
    deepEqual([one.kind, two.kind, cleaner.kind], ["in", "in", "busy"]);
  }
  using cleaner = occupy(folder);
  using late = enter(folder);
  deepEqual([cleaner.kind, late.kind], ["in", "busy"]);
});

Deno.test("findWaste() finds the half-written files of dead processes, and of no live one", async () => {
  await using made = await study();
  await made.run();
  const { store } = await made.open();
  const draft = (folder: string, pid: number) =>
    `.store/${folder}/some.json.${pid}-0-0123abcd.part`;
  const dead = ["cache", "latest", "records/letters", "runs"]
    .map((folder) => draft(folder, 2 ** 30)); // no system has so many
  for (const path of [...dead, draft("cache", Deno.pid)]) made.write(path, "{");
  const waste = findWaste(store, 1, NOTHING);
  deepEqual(
    waste.map(({ kind, path }) => [kind, path]),
    dead.map((path) => ["draft", join(made.root, path)]),
  );
  removeWaste(waste);
  deepEqual(findWaste(store, 1, NOTHING), []);
  deepEqual(await made.run(), { letters: "reused", count: "reused" });
});
