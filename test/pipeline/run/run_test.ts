/** What runs, what does not, and why: whole stories of small projects. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { every, file, output } from "../../../pipeline/stage/declaration.ts";
import { open } from "../../../pipeline/plan/open.ts";
import { probeWall } from "../../../pipeline/sandbox/wall/wall.ts";
import { Study } from "../../rig/study.ts";

async function twoStages(): Promise<Study> {
  const study = await Study.start();
  study.stage(
    "letters",
    { params: { text: "abc" }, outputs: ["a.txt"] },
    `write(task.output("a.txt"), task.params.text);`,
  );
  study.stage(
    "count",
    {
      inputs: { text: output("letters", "a.txt") },
      outputs: [{ file: "n.txt", artifact: "n.txt" }],
    },
    `write(task.output("n.txt"), String(read(task.input("text")).length));`,
  );
  return study;
}

Deno.test("run() makes everything once, and then nothing", async () => {
  await using study = await twoStages();
  deepEqual(await study.run(), { letters: "built", count: "built" });
  equal(study.read("artifacts/n.txt"), "3");
  deepEqual(await study.run(), { letters: "reused", count: "reused" });
  equal(study.story, "reused letters\nreused count");
});

Deno.test("run() says which parameter made a stage run again", async () => {
  await using study = await twoStages();
  await study.run();
  study.stage("letters", { params: { text: "abcd" }, outputs: ["a.txt"] });
  await study.run();
  equal(
    study.story,
    "→ letters  param text: abc → abcd\n→ count  input text changed",
  );
  equal(study.read("artifacts/n.txt"), "4");
});

Deno.test("run() stops early where a changed stage gives the same result", async () => {
  await using study = await twoStages();
  await study.run();
  study.stage(
    "letters",
    { params: { text: "abc" }, outputs: ["a.txt"] },
    `write(task.output("a.txt"), task.params.text + "");`,
  );
  await study.run();
  equal(study.story, "→ letters  code stages/letters.ts changed\nreused count");
});

Deno.test("run() tells a remark with its result, a warning only when it happens", async () => {
  await using study = await Study.start();
  study.stage(
    "letters",
    { outputs: [{ file: "a.txt", artifact: "a.txt" }] },
    `task.warn("slow today"); task.remark("short");
    write(task.output("a.txt"), "abc");`,
  );
  const told = () =>
    study.events.flatMap((event) =>
      event.kind === "warned" ? [`${event.instance}: ${event.message}`] : []
    );
  await study.run();
  deepEqual(told(), ["letters: slow today", "letters: short"]);
  await study.run();
  deepEqual(told(), ["letters: short"]);
  rmSync(join(study.root, "artifacts/a.txt"));
  deepEqual(await study.run(), { letters: "restored" });
  deepEqual(told(), ["letters: short"]);
});

Deno.test("run() does not mind a comment", async () => {
  await using study = await twoStages();
  await study.run();
  study.stage(
    "letters",
    { params: { text: "abc" }, outputs: ["a.txt"] },
    `/* why */ write(task.output("a.txt"),\n  task.params.text); // what`,
  );
  deepEqual(await study.run(), { letters: "reused", count: "reused" });
});

Deno.test("run() restores what it made before, without running", async () => {
  await using study = await twoStages();
  await study.run();
  study.stage("letters", { params: { text: "abcd" }, outputs: ["a.txt"] });
  await study.run();
  study.stage("letters", { params: { text: "abc" }, outputs: ["a.txt"] });
  deepEqual(await study.run(), { letters: "reused", count: "restored" });
  equal(study.read("artifacts/n.txt"), "3");
});

Deno.test("run() puts back an artifact that was edited or deleted", async () => {
  await using study = await twoStages();
  await study.run();
  study.write("artifacts/n.txt", "9");
  deepEqual(await study.run(), { letters: "reused", count: "restored" });
  equal(study.read("artifacts/n.txt"), "3");
  rmSync(join(study.root, "artifacts/n.txt"));
  await study.run();
  equal(study.read("artifacts/n.txt"), "3");
});

