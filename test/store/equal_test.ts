/** Equal results of many: nobody loses what he was given. */
import { deepEqual, equal } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { digestBytes } from "../../pipeline/digest.ts";
import { bwrapWorks } from "../../pipeline/sandbox/bwrap.ts";
import { landlockAbi } from "../../pipeline/sandbox/landlock.ts";
import { StatCache } from "../../pipeline/stat.ts";
import { Store } from "../../pipeline/store.ts";
import { Program } from "../engine/program.ts";
import { skip } from "../rig/skip.ts";
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
          ...(wall !== "none" && { ffi: ["sharp"] }),
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

/** As many instances as there are values of `n`, all equal; two users of each, a module and a command. */
const EQUAL = (engine: string) => `
import { start } from "${engine}start.ts";
import { every, output } from "${engine}stage.ts";
const sh = (script, ...args) => ({ kind: "command", command: ["sh", "-c", script, "sh", ...args] });
const n = [1, 2, 3, 4];
const stages = [
  { name: "make", title: "make", matrix: () => ({ n }), environment: ["HEAD"], at: (_, { n }, { HEAD }) => ({
    runs: sh("echo equal > $1", "{output out}"), params: { n, HEAD }, outputs: { out: { file: "out" } },
  }) },
  { name: "use", title: "use", matrix: () => ({ n }), at: (_, { n }) => ({
    runs: sh("sleep 0.0$2; cat $1 > $3; echo end >> $3", "{input in}", "{param n}", "{output out}"), params: { n },
    inputs: { in: output("make", "out") }, outputs: { out: { file: "out" } },
  }) },
  { name: "copy", title: "copy", matrix: () => ({ n }), at: () => ({
    runs: { kind: "module", module: "stages/copy.js" }, inputs: { in: output("make", "out") }, outputs: { out: { file: "out" } },
  }) },
  { name: "all", title: "all", at: () => ({
    runs: { kind: "module", module: "stages/join.js" }, inputs: { parts: every("use", "out") }, outputs: { out: { file: "out", artifact: "out.txt" } },
  }) },
];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname, deno: Deno.version.deno, pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  sandbox: () => "deno", sources: ["main.ts", "deno.json"], shorthands: {},
})));
`;

Deno.test("several heads with instances of equal outputs: every user reads its input whole", async () => {
  using program = new Program();
  program.write(
    "main.ts",
    EQUAL(new URL("../../pipeline/", import.meta.url).pathname),
  );
  for (let round = 0; round < 2; round++) {
    const heads = [1, 2, 3].map((head) =>
      program.start({ HEAD: `${round}-${head}` }, "reproduce", "--jobs", "4")
    );
    const ends = await Promise.all(heads.map((head) => head.output()));
    for (const { code, stderr } of ends) {
      equal(code, 0, new TextDecoder().decode(stderr));
    }
    equal(program.read("artifacts/out.txt"), "equal\nend\n".repeat(4));
  }
  // One object for each content, and no record of anything else.
  deepEqual(
    readdirSync(join(program.root, ".store/objects")).sort(),
    ["equal\n", "equal\nend\n", "equal\nend\n".repeat(4)].map(digestBytes)
      .sort(),
  );
});
