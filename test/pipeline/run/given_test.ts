/** What was changed while an instance ran, and put back before it ended, is seen. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { file, output } from "../../../pipeline/stage/declaration.ts";
import { look } from "../../../pipeline/store/inode.ts";
import { type Sketch, Study } from "../../rig/study.ts";

/** What a stage is made of here: a module, or a command with code of its own. */
const MODULE: Partial<Sketch> = {};
const COMMAND: Partial<Sketch> = {
  more: {
    runs: {
      kind: "command",
      command: [
        "sh",
        "code.sh",
        "{output started}",
        "{input in}",
        "{output x}",
      ],
      code: ["code.sh"],
    },
  },
};

/** Says that it runs, waits to be let go, and ends. */
async function study(kind: Partial<Sketch>): Promise<Study> {
  const study = await Study.start();
  study.write("in.txt", "in");
  mkdirSync(join(study.root, "gate"));
  study.write(
    "deno.json",
    '{ "imports": { "other": "./stages/other.ts" }, "lock": false }',
  );
  study.write("stages/other.ts", 'export const other = "other";');
  study.write(
    "code.sh",
    `: > "$1"
while ! [ -e ${study.root}/gate/go ]; do sleep 0.01; done
cat "$2" > "$3"
`,
  );
  study.stage(
    "slow",
    {
      inputs: { in: file("in.txt") },
      outputs: ["x", "started"],
      ...kind,
      more: {
        hints: { gate: join(study.root, "gate") },
        permissions: { read: [join(study.root, "gate")] },
        ...kind.more,
      },
    },
    `
    const { other } = await import("other");
    write(task.output("started"), "");
    for (;;) {
      try { Deno.statSync(task.hints.gate + "/go"); break; } catch { await new Promise((go) => setTimeout(go, 5)); }
    }
    write(task.output("x"), other + read(task.input("in")));`,
  );
  return study;
}

/** Whether the store has something of that name, at any depth of a folder. */
function there(study: Study, folder: string, name: RegExp): boolean {
  const path = join(study.root, ".store", folder);
  return existsSync(path) &&
    readdirSync(path, { recursive: true }).some((one) =>
      name.test(String(one))
    );
}

/** Runs the stage and does something while it runs. */
async function meanwhile(
  study: Study,
  act: () => void,
  ready = () => there(study, "work", /output\/started$/),
): Promise<string | undefined> {
  const running = study.run();
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 5));
  act();
  study.write("gate/go", "");
  await running;
  for (const event of study.events) {
    if (event.kind === "ended" && event.outcome.kind === "failed") {
      return event.outcome.failure.seen;
    }
  }
}

/** Another text for a moment, and the old one again. */
function swap(study: Study, path: string): void {
  const text = study.read(path);
  study.write(path, `${text} `);
  study.write(path, text);
}

for (
  const [what, kind, path] of [
    ["a module", MODULE, "stages/slow.ts"],
    ["a module that it imports", MODULE, "stages/other.ts"],
    ["an input", MODULE, "in.txt"],
    ["the import map", MODULE, "deno.json"],
    ["the code of a command", COMMAND, "code.sh"],
    ["the input of a command", COMMAND, "in.txt"],
  ] as const
) {
  Deno.test(`run() does not keep a result if ${what} was touched while it ran, and the next run does`, async () => {
    await using one = await study(kind);
    match(
      await meanwhile(one, () => swap(one, path)) ?? "kept",
      new RegExp(`^while it ran, somebody touched ${path},`),
    );
    deepEqual(await one.run(), { slow: "built" });
  });
}

Deno.test("run() does not keep a result if the code of a command was edited while it ran", async () => {
  await using one = await study(COMMAND);
  const edit = () => one.write("code.sh", one.read("code.sh") + "# more\n");
  equal(await meanwhile(one, edit), "while it ran, somebody edited code.sh");
  deepEqual(await one.run(), { slow: "built" });
});