Deno.test("run() does not believe a broken object or record", async () => {
  await using study = await twoStages();
  await study.run();
  const objects = join(study.root, ".store/objects");
  for (const name of readdirSync(objects)) {
    chmodSync(join(objects, name), 0o644);
    writeFileSync(join(objects, name), "x");
  }
  await study.run();
  match(study.story, /→ letters {2}its result "a.txt" is missing or broken/);
  equal(study.read("artifacts/n.txt"), "3");
  const records = join(study.root, ".store/records/letters");
  for (const name of readdirSync(records)) {
    writeFileSync(join(records, name), "{");
  }
  deepEqual(await study.run(), { letters: "built", count: "reused" });
});

Deno.test("run() takes files as inputs, by content", async () => {
  await using study = await Study.start();
  study.write("data.txt", "1");
  study.stage(
    "copy",
    { inputs: { data: file("data.txt") }, outputs: ["b.txt"] },
    `write(task.output("b.txt"), read(task.input("data")));`,
  );
  await study.run();
  study.write("data.txt", "1");
  deepEqual(await study.run(), { copy: "reused" });
  study.write("data.txt", "2");
  deepEqual(await study.run(), { copy: "built" });
});

Deno.test("run() gives `every` instance with its point, and adds only what is new", async () => {
  await using study = await Study.start();
  const train = (rates: number[]) =>
    study.stage(
      "train",
      { matrix: { lr: rates }, outputs: ["w.txt"] },
      `write(task.output("w.txt"), String(task.point.lr));`,
    );
  train([0.1, 0.01]);
  study.stage(
    "sum",
    {
      inputs: { weights: every("train", "w.txt") },
      outputs: [{ file: "s.txt", artifact: "s.txt" }],
    },
    `write(task.output("s.txt"), task.inputs("weights").map(({ point, path }) => point.lr + ":" + read(path)).join(" "));`,
  );
  await study.run();
  equal(study.read("artifacts/s.txt"), "0.1:0.1 0.01:0.01");
  train([0.1, 0.01, 0.001]);
  deepEqual(await study.run(), {
    "train[lr=0.1]": "reused",
    "train[lr=0.01]": "reused",
    "train[lr=0.001]": "built",
    sum: "built",
  });
});

Deno.test("run() skips what a failure blocks, and nothing else", async () => {
  await using study = await twoStages();
  study.stage(
    "broken",
    { outputs: ["x"] },
    `throw new Error("no");`,
  );
  study.stage(
    "user",
    { inputs: { x: output("broken", "x") }, outputs: ["y"] },
    "",
  );
  deepEqual(await study.run(), {
    broken: "failed",
    letters: "built",
    user: "skipped",
    count: "built",
  });
});

Deno.test("run() with failFast starts nothing new after a failure", async () => {
  await using study = await twoStages();
  study.drop("letters").drop("count");
  study.stage("broken", { outputs: ["x"] }, `throw new Error("no");`);
  study.stage("later", { outputs: ["y"] }, `write(task.output("y"), "");`);
  deepEqual(await study.run({ failFast: true, jobs: 1 }), { broken: "failed" });
});

Deno.test("run() refuses a stage that leaves an output out, and keeps its folder", async () => {
  await using study = await Study.start();
  study.stage("half", { outputs: ["a", "b"] }, `write(task.output("a"), "");`);
  deepEqual(await study.run(), { half: "failed" });
  equal(existsSync(join(study.root, ".store/failed/half")), true);
  equal(existsSync(join(study.root, ".store/objects")), false);
});

/** Declares a training that counts its epochs, and how many of them it ran itself. */
function declareTraining(study: Study, epochs: number): void {
  study.stage(
    "train",
    {
      params: { epochs },
      outputs: [{ file: "log.txt", artifact: "log.txt" }],
      more: { resume: { along: "epochs" } },
    },
    `
      let state = task.checkpoint ? read(task.checkpoint.path) : "";
      let ran = 0;
      for (let epoch = (task.checkpoint?.position ?? 0) + 1; epoch <= task.params.epochs; epoch++) {
        state += epoch + " ";
        ran++;
        const path = task.scratch + "/c";
        write(path, state);
        task.keep({ position: epoch, path });
      }
      write(task.output("log.txt"), state + "/ " + ran);`,
  );
}

