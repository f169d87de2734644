/** Processes that say too much: nothing of the engine fills up, and it stays awake. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { logFile } from "../../../pipeline/sandbox/confinement.ts";
import { BEGINNING } from "../../../pipeline/sandbox/log.ts";
import { AHEAD, MOST } from "../../../pipeline/sandbox/mailbox.ts";
import { prepare } from "../../../pipeline/sandbox/invocation.ts";
import { start } from "../../../pipeline/sandbox/start.ts";
import { Lines, parseLine } from "../../../pipeline/sandbox/messages.ts";
import { RECORD_SEPARATOR } from "../../../pipeline/stage/task.ts";
import { expect, Project } from "./project.ts";

Deno.test("task.progress tells few of many calls, and the last before all that follows it", async () => {
  await using project = await Project.make();
  const stage = project.stage(`
  for (let done = 0; done < 300_000; done++) task.progress({ done, total: 300_000, unit: "x" });
  task.warn("between");
  task.progress({ done: -1, total: 1, unit: "x" });
  task.progress({ done: 300_000, total: 300_000, unit: "x" });
`);
  // As it was sent, for the engine leaves out some on its own.
  const { program, args, env } = expect(prepare(stage, "none")).invocation;
  const { stdout } = await new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    clearEnv: true,
  }).output();
  const told = new TextDecoder().decode(stdout).trim().split("\n").map(
    (line) => {
      const { message } = parseLine(line);
      return message?.kind === "progress"
        ? message.progress.done
        : message?.kind;
    },
  );
  ok(told.length < 30_000, `${told.length} messages`);
  deepEqual(told.slice(0, 3), [0, 1, 2]);
  const at = told.indexOf("warning");
  equal(told[at - 1], 299_999);
  equal(told.at(-1), 300_000);
});

Deno.test("messages keep the newest progress and a limited number of others for who reads late", async () => {
  await using project = await Project.make();
  const started = project.start(project.stage(`
  const say = (message) => ${
    JSON.stringify(RECORD_SEPARATOR)
  } + JSON.stringify(message) + "\\n";
  let text = "";
  for (let done = 0; done < 100_000; done++) text += say({ kind: "progress", progress: { done, total: 1, unit: "x" } });
  for (let i = 0; i < ${MOST} + 500; i++) text += say({ kind: "remark", message: "again" });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
`));
  equal((await started.ended).kind, "done");
  const messages = await Array.fromAsync(started.messages);
  equal(messages.filter(({ kind }) => kind === "remark").length, MOST);
  deepEqual(messages.findLast(({ kind }) => kind === "progress"), {
    kind: "progress",
    progress: { done: 99_999, total: 1, unit: "x" },
  });
  ok(messages.length <= AHEAD + 1 + MOST + 1, `${messages.length} messages`);
  match(JSON.stringify(messages.at(-1)), /warning.*500 more things than/);
});

Deno.test("the log of a flood has its beginning, its end, and how much is missing", async () => {
  await using project = await Project.make();
  const stage = project.stage(`
  for (let i = 0; i < 30; i++) console.log(String(i) + "-" + "x".repeat(1 << 20));
  console.log("the end");
`);
  const ran = await project.run(stage);
  equal(ran.ended.kind, "done");
  match(ran.log, /^0-xxx/);
  match(ran.log, /\n… \d+ lines are left out …\n/);
  match(ran.log, /\nthe end\n$/);
  ok(ran.log.length < BEGINNING + (4 << 20), `${ran.log.length} bytes`);
});

Deno.test("Lines holds no more of a line without an end than a part", () => {
  const lines = new Lines();
  const chunk = new Uint8Array(1 << 16).fill(120);
  let out = 0;
  for (let i = 1; i <= 100; i++) {
    for (const line of lines.add(chunk)) out += line.length;
    ok(i * chunk.length - out <= 1 << 16, "held back");
  }
});

for (const script of ["yes", "cat /dev/zero", "yes >&2"]) {
  Deno.test(`the engine hears a timer while a command floods it: ${script}`, async () => {
    await using project = await Project.make();
    const confinement = {
      ...project.stage(""),
      runs: { kind: "command", command: ["sh", "-c", script] },
    } as const;
    const controller = new AbortController();
    const { ended } = expect(start(confinement, controller.signal, "none"));
    const timer = setInterval(() => {
      if (Deno.statSync(logFile(confinement)).size > 1 << 20) {
        controller.abort();
      }
    }, 5);
    equal((await ended).kind, "killed");
    clearInterval(timer);
  });
}

Deno.test("garbage in the place of a message is a line of the log", async () => {
  await using project = await Project.make();
  const garbage = [
    "",
    "null",
    "[]",
    "{",
    '{"kind":"progress"}',
    '{"kind":"progress","progress":{"done":"1","total":1,"unit":"x"}}',
    '{"kind":"checkpoint","checkpoint":{"position":null,"path":"x"}}',
    '{"kind":"checkpoint","checkpoint":{"position":1,"path":7}}',
    '{"kind":"__proto__"}',
    '{"kind":"failed","what":{}}',
    '{"kind":"denied","message":1,"stack":2}',
    "[".repeat(60_000),
  ];
  const ran = await project.run(project.stage(
    garbage.map((text) =>
      `console.log(${JSON.stringify(RECORD_SEPARATOR + text)});`
    ).join("\n"),
  ));
  equal(ran.ended.kind, "done", JSON.stringify(ran.ended));
  deepEqual(ran.messages, []);
  equal(
    ran.log,
    garbage.map((text) => `${RECORD_SEPARATOR}${text}\n`).join(""),
  );
});

Deno.test("a stack with a broken URL is a place like any other", async () => {
  await using project = await Project.make();
  const denied = {
    kind: "denied",
    message: 'Requires read access to "/secret", run again',
    stack: "at file:///%zz/x.ts:1:2",
  };
  const ran = await project.run(project.stage(
    `console.log(${
      JSON.stringify(RECORD_SEPARATOR + JSON.stringify(denied))
    });`,
  ));
  equal(ran.ended.kind, "failed");
  match(JSON.stringify(ran.ended), /%zz\/x\.ts:1:2/);
});

Deno.test("a measured value that JSON does not have reaches the reader as NaN; a share of nothing is not told", async () => {
  await using project = await Project.make();
  const ran = await project.run(project.stage(`
  task.progress({ done: 1, total: Infinity, unit: "x" });
  task.progress({ done: NaN, total: 2, unit: "x" });
  task.progress({ done: 1, total: 2, unit: "x", values: { loss: -Infinity } });
`));
  deepEqual(ran.messages, [{
    kind: "progress",
    progress: { done: 1, total: 2, unit: "x", values: { loss: NaN } },
  }]);
  equal(ran.log, "");
});

Deno.test("task.keep refuses a position that is no number", async () => {
  await using project = await Project.make();
  const ran = await project.run(project.stage(`
  Deno.writeTextFileSync(task.scratch + "/state", "");
  task.keep({ position: Infinity, path: task.scratch + "/state" });
`));
  equal(ran.ended.kind, "failed");
  match(
    JSON.stringify(ran.ended),
    /hands over a checkpoint at the position Infinity/,
  );
});
