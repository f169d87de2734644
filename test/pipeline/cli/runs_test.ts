/** `runs` and `diff` from outside: what a person asks of the history, and says of it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { events, Program, until } from "../../rig/program.ts";

/** The program with something measured, which depends on one setting: STEPS. */
function measuring(): Program {
  const program = new Program();
  program.write(
    "stages/join.js",
    `
export default function (task) {
  const [text] = task.inputs("parts").map(({ path }) => Deno.readTextFileSync(path));
  if (text.includes("4")) throw new TypeError("four is too much");
  const size = text.length;
  Deno.writeTextFileSync(task.output("out"), JSON.stringify({
    parts: { "a.1": { error: 1 / size, steps: [{ at: 1, e: 9 }] }, "b.1": { error: size } }, word: "x",
  }));
}
`,
  );
  program.write(
    "main.ts",
    program.read("main.ts")
      .replace("out.txt", "numbers.json").replace("out.txt", "numbers.json")
      .replace(
        "pipeline: { stages }",
        'pipeline: { stages, metrics: "numbers.json", headline: ["error"] }',
      )
      .replace(
        "value: {}",
        'value: { steps: Number(Deno.env.get("STEPS") ?? 3) }',
      ),
  );
  return program;
}

/** The lines of a table, without what no two runs share. */
function told(text: string): string[] {
  return text.trimEnd().split("\n").map((line) =>
    line.replace(/\d{8}-\d{6}-[0-9a-f]{4}/, "ID").replace(
      / +\d\.\d s /,
      " N s ",
    )
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "WHEN")
  );
}

/** Runs with 2, 3 and 4 steps, of which the last fails, and one that is interrupted. */
async function history(program: Program): Promise<void> {
  program.open(1);
  program.open(2);
  equal((await program.run({ STEPS: "2" }, "reproduce")).code, 0);
  equal(
    (await program.run("reproduce", "--tag", "paper", "--note", "as printed"))
      .code,
    0,
  );
  equal(
    (await program.run({ STEPS: "4" }, "reproduce", "--jobs", "2")).code,
    1,
  );
  for (const n of [1, 2]) Deno.removeSync(`${program.root}/gates/go-${n}`);
  const process = program.start({ STEPS: "9" }, "reproduce", "--json");
  await until(
    events(process),
    ({ kind, instance }) => kind === "progress" && instance === "slow[n=1]",
  );
  process.kill("SIGINT");
  await process.stderr.cancel();
  equal((await process.status).code, 130);
}

Deno.test("runs: what each measured, how it ended, and only those and that which one asks for", async (t) => {
  using program = measuring();
  await history(program);
  const runs = (...args: string[]) => program.run("runs", ...args);

  await t.step(
    "an interrupted run has not failed, and each has its measures",
    async () => {
      const { out } = await runs();
      deepEqual(
        told(out).map((line) => line.replace(/ +/g, " ")),
        [
          " error",
          " run when (UTC) took what ran a.1 b.1",
          "‖ ID WHEN N s interrupted – – --json",
          "✗ ID WHEN N s 2 built, 1 failed – – --jobs 2",
          "✓ ID WHEN N s 3 built 0.06250 16",
          " #paper as printed",
          "✓ ID WHEN N s 4 built 0.07143 14",
        ],
      );
    },
  );

  await t.step(
    "columns are settings, measures and circumstances; sorted, missing last",
    async () => {
      const { out } = await runs(
        "--columns",
        "steps,b.1.error,ended",
        "--sort",
        "-b.1.error",
      );
      deepEqual(
        told(out).map((line) =>
          line.replace(/ +/g, " ").replace(/ (--|#).*/, "")
        ),
        [
          " run steps b.1.error ended",
          "✓ ID 3 16 done",
          "✓ ID 2 14 done",
          "‖ ID 9 – interrupted",
          "✗ ID 4 – failed",
        ],
      );
    },
  );

  await t.step("conditions choose", async () => {
    const conditions = [
      ["ended=failed", 1],
      ["ended!=done", 2],
      ["b.1.error>=16", 1],
      ["b.1.error<16", 1],
      ["error>0", 2],
      ["tag=paper", 1],
      ["note~print", 1],
      ["arguments=--jobs", 1],
      ["steps<4", 2],
      ["steps=nothing", 0],
    ] as const;
    const counts = await Promise.all(conditions.map(async ([condition]) => {
      const { code, out, err } = await runs("--filter", condition, "--json");
      equal(code, 0, err);
      return [condition, JSON.parse(out).length];
    }));
    deepEqual(counts, conditions.map((one) => [...one]));
  });

  await t.step(
    "what leads nowhere ends in a sentence, and in what to do",
    async () => {
      for (
        const [args, said, hint] of [
          [
            ["--columns", "stesp"],
            /Cannot find "stesp" of --columns/,
            /"steps"/,
          ],
          [["--sort", "error"], /Cannot sort by "error"/, /name one of them/],
          [["--filter", "steps"], /Cannot filter by "steps"/, /between a name/],
          [["--filter", "stps=1"], /Cannot find "stps" of --filter/, /"steps"/],
          [["tgg", "last"], /Cannot do "tgg" with a run/, /use tag RUN WORD/],
          [["tag", "last"], /its WORD is missing/, /use tag RUN WORD/],
          [["tag", "last", "a b"], /Cannot mark a run with "a b"/, /a note/],
          [["tag", "nobody", "x"], /Cannot find the run "nobody"/, /runs/],
        ] as const
      ) {
        const { code, err } = await runs(...args);
        equal(code, 2, err);
        match(err, said);
        match(err, hint);
      }
    },
  );

  await t.step(
    "JSON has all of it, and the values that were asked for",
    async () => {
      const [first, ...others] = JSON.parse(
        (await runs("--filter", "tag=paper", "--columns", "error", "--json"))
          .out,
      );
      equal(others.length, 0);
      deepEqual(first.values, {
        "parts.a.1.error": 1 / 16,
        "parts.b.1.error": 16,
      });
      deepEqual([first.ended, first.tags, first.note], [
        "done",
        ["paper"],
        "as printed",
      ]);
      deepEqual(first.arguments.slice(0, 1), ["reproduce"]);
    },
  );
});

Deno.test("runs export writes what was measured for TensorBoard: each run once, the same bytes each time", async () => {
  using program = measuring();
  program.open(1);
  program.open(2);
  equal((await program.run("reproduce", "--note", "a first one")).code, 0);
  equal((await program.run({ STEPS: "4" }, "reproduce")).code, 1);
  const folder = join(program.root, "board");
  const written = async () => {
    const { code, out, err } = await program.run(
      "runs",
      "export",
      "--tensorboard",
      folder,
    );
    equal(code, 0, err);
    match(out, /^1 run in 3 files; look at them with tensorboard --logdir/);
    match(err, /^without measures, and left out: \S+$/m);
    return walk(folder).map((path) => [
      path.slice(folder.length).replace(/\d{8}-\d{6}-\w+|\d{10}/g, "N"),
      readFileSync(path).toString("latin1"),
    ]);
  };
  const files = await written();
  deepEqual(files.map(([path]) => path), [
    "/N/events.out.tfevents.N.facsimile",
    "/N/parts/a.1/events.out.tfevents.N.facsimile",
    "/N/parts/b.1/events.out.tfevents.N.facsimile",
  ]);
  match(files[0]![1]!, /a first one/);
  match(files[1]![1]!, /steps\/e/);
  deepEqual(await written(), files);

  for (
    const [args, said] of [
      [[], /Cannot export runs\n.*\n.*hint: use --tensorboard FOLDER/],
      [["nobody", "--tensorboard", folder], /Cannot find the run "nobody"/],
      [["--tensorboard", join(program.root, "data/a.txt")], /Cannot write to/],
    ] as const
  ) {
    const { code, err } = await program.run("runs", "export", ...args);
    equal(code, 2, err);
    match(err, said);
  }
});

/** All files below a folder, in order. */
function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  }).sort();
}