Deno.test("run() continues from the checkpoint of a shorter run", async () => {
  await using study = await Study.start();
  declareTraining(study, 2);
  await study.run();
  equal(study.read("artifacts/log.txt"), "1 2 / 2");
  declareTraining(study, 5);
  await study.run();
  equal(study.read("artifacts/log.txt"), "1 2 3 4 5 / 3");
  declareTraining(study, 3);
  await study.run();
  equal(study.read("artifacts/log.txt"), "1 2 3 / 0");
});

Deno.test("run() does not believe a broken checkpoint, and continues from the one before", async () => {
  await using study = await Study.start();
  declareTraining(study, 3);
  await study.run();
  const [prefix] = readdirSync(join(study.root, ".store/checkpoints"));
  const folder = join(study.root, ".store/checkpoints", prefix!); // it ran
  const [, second, third] = readdirSync(folder).sort();
  chmodSync(join(folder, third!), 0o644);
  writeFileSync(join(folder, third!), "1 2");
  declareTraining(study, 4);
  await study.run();
  equal(study.read("artifacts/log.txt"), "1 2 3 4 / 2");
  // Made anew under the same name, beside the one that was whole.
  equal(existsSync(join(folder, second!)), true);
  equal(study.read(join(".store/checkpoints", prefix!, third!)), "1 2 3 ");
});

Deno.test("run() tries again in the next run what was a stand-in in this", async () => {
  await using study = await Study.start();
  study.stage(
    "fetch",
    { outputs: ["x"] },
    `task.provisional("no network"); write(task.output("x"), "drawn");`,
  );
  study.stage(
    "use",
    { inputs: { x: output("fetch", "x") }, outputs: ["y"] },
    `write(task.output("y"), read(task.input("x")));`,
  );
  await study.run();
  await study.run();
  equal(
    study.story,
    "→ fetch  its last result was a stand-in\n! fetch  no network\nreused use",
  );
});

Deno.test("run() tells a stage of a pinned content that the store already has", async () => {
  await using study = await Study.start();
  // The SHA-256 of "abc".
  const digest =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const declare = (version: number) =>
    study.stage(
      "fetch",
      {
        params: { version },
        outputs: ["x", { file: "how", artifact: "how" }],
        more: { pinned: { x: digest } },
      },
      `
      const path = task.hints.stored.x;
      write(task.output("x"), path ? read(path) : "abc");
      write(task.output("how"), path ? "stored" : "fetched");`,
    );
  declare(1);
  await study.run();
  equal(study.read("artifacts/how"), "fetched");
  declare(2);
  await study.run();
  equal(study.read("artifacts/how"), "stored");
});