Deno.test("run() sees another file put in the place of an input, and the old one put back", async () => {
  await using one = await study(MODULE);
  const away = join(one.root, "away.txt");
  const place = join(one.root, "in.txt");
  const swap = () => {
    renameSync(place, away);
    one.write("in.txt", "it");
    renameSync(away, place);
  };
  match(await meanwhile(one, swap) ?? "kept", /touched in\.txt/);
});

Deno.test("run() sees settings that appear while a stage runs", async () => {
  await using one = await study(MODULE);
  const seen = await meanwhile(
    one,
    () => one.write("stages/package.json", '{ "type": "module" }'),
  );
  equal(seen, "while it ran, somebody edited stages/package.json");
});

Deno.test("run() does not mind another project that is installed meanwhile: its packages are links to ours", async () => {
  await using one = await study(MODULE);
  mkdirSync(join(one.root, "node_modules/p"), { recursive: true });
  one.write("node_modules/p/words.js", "words");
  one.write(
    "stages/other.ts",
    'import words from "../node_modules/p/words.js" with { type: "text" };\nexport const other = words;',
  );
  const path = join(one.root, "node_modules/p/words.js");
  const other = join(one.root, "elsewhere.js");
  const install = () => {
    const before = look(path)?.state;
    // The kernel's clock for files has to tick first.
    do {
      rmSync(other, { force: true });
      linkSync(path, other);
    } while (look(path)?.state === before);
    rmSync(other);
  };
  equal(await meanwhile(one, install), undefined);
  rmSync(join(one.root, "gate/go"));
  const edit = () => one.write("node_modules/p/words.js", "other words");
  one.write("in.txt", "once more");
  match(
    await meanwhile(one, edit) ?? "kept",
    /somebody edited node_modules\/p\/words\.js$/,
  );
});

Deno.test("run() does not mind what is touched before a stage starts", async () => {
  await using one = await study(MODULE);
  one.write("later.txt", "later");
  one.stage(
    "then",
    {
      inputs: { x: output("slow", "x"), later: file("later.txt") },
      outputs: ["y"],
    },
    `write(task.output("y"), read(task.input("later")));`,
  );
  equal(await meanwhile(one, () => swap(one, "later.txt")), undefined);
  deepEqual(await one.run(), { slow: "reused", then: "reused" });
});

Deno.test("run() does not start a stage whose input is no longer what was planned with", async () => {
  await using one = await study(MODULE);
  one.write("later.txt", "later");
  one.stage(
    "then",
    {
      inputs: { x: output("slow", "x"), later: file("later.txt") },
      outputs: ["y"],
    },
    `write(task.output("y"), read(task.input("later")));`,
  );
  equal(
    await meanwhile(one, () => one.write("later.txt", "edited")),
    "before it started, somebody edited later.txt",
  );
  deepEqual(await one.run(), { slow: "reused", then: "built" });
});

Deno.test("run() keeps no checkpoint of a stage whose code was touched", async () => {
  await using one = await study(MODULE);
  one.stage(
    "slow",
    {
      params: { steps: 2 },
      outputs: ["x", "started"],
      more: {
        resume: { along: "steps" },
        hints: { gate: join(one.root, "gate") },
        permissions: { read: [join(one.root, "gate")] },
      },
    },
    `
    const keep = (position) => {
      write(task.scratch + "/state", String(position));
      task.keep({ position, path: task.scratch + "/state" });
    };
    if (!task.checkpoint) keep(1);
    write(task.output("started"), "");
    for (;;) {
      try { Deno.statSync(task.hints.gate + "/go"); break; } catch { await new Promise((go) => setTimeout(go, 5)); }
    }
    keep(2);
    write(task.output("x"), task.checkpoint ? "from " + task.checkpoint.position : "anew");`,
  );
  await meanwhile(
    one,
    () => swap(one, "stages/slow.ts"),
    () => there(one, "checkpoints", /1-[0-9a-f]{64}$/),
  );
  deepEqual(await one.run(), { slow: "built" });
  const { store } = await one.open();
  const digest = store.latest("slow", "slow")?.outputs["x"]?.digest;
  equal(one.read(`.store/objects/${digest}`), "from 1");
});
