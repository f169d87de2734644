/** Equal results of many: nobody loses what he was given. */
import { deepEqual, equal } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import { bwrapWorks } from "../../../pipeline/sandbox/wall/bwrap.ts";
import { landlockAbi } from "../../../pipeline/sandbox/wall/landlock.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";
import { Store } from "../../../pipeline/store/store.ts";
import { Program } from "../../rig/program.ts";
import { EQUAL, makeEqual } from "./equals.ts";
import { skip } from "../../rig/skip.ts";
import { Project } from "../sandbox/project.ts";

const walls = [
  "none",
  ...landlockAbi() > 0 ? ["landlock" as const] : [],
  ...bwrapWorks() ? ["bwrap" as const] : [],
] as const;
if (walls.length < 3) {
  skip("a reader behind each wall", "Landlock or bubblewrap does not work");
}

for (const wall of walls) {
  const held = wall === "none" ? "Deno's permissions" : wall;
  Deno.test(`keep() takes from no reader behind ${held} what it was given`, async () => {
    await using project = await Project.make();
    const store = new Store(
      join(project.root, ".store"),
      StatCache.open(join(project.root, ".store/cache/stat")),
    );
    const { digest } = store.keep(project.write("made", "content\n"));
    const gates = join(project.root, "gates");
    Deno.mkdirSync(gates);
    const reader = project.stage(
      `
      task.progress({ done: 0, total: 1, unit: "reads" });
      for (;;) {
        try {
          Deno.statSync(${JSON.stringify(gates)} + "/go");
          break;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      Deno.copyFileSync(task.input("in"), task.output("out"));`,
      {
        inputs: { in: store.object(digest) },
        outputs: { out: "out" },
        permissions: {
          read: [gates],
          ...(wall !== "none" && { ffi: ["onnxruntime-node"] }),
        },
      },
    );
    const started = project.start(reader, wall);
    for await (const _ of started.messages) {
      // It runs, behind its wall. Others make the same meanwhile.
      store.keep(project.write("again", "content\n"));
      Deno.writeTextFileSync(join(gates, "go"), "");
    }
    const ended = await started.ended;
    equal(ended.kind, "done", JSON.stringify(ended));
    equal(ended.wall, wall === "none" ? "deno" : wall);
  });
}

Deno.test("several heads with instances of equal outputs: every user reads its input whole", async () => {
  using program = new Program();
  makeEqual(program);
  for (let round = 0; round < 2; round++) {
    const heads = [1, 2, 3].map((head) =>
      program.start({ HEAD: `${round}-${head}` }, "reproduce", "--jobs", "4")
    );
    const ends = await Promise.all(heads.map((head) => head.output()));
    for (const { code, stderr } of ends) {
      equal(code, 0, new TextDecoder().decode(stderr));
    }
    equal(program.read("artifacts/out.txt"), EQUAL);
  }
  // One object for each content, and no record of anything else.
  deepEqual(
    readdirSync(join(program.root, ".store/objects")).sort(),
    ["equal\n", "equal\nend\n", EQUAL].map(digestBytes)
      .sort(),
  );
});
