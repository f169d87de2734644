import { deepEqual, equal } from "node:assert/strict";
import { Project } from "./project.ts";

Deno.test("start() gives a stage its inputs and takes its outputs and messages", async () => {
  await using project = await Project.make();
  const input = project.write("data/in.txt", "abc");
  const ran = await project.run(project.stage(
    `
  console.log("to the log");
  await Deno.stdout.write(new TextEncoder().encode("half a line"));
  task.progress({ done: 1, total: 2, unit: "images", values: { loss: NaN } });
  task.warn("careful");
  const parts = task.inputs("many").map(({ point, path }) => point.lr + Deno.readTextFileSync(path));
  Deno.writeTextFileSync(task.output("result"), Deno.readTextFileSync(task.input("one")) + parts + task.params.x + task.point.seed);
  Deno.writeTextFileSync(task.scratch + "/draft", "");
`,
    {
      params: { x: 5 },
      point: { seed: 7 },
      inputs: {
        one: input,
        many: [{ point: { lr: 1 }, path: input }, {
          point: { lr: 2 },
          path: input,
        }],
      },
      outputs: { result: "result.txt" },
    },
  ));
  equal(ran.ended.kind, "done", JSON.stringify(ran));
  equal(ran.text("result"), "abc1abc,2abc57");
  deepEqual(ran.messages, [
    {
      kind: "progress",
      progress: { done: 1, total: 2, unit: "images", values: { loss: NaN } },
    },
    { kind: "warning", message: "careful" },
  ]);
  equal(ran.log, "to the log\nhalf a line\n");
});
