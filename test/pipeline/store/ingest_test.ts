/** What of a stage gets into the store: plain files, whole, out of its reach. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import { ingest } from "../../../pipeline/store/ingest.ts";
import type { Failure } from "../../../pipeline/failure.ts";
import { auditFile } from "../../../pipeline/sandbox/flags.ts";
import { Study } from "../../rig/study.ts";
import { Project } from "../sandbox/project.ts";

/** The failure with which the last run of a study told of an instance. */
function failureOf(study: Study, instance: string): Failure | undefined {
  for (const event of study.events) {
    if (event.kind !== "ended" || event.instance !== instance) continue;
    if (event.outcome.kind === "failed") return event.outcome.failure;
  }
  return undefined;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

Deno.test("a process that outlives its command changes no object", async () => {
  await using study = await Study.start();
  const gate = join(study.root, "gate");
  Deno.mkdirSync(gate);
  // Leaves the group, and keeps the output open until the test lets it write.
  const daemon = `
    exec 3<>"$1"
    while [ ! -e "$2/go" ]; do sleep 0.01; done
    printf evil >&3`;
  study.stage("daemon", {
    outputs: ["out", "pid"],
    more: {
      runs: {
        kind: "command",
        command: [
          "sh",
          "-c",
          `printf good > "$1"; setsid sh -c '${daemon}' sh "$1" "$3" >/dev/null 2>&1 & printf $! > "$2"; sleep 0.1`,
          "sh",
          "{output out}",
          "{output pid}",
          gate,
        ],
      },
      permissions: { read: [gate] },
    },
  });
  deepEqual(await study.run(), { daemon: "built" });
  const { store } = await study.open();
  const outputs = store.latest("daemon", "daemon")?.outputs;
  const object = store.object(outputs!.out!.digest); // it was built
  const pid = readFileSync(store.object(outputs!.pid!.digest), "utf8");
  Deno.writeTextFileSync(join(gate, "go"), "");
  while (exists(`/proc/${pid}`)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  equal(readFileSync(object, "utf8"), "good");
  equal(outputs?.out?.digest, digestBytes("good"));
  equal(lstatSync(object).nlink, 1);
  equal(lstatSync(object).mode & 0o777, 0o444);
});

Deno.test("a second name of an output leads to no object", async () => {
  await using study = await Study.start();
  study.stage(
    "linked",
    { outputs: ["out"] },
    `write(task.output("out"), "text"); Deno.linkSync(task.output("out"), task.scratch + "/second");`,
  );
  deepEqual(await study.run(), { linked: "built" });
  const [object] = readdirSync(join(study.root, ".store/objects"));
  equal(lstatSync(join(study.root, ".store/objects", object!)).nlink, 1);
});

Deno.test("ingest() copies what others may have, with its holes, and hashes the copy", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    const text = new Uint8Array(5 << 20);
    text.fill(7, (3 << 20) - 5, 3 << 20);
    Deno.writeFileSync(from, text);
    const taken = await ingest(from, to, false, new AbortController().signal);
    deepEqual(taken, {
      kind: "taken",
      path: to,
      digest: digestBytes(text),
      size: text.length,
    });
    deepEqual(new Uint8Array(readFileSync(to)), text);
    ok(lstatSync(to).blocks < lstatSync(from).blocks);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("an interruption is heard while a large output is hashed", async () => {
  await using study = await Study.start();
  study.stage(
    "large",
    { outputs: ["out"] },
    `write(task.output("out"), ""); Deno.truncateSync(task.output("out"), 6 * 2 ** 30);`,
  );
  const interrupt = new AbortController();
  const work = join(study.root, ".store/work");
  const timer = setInterval(() => {
    // Sealed: its process has ended, and it is being hashed.
    for (const run of exists(work) ? readdirSync(work) : []) {
      if (run.endsWith(".lock")) continue;
      const out = join(work, run, "0-large/output/out");
      const found = statSync(out, { throwIfNoEntry: false });
      if (found && (found.mode & 0o777) === 0o444) interrupt.abort();
    }
  }, 1);
  try {
    deepEqual(await study.run({ signal: interrupt.signal }), {});
  } finally {
    clearInterval(timer);
  }
  deepEqual(
    await (await study.open()).store.latest("large", "large"),
    undefined,
  );
});

const say = (position: string, path: string) =>
  `console.log("\\x1e" + JSON.stringify({ kind: "checkpoint", checkpoint: { position: ${position}, path: ${path} } }));`;

for (
  const [name, body, kind] of [
    [
      "a folder",
      `Deno.mkdirSync(task.scratch + "/c"); task.keep({ position: 1, path: task.scratch + "/c" });`,
      "checkpoint-missing",
    ],
    [
      "a missing file",
      `task.keep({ position: 1, path: task.scratch + "/c" });`,
      "stage-crashed",
    ],
    [
      "a missing file, said",
      say("1", `task.scratch + "/c"`),
      "checkpoint-missing",
    ],
    [
      "a name with NUL",
      `task.keep({ position: 1, path: task.scratch + "/c\\0d" });`,
      "stage-crashed",
    ],
    [
      "a name with NUL, said",
      say("1", `task.scratch + "/c\\0d"`),
      "checkpoint-outside",
    ],
    [
      "a position that is none",
      `write(task.scratch + "/c", ""); task.keep({ position: 1e21, path: task.scratch + "/c" });`,
      "checkpoint-position",
    ],
  ] as const
) {
  Deno.test(`a stage that keeps ${name} fails alone`, async () => {
    await using study = await Study.start();
    study.stage("keeps", {
      params: { end: 2 },
      outputs: ["out"],
      more: { resume: { along: "end" } },
    }, `${body} write(task.output("out"), "");`);
    study.stage(
      "other",
      { outputs: ["out"] },
      `write(task.output("out"), "");`,
    );
    deepEqual(await study.run(), { keeps: "failed", other: "built" });
    equal(failureOf(study, "keeps")?.kind, kind);
  });
}

for (
  const [name, make] of [
    ["a link", `ln -s "$OUT_OF" c`],
    ["a FIFO", "mkfifo c"],
    [
      "a file in a folder that is a link",
      `ln -s "$(dirname $OUT_OF)" d; P=d/$(basename $OUT_OF)`,
    ],
  ] as const
) {
  Deno.test(`a command that keeps ${name} fails, and nothing outside is touched`, async () => {
    await using study = await Study.start();
    study.write("mine.txt", "mine");
    const mine = join(study.root, "mine.txt");
    Deno.chmodSync(mine, 0o640);
    study.stage("keeps", {
      params: { end: 2 },
      outputs: ["out"],
      more: {
        resume: { along: "end" },
        permissions: { env: { OUT_OF: mine } },
        runs: {
          kind: "command",
          command: [
            "sh",
            "-c",
            `P=c; ${make}; touch "$1"; printf '\\036{"kind":"checkpoint","checkpoint":{"position":1,"path":"%s"}}\\n' "$PWD/$P"`,
            "sh",
            "{output out}",
          ],
        },
      },
    });
    deepEqual(await study.run(), { keeps: "failed" });
    match(
      failureOf(study, "keeps")?.kind ?? "",
      /^checkpoint-(missing|outside)$/,
    );
    equal(study.read("mine.txt"), "mine");
    equal(lstatSync(mine).mode & 0o777, 0o640);
    equal(exists(join(study.root, ".store/checkpoints")), false);
  });
}

for (
  const [name, spoil] of [
    ["null", "yes null | head -n 999 >> $1"],
    ["no JSON", "yes text | head -n 999 >> $1"],
    ["a number for a permission", `yes '{"permission":3}' | head -n 999 >> $1`],
    ["a FIFO in its place", "rm $1; mkfifo $1"],
  ] as const
) {
  Deno.test(`a list of accesses with ${name} fails its stage, whoever wrote it`, async () => {
    await using project = await Project.make();
    const started = project.start(project.stage(`
      task.progress({ done: 0, total: 1, unit: "tests" });
      while (!Deno.readTextFileSync(task.scratch + "/go")) await new Promise((resolve) => setTimeout(resolve, 5));
    `.replace(
      "while",
      'Deno.writeTextFileSync(task.scratch + "/go", "");\nwhile',
    )));
    const folder = join(project.root, "private/0");
    for await (const _ of started.messages) {
      // As native code in the process could. Deno itself does not write at the end.
      await new Deno.Command("sh", {
        args: ["-c", spoil, "sh", auditFile({ folder })],
      }).output();
      while (!exists(join(folder, "scratch/go"))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      Deno.writeTextFileSync(join(folder, "scratch/go"), "go");
    }
    const ended = await started.ended;
    equal(ended.kind === "failed" && ended.failure.kind, "audit-broken");
  });
}