Deno.test("run() does not keep a result whose code was edited while it ran", async () => {
  await using study = await Study.start();
  study.stage(
    "slow",
    {
      outputs: ["x"],
      more: {
        hints: { gate: join(study.root, "gate") },
        permissions: { read: [join(study.root, "gate")] },
      },
    },
    `
    task.progress({ done: 0, total: 1, unit: "steps" });
    for (;;) {
      try { Deno.statSync(task.hints.gate); break; } catch { await new Promise((go) => setTimeout(go, 5)); }
    }
    write(task.output("x"), "old");`,
  );
  const running = study.run();
  while (!study.events.some(({ kind }) => kind === "progress")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  study.write(
    "stages/slow.ts",
    study.read("stages/slow.ts").replace('"old"', '"new"'),
  );
  study.write("gate", "");
  deepEqual(await running, { slow: "failed" });
  deepEqual(await study.run(), { slow: "built" });
});

/** Leaves as much as it can in its folders, and tells what it found there. */
const UNTIDY = `
const folder = task.output("out").replace(/\\/out$/, "");
const names = (path) => [...Deno.readDirSync(path)].map(({ name }) => name);
const mode = (path) => (Deno.statSync(path).mode & 0o777).toString(8);
const found = [folder, task.scratch].map((path) => mode(path) + names(path));
for (const path of [folder, task.scratch]) {
  Deno.mkdirSync(path + "/deep/er", { recursive: true });
  write(path + "/deep/er/file", "left behind");
  write(path + "/out.1-1-00000000.part", "looks like a draft");
}
write(task.output("out"), found.join(" ") + "\\n" + folder + "\\n" + task.point.n);
if (task.point.n === 2) Deno.chmodSync(task.scratch, 0o500);
`;

Deno.test("run() gives no instance anything of another's in its private folder", async () => {
  await using study = await Study.start();
  study.stage("untidy", {
    outputs: [{ file: "out", artifact: "{n}" }],
    matrix: { n: [1, 2, 3, 4] },
  }, UNTIDY);
  await study.run({ jobs: 1 });
  const told = [1, 2, 3, 4].map((n) =>
    study.read(`artifacts/${n}`).split("\n")
  );
  deepEqual(new Set(told.map(([found]) => found)), new Set(["755 755"]));
  // One is emptied while the next runs already. So the third has the first one's;
  // the fourth would have the second one's, had that not been spoilt.
  const [one, two, three, four] = told.map(([, folder]) => folder);
  deepEqual([one === two, one === three, two === four], [false, true, false]);
});

Deno.test("run() gives a command a folder that nobody had, since others may still have it", async () => {
  await using study = await Study.start();
  const where = {
    runs: {
      kind: "command",
      command: ["sh", "-c", "echo $0 > $0", "{output out}"],
    },
  } as const;
  study.stage("where", {
    outputs: [{ file: "out", artifact: "{n}" }],
    matrix: { n: [1, 2, 3] },
    more: where,
  });
  deepEqual(Object.values(await study.run({ jobs: 1 })), [
    "built",
    "built",
    "built",
  ]);
  const folders = [1, 2, 3].map((n) => study.read(`artifacts/${n}`));
  equal(new Set(folders).size, 3);
});

Deno.test("run() records which wall stood around a process", async () => {
  await using study = await Study.start();
  study.stage("module", { outputs: ["m"] }, `write(task.output("m"), "");`);
  study.stage("command", {
    outputs: ["c"],
    more: { runs: { kind: "command", command: ["touch", "{output c}"] } },
  });
  await study.run();
  const { store } = await study.open();
  equal(store.latest("module", "module")?.wall, "deno");
  equal(store.latest("command", "command")?.wall, probeWall());
});

Deno.test("open() says of a file that cannot be an input that it cannot, and why", async () => {
  for (
    const path of ["missing", ".", "a/b/c", "x".repeat(5000), "deno.json/x"]
  ) {
    await using study = await Study.start();
    study.stage("copy", {
      inputs: { text: file(path) },
      outputs: ["out"],
    }, `write(task.output("out"), "");`);
    const opened = await open(study.project, { set: [] });
    ok(!opened.ok, path);
    const { what, seen, hint } = opened.failure;
    match(what, /^Cannot read the file ".*", the input "text" of "copy"$/);
    match(seen ?? "", /no plain file of that name inside the project/);
    ok(hint);
  }
});

Deno.test("run() forces a stage, an instance, and instances by some of their axes", async () => {
  await using study = await Study.start();
  study.stage(
    "x",
    { outputs: ["o"], matrix: { a: [1, 2], b: [1, 2] } },
    `write(task.output("o"), "");`,
  );
  await study.run();
  const built = async (force: string) =>
    Object.entries(await study.run({ force: [force] }))
      .filter(([, how]) => how === "built").map(([instance]) => instance)
      .sort();
  equal((await built("x")).length, 4);
  deepEqual(await built("x[a=1,b=2]"), ["x[a=1,b=2]"]);
  deepEqual(await built("x[a=2]"), ["x[a=2,b=1]", "x[a=2,b=2]"]);
});
