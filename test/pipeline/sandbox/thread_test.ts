/** Threads of a stage: what they share, what they may, and that nobody reads code through them. */
import { deepEqual, equal, match } from "node:assert/strict";
import { coresFile } from "../../../pipeline/sandbox/flags.ts";
import type { Confinement } from "../../../pipeline/sandbox/confinement.ts";
import { failureOf, Project } from "./project.ts";

/** A stage whose module also has this at its top, and `library.ts` beside it. */
function threaded(
  project: Project,
  top: string,
  body: string,
  threads = 2,
): Confinement {
  const library = project.write(
    "stages/library.ts",
    "export const half: number = 0.5;",
  );
  const stage = project.stage(body, {
    outputs: { result: "result.json" },
    threads,
  });
  const [path] = stage.code;
  Deno.writeTextFileSync(path!, top + Deno.readTextFileSync(path!));
  return { ...stage, code: [path!, library] };
}

const look = `
  const reads = (path: string) => {
    try {
      Deno.readTextFileSync(path);
      return "read";
    } catch (error) {
      return (error as Error).name;
    }
  };
`;

Deno.test("threads load the stage's modules, compute in its memory and live in its instant", async () => {
  await using project = await Project.make();
  const ran = await project.run(threaded(
    project,
    `import { half } from "./library.ts";
export async function thread({ cells, at }: { cells: SharedArrayBuffer; at: number }) {
  const { half: again } = await import("./library.ts");
  new Float64Array(cells)[at] = half + again + at;
  if (Date.now() !== 946684800000 || "location" in globalThis) throw new Error("another world");
}
`,
    `
  const cells = new SharedArrayBuffer(24);
  await Promise.all(task.threads.map((start, at) => start({ cells, at })));
  Deno.writeTextFileSync(task.output("result"), JSON.stringify([...new Float64Array(cells)]));
`,
  ));
  equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
  deepEqual(JSON.parse(ran.text("result")), [1, 2, 0]);
});

Deno.test("neither a stage nor its threads can read their code, not even while they load", async () => {
  await using project = await Project.make();
  const top = `${look}
const early = reads(new URL("./library.ts", import.meta.url).pathname);
export function thread(cells: SharedArrayBuffer) {
  const late = reads(new URL("./library.ts", import.meta.url).pathname);
  new Uint8Array(cells)[0] = early === "NotCapable" && late === "NotCapable" ? 1 : 2;
}
`;
  const stage = threaded(
    project,
    top,
    `
  const cells = new SharedArrayBuffer(1);
  await task.threads[0]!(cells);
  const late = reads(new URL("./library.ts", import.meta.url).pathname);
  console.log("seen", new Uint8Array(cells)[0], early, late);
  Deno.writeTextFileSync(task.output("result"), "");
`,
  );
  const ran = await project.run(stage);
  match(ran.log, /seen 1 NotCapable NotCapable/);
  const { kind, what } = failureOf(ran);
  equal(kind, "undeclared-access");
  match(what, /reads .*library\.ts, which it does not declare/s);
});

Deno.test("a declared folder that holds the code stays readable", async () => {
  await using project = await Project.make();
  const stage = threaded(
    project,
    `${look}\nexport function thread() {}\n`,
    `
  await task.threads[0]!(undefined);
  Deno.writeTextFileSync(task.output("result"), reads(new URL("./library.ts", import.meta.url).pathname));
`,
  );
  const ran = await project.run({
    ...stage,
    permissions: { read: [`${project.root}/stages`] },
  });
  equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
  equal(ran.text("result"), "read");
});

Deno.test("a stage sees how many cores it has now, and never more than its threads", async () => {
  await using project = await Project.make();
  const stage = threaded(
    project,
    "export function thread() {}\n",
    `
  const seen = [task.cores];
  const wait = async (count: number) => {
    for (let looks = 0; task.cores !== count && looks < 1000; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    seen.push(task.cores);
  };
  task.progress({ done: 1, total: 4, unit: "looks" });
  await wait(2);
  task.progress({ done: 2, total: 4, unit: "looks" });
  await wait(3);
  task.progress({ done: 3, total: 4, unit: "looks" });
  await wait(1);
  Deno.writeTextFileSync(task.output("result"), JSON.stringify(seen));
`,
  );
  const started = project.start(stage);
  const cores = ["2", "99", ""];
  for await (const message of started.messages) {
    if (message.kind !== "progress") continue;
    Deno.writeTextFileSync(coresFile(stage), cores.shift()!);
  }
  const ended = await started.ended;
  equal(ended.kind, "done", JSON.stringify(ended));
  deepEqual(
    JSON.parse(Deno.readTextFileSync(`${stage.folder}/output/result.json`)),
    [1, 2, 3, 1],
  );
});

Deno.test("what goes wrong in a thread is told as if it went wrong in the stage", async () => {
  await using project = await Project.make();
  const body = `await task.threads[0]!(undefined);`;
  const stage = (top: string) => threaded(project, top, body);
  const said = failureOf(
    await project.run(stage(
      `export function thread() { throw new StageError("Cannot add", "a stone", "give a number"); }\n`,
    )),
  );
  deepEqual(
    [said.what, said.seen, said.hint],
    ["Cannot add", "a stone", "give a number"],
  );
  const thrown = await project.run(
    stage(`export function thread() { throw new TypeError("a bug"); }\n`),
  );
  equal(thrown.ended.kind, "failed");
  match(thrown.log, /TypeError: a bug[^]*stage\d\.ts/);
  const missing = failureOf(await project.run(stage("")));
  equal(
    missing.what,
    "The stage's module has no function `thread` for its threads",
  );
});

Deno.test("a stage without threads has one core and no thread", async () => {
  await using project = await Project.make();
  const ran = await project.run(threaded(
    project,
    "",
    `Deno.writeTextFileSync(task.output("result"), JSON.stringify([task.cores, task.threads.length]));`,
    0,
  ));
  equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
  equal(ran.text("result"), "[1,0]");
});
