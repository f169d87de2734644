/** How processes end: by themselves, by us, and when we are gone. */
import { equal, match } from "node:assert/strict";
import { bwrapWorks } from "../../../pipeline/sandbox/wall/bwrap.ts";
import { landlockAbi } from "../../../pipeline/sandbox/wall/landlock.ts";
import {
  type Confinement,
  logFile,
} from "../../../pipeline/sandbox/confinement.ts";
import { start } from "../../../pipeline/sandbox/start.ts";
import { followsEngine } from "../../../pipeline/sandbox/session.ts";
import type { KernelWall } from "../../../pipeline/sandbox/wall/wall.ts";
import { expect, failureOf, Project } from "./project.ts";
import { walls } from "./walls.ts";

/** Looks until it is so. */
async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether a process is alive; one that only waits to be reaped is not. */
function lives(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^\d+ \(.*\) [ZX]/s.test(stat);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    // The process went away between opening and reading: ESRCH.
    if (error instanceof Error && /os error 3\b/.test(error.message)) {
      return false;
    }
    throw error;
  }
}

/** A number that a command wrote into its log. */
async function logged(confinement: Confinement): Promise<number> {
  let text = "";
  await until(() => {
    try {
      text = Deno.readTextFileSync(logFile(confinement));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return text.includes("\n");
  });
  return Number(text);
}

function shell(project: Project, script: string): Confinement {
  return {
    ...project.stage(""),
    runs: { kind: "command", command: ["sh", "-c", script] },
  };
}

for (
  const [name, script] of [
    ["", "sleep 1000 & echo $!; wait"],
    [
      " that ignores SIGTERM",
      "trap '' TERM; sleep 1000 & echo $!; while :; do wait; done",
    ],
  ] as const
) {
  Deno.test(`aborting ends a command${name}, and what it started`, async () => {
    await using project = await Project.make();
    const confinement = shell(project, script);
    const controller = new AbortController();
    // Landlock or nothing: bwrap's numbers of processes are its own.
    const { ended, pid } = expect(
      start(
        confinement,
        controller.signal,
        landlockAbi() > 0 ? "landlock" : "none",
      ),
    );
    const grandchild = await logged(confinement);
    equal(lives(pid) && lives(grandchild), true);
    controller.abort();
    equal((await ended).kind, "killed");
    await until(() => !lives(pid) && !lives(grandchild));
  });
}

Deno.test("aborting ends a stage that never returns", async () => {
  await using project = await Project.make();
  const controller = new AbortController();
  const { ended, pid, messages } = expect(start(
    project.stage(`task.warn("begun"); while (true) { /* busy */ }`),
    controller.signal,
  ));
  for await (const _ of messages) controller.abort();
  equal((await ended).kind, "killed");
  await until(() => !lives(pid));
});

Deno.test("a signal that was aborted before starts nothing that lasts", async () => {
  await using project = await Project.make();
  const { ended } = expect(
    start(project.stage("while (true) { /* busy */ }"), AbortSignal.abort()),
  );
  equal((await ended).kind, "killed");
});

Deno.test("what a command leaves running is killed when it ends", async () => {
  await using project = await Project.make();
  // It holds our pipes open, too: without an end to it we would wait for ever.
  const confinement = shell(project, "sleep 1000 & echo $!");
  const { ended } = await project.run(confinement, "none");
  equal(ended.kind, "done");
  const straggler = await logged(confinement);
  await until(() => !lives(straggler));
});

const orphans: [string, (project: Project) => Confinement, KernelWall][] = [
  [
    "a stage that waits",
    (project) =>
      project.stage(
        `task.warn("begun"); await new Promise((resolve) => setTimeout(resolve, 1e9));`,
      ),
    "none",
  ],
  [
    "a stage that computes and reports",
    (project) =>
      project.stage(
        `while (true) task.progress({ done: 0, total: 1, unit: "rounds" });`,
      ),
    "none",
  ],
];
const lasting = (project: Project): Confinement =>
  shell(
    project,
    `printf '\\036{"kind":"warning","message":"begun"}\\n'; exec sleep 1000`,
  );
if (landlockAbi() > 0) {
  orphans.push(["a command behind landlock", lasting, "landlock"]);
}
if (followsEngine()) {
  orphans.push([
    "a stage in a silent busy loop",
    (project) =>
      project.stage(`task.warn("begun"); while (true) { /* busy */ }`),
    "none",
  ], ["a command behind no wall", lasting, "none"]);
}
if (bwrapWorks()) orphans.push(["a command behind bwrap", lasting, "bwrap"]);

const waiting = orphans[0]!; // the literal above has it

for (
  const [name, make, wall, look = false] of [
    ...orphans,
    [`${waiting[0]} and looks`, waiting[1], "none", true],
  ] as const
) {
  Deno.test(`${name} ends when its engine is killed`, async () => {
    await using project = await Project.make();
    const engine = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-lock",
        "--allow-all",
        `${import.meta.dirname}/puppet.ts`,
        JSON.stringify({ confinement: make(project), wall, look }),
      ],
      stdout: "piped",
    }).spawn();
    let said = "";
    const reader = engine.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    while (!/^\d+\n[a-z]+\n/.test(said)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The engine left: ${said}`);
      said += value;
    }
    await reader.cancel();
    const pid = parseInt(said);
    equal(lives(pid), true);
    engine.kill("SIGKILL");
    await engine.status;
    await until(() => !lives(pid));
  });
}

Deno.test("a stage fails in its own words, and a bug with its message and its stack", async () => {
  await using project = await Project.make();
  const own = await project.run(project.stage(
    `throw new StageError("Loss is NaN in epoch 3", "learning rate 10", "Lower it");`,
  ));
  const { kind, what, seen, hint } = failureOf(own);
  equal(
    [kind, what, seen, hint].join("|"),
    "stage-failed|Loss is NaN in epoch 3|learning rate 10|Lower it",
  );
  equal(own.log, "");

  const bug = await project.run(
    project.stage(`const nothing: any = undefined; nothing.field;`),
  );
  equal(failureOf(bug).kind, "stage-crashed");
  match(failureOf(bug).seen ?? "", /^TypeError: Cannot read prop/);
  match(bug.log, /stages\/stage2\.ts:4/);
});

Deno.test("a stage that asks for what it does not declare learns the nearest name", async () => {
  await using project = await Project.make();
  const ran = await project.run(project.stage(`task.input("imags");`, {
    inputs: { images: "/x", labels: "/y" },
  }));
  const { what, seen, hint } = failureOf(ran);
  match(what, /asks for its input "imags", which it does not declare/);
  equal(seen, "inputs: images, labels");
  equal(hint, 'did you mean "images"?');
});

for (
  const [name, body, kind] of [
    ["leaves with Deno.exit(0)", `Deno.exit(0);`, "stage-left"],
    ["leaves with process.exit(0)", `process.exit(0);`, "stage-left"],
    [
      "waits for what never comes",
      `await new Promise(() => {});`,
      "stage-left",
    ],
    ["writes no output", ``, "output-missing"],
    [
      "throws where nobody looks",
      `Promise.reject(new Error("lost")); await new Promise((resolve) => setTimeout(resolve, 1));`,
      "stage-crashed",
    ],
    [
      "forges a checkpoint out of somebody's file",
      `console.log('\\x1e{"kind":"checkpoint","checkpoint":{"position":1,"path":"/etc/passwd"}}');`,
      "checkpoint-outside",
    ],
  ] as const
) {
  Deno.test(`a stage that ${name} is not done`, async () => {
    await using project = await Project.make();
    const early = name === "writes no output"
      ? ""
      : `Deno.writeTextFileSync(task.output("result"), "half");`;
    const ran = await project.run(
      project.stage(early + body, { outputs: { result: "result.txt" } }),
    );
    equal(failureOf(ran).kind, kind, JSON.stringify(ran.ended));
    equal(ran.messages.some((message) => message.kind === "checkpoint"), false);
  });
}

Deno.test("a module that is none says so", async () => {
  await using project = await Project.make();
  const stage = project.stage("");
  project.write("stages/stage1.ts", "export const x = 1;");
  const { what, seen } = failureOf(await project.run(stage));
  match(what, /no function as its default export/);
  equal(seen, "exports: x");
});

Deno.test("a stage whose heap is full ran out of memory, and did not crash", async () => {
  await using project = await Project.make();
  for (const wall of [undefined, ...walls]) {
    const ran = await project.run(
      project.stage(
        `const kept = []; while (true) kept.push(new Array(1000).fill(Math.random()));`,
        {
          permissions: {
            env: { DENO_V8_FLAGS: "--max-old-space-size=60" },
            ...(wall && { ffi: ["onnxruntime-node"] }),
          },
        },
      ),
      wall,
    );
    const { kind, what, seen, hint } = failureOf(ran);
    equal(kind, "out-of-memory", ran.log);
    equal(what, "probe ran out of memory");
    match(seen ?? "", /^Fatal JavaScript out of memory/);
    match(hint ?? "", /DENO_V8_FLAGS/);
  }
});
