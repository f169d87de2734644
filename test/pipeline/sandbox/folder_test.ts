/** Folders with names that mean something in a URL or to a shell. */
import { deepEqual, equal, match } from "node:assert/strict";
import { file } from "../../../pipeline/stage/declaration.ts";
import { Study } from "../../rig/study.ts";
import { failureOf, Project } from "./project.ts";
import { walls } from "./walls.ts";

const NAMES = ["a#b", "a?b", "a%20b", "a\\b", "a\tb", "a\nb", "a b's", "[é]^|"];

for (const name of NAMES) {
  const quoted = JSON.stringify(name);
  for (const wall of ["deno", ...walls] as const) {
    Deno.test(`behind ${wall}, a stage in the folder ${quoted} runs, and no further than elsewhere`, async () => {
      await using project = await Project.make(name);
      const secret = project.write("secret.txt", "secret");
      const input = project.write("input#%20?.txt", "content");
      const library = project.write(
        "stages/library.ts",
        "export const half: number = 0.5;",
      );
      const run = async (body: string) => {
        const stage = project.stage(body, {
          inputs: { text: input },
          outputs: { result: "result.txt" },
          permissions: wall === "deno" ? {} : { ffi: ["onnxruntime-node"] },
        });
        return await project.run({
          ...stage,
          code: [...stage.code, library],
          readable: true, // for the worker
        }, wall === "deno" ? undefined : wall);
      };
      const ran = await run(`
  const { half } = await import("./library.ts");
  const worker = new Worker(new URL("./library.ts", import.meta.url), { type: "module" });
  worker.terminate();
  Deno.writeTextFileSync(task.output("result"), Deno.readTextFileSync(task.input("text")) + half);
`);
      equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
      equal(ran.text("result"), "content0.5");
      equal(ran.ended.wall, wall);

      const refused = failureOf(
        await run(`Deno.readTextFileSync(${JSON.stringify(secret)});`),
      );
      equal(refused.kind, "undeclared-access");
      match(refused.what, /reads .*secret\.txt, which it does not declare/s);
      match(refused.seen ?? "", /^stages\/stage2\.ts:\d+:\d+/);
    });
  }

  for (const wall of walls) {
    Deno.test(`behind ${wall}, a command in the folder ${quoted} runs`, async () => {
      await using project = await Project.make(name);
      const input = project.write("input#%20?.txt", "content");
      const ran = await project.run({
        ...project.stage("", {
          inputs: { text: input },
          outputs: { result: "result.txt" },
        }),
        runs: {
          kind: "command",
          command: ["cp", "{input text}", "{output result}"],
        },
      }, wall);
      equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
      equal(ran.text("result"), "content");
    });
  }

  Deno.test(`run() makes everything once, and then nothing, in the folder ${quoted}`, async () => {
    await using study = await Study.start(name);
    study.write("in.txt", "content");
    study.write(
      "stages/length.ts",
      "export const length = (text: string) => text.length;",
    );
    study.stage(
      "count",
      { inputs: { text: file("in.txt") }, outputs: ["n.txt"] },
      `const { length } = await import("./length.ts");
write(task.output("n.txt"), String(length(read(task.input("text")))));`,
    );
    deepEqual(await study.run(), { count: "built" });
    deepEqual(await study.run(), { count: "reused" });
  });
}