Deno.test("words and notes are found, changed and kept by clean, and rerun nothing", async () => {
  using program = measuring();
  await history(program);
  const marks = async () => {
    const rows = JSON.parse((await program.run("runs", "--json")).out);
    return rows.map((
      { tags, note }: { tags: string[]; note: string },
    ) => [tags.join(), note]);
  };
  const before = (await program.run("status")).out;
  equal((await program.run("runs", "tag", "last~3", "old", "first")).code, 0);
  equal((await program.run("runs", "untag", "old", "first")).code, 0);
  match(
    (await program.run("runs", "note", "last", "stopped", "at lunch")).out,
    /stopped at lunch\n$/,
  );
  deepEqual(await marks(), [["", "stopped at lunch"], ["", ""], [
    "paper",
    "as printed",
  ], ["old", ""]]);
  equal((await program.run("status")).out, before);

  match(
    (await program.run("diff", "old", "paper")).out,
    /parts\.b\.1\.error +14 → 16/,
  );
  equal((await program.run("clean", "--keep", "1")).code, 0);
  deepEqual(await marks(), [["", "stopped at lunch"], ["paper", "as printed"], [
    "old",
    "",
  ]]);
  match(
    (await program.run("diff", "old", "paper")).out,
    /parts\.b\.1\.error +14 → 16/,
  );
  equal((await program.run("runs", "untag", "old", "old")).code, 0);
  equal((await program.run("runs", "note", "last", "")).code, 0);
  equal((await program.run("clean", "--keep", "1")).code, 0);
  deepEqual(await marks(), [["", ""], ["paper", "as printed"]]);

  program.open(1);
  program.open(2);
  equal((await program.run("reproduce")).code, 0);
  const idle = await program.run("reproduce", "--note", "for nothing");
  equal(idle.code, 0);
  match(idle.err, /nothing ran, so there is no run to mark/);
  const wrong = await program.run({ STEPS: "2" }, "reproduce", "--tag", "a b");
  equal(wrong.code, 2);
  match(wrong.err, /Cannot mark a run with "a b"/);
});

Deno.test("diff without words compares the last two, and with one word that run with the last", async () => {
  using program = measuring();
  const none = await program.run("diff");
  equal(none.code, 2);
  match(none.err, /Cannot compare the last two runs\n.*there are none/);
  program.open(1);
  program.open(2);
  for (const steps of ["1", "2", "3"]) {
    equal((await program.run({ STEPS: steps }, "reproduce")).code, 0);
    if (steps === "1") {
      match((await program.run("diff")).err, /there is only one/);
    }
  }
  match((await program.run("diff")).out, /steps +2 → 3/);
  match((await program.run("diff", "last~2")).out, /steps +1 → 3/);
});
