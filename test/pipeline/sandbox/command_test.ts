import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync } from "node:fs";
import {
  type Confinement,
  logFile,
} from "../../../pipeline/sandbox/confinement.ts";
import { programFacts } from "../../../pipeline/sandbox/program/facts.ts";
import { start } from "../../../pipeline/sandbox/start.ts";
import { probeWall } from "../../../pipeline/sandbox/wall/wall.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";
import { walls } from "./walls.ts";
import { statistics } from "./example/stage.ts";
import { checkout, expect, failureOf, Project } from "./project.ts";
import { skip } from "../../rig/skip.ts";

const stat = StatCache.open("/nonexistent/stat");
const { runs, params } = statistics.at({ column: "loss" }, {}, {});
const python = hasPython();

function hasPython(): boolean {
  const result = programFacts({ kind: "command", command: ["python3"] }, stat);
  if (!result.ok) skip("Python commands", "python3 is not installed");
  return result.ok;
}

/** A shell command in a project. */
function shell(
  project: Project,
  script: string,
  differing: Partial<Confinement> = {},
): Confinement {
  return {
    ...project.stage("", differing),
    runs: { kind: "command", command: ["sh", "-c", script] },
  };
}

Deno.test({
  name: "a Python program is a stage like any other",
  ignore: !python,
  fn: async () => {
    await using project = await Project.make();
    const tables = ["loss\n1\n3\n", "loss\n2\n2\n2\n"].map((text, index) => ({
      point: { seed: index },
      path: project.write(`tables/${index}`, text),
    }));
    const ran = await project.run({
      ...project.stage("", {
        params: params ?? {},
        inputs: { tables },
        outputs: { result: "statistics.json" },
      }),
      root: checkout,
      runs,
      code: [`${checkout}/test/pipeline/sandbox/example/statistics.py`],
    });
    equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
    deepEqual(JSON.parse(ran.text("result")), {
      "table 1": { mean: 2, spread: 1 },
      "table 2": { mean: 2, spread: 0 },
    });
    deepEqual(ran.messages.map((message) => message.kind), [
      "progress",
      "progress",
    ]);
    equal(ran.log, "");
  },
});

Deno.test({
  name:
    "programFacts() holds the interpreter's version, or the program's bytes",
  ignore: !python,
  fn: () => {
    if (runs.kind !== "command") throw new Error("not a command");
    const version = expect(programFacts(runs, stat)).facts["program python3"];
    match(String(version), /^Python 3\.\d+/);
    const { version: _, ...silent } = runs;
    match(
      String(expect(programFacts(silent, stat)).facts["program python3"]),
      /^[0-9a-f]{64}$/,
    );
  },
});

Deno.test("programFacts() names a program that is not installed, and a version that it will not tell", () => {
  const missing = programFacts({
    kind: "command",
    command: ["no-such-program"],
  }, stat);
  if (missing.ok) throw new Error("found");
  equal(missing.failure.kind, "missing-program");
  match(missing.failure.what, /Cannot find the program "no-such-program"/);
  match(missing.failure.seen ?? "", /^PATH: /);
  const silent = programFacts({
    kind: "command",
    command: ["sh"],
    version: ["false"],
  }, stat);
  if (silent.ok) throw new Error("told");
  equal(silent.failure.what, "Cannot learn the version of sh");
});

const privileged = Deno.uid() !== 0 || existsSync("/usr/bin/setpriv");
if (!privileged) skip("a folder that hides programs", "no setpriv");

Deno.test({
  name:
    "programFacts() passes over a folder on PATH that hides what is in it, and sees when it hides no more",
  ignore: !privileged,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const hidden = `${folder}/hidden`;
    await Deno.mkdir(`${hidden}/bin`, { recursive: true });
    // Nor may it be followed there.
    await Deno.mkdir(`${folder}/links`);
    await Deno.symlink(`${hidden}/bin/sh`, `${folder}/links/sh`);
    const python = `${folder}/venv/bin/python3`;
    const packages = `${folder}/venv/lib/python3.99/site-packages`;
    const own = `${packages}/own-1.dist-info`;
    await Deno.mkdir(`${folder}/venv/bin`, { recursive: true });
    await Deno.writeTextFile(python, "#!/bin/sh\n", { mode: 0o755 });
    await Deno.mkdir(own, { recursive: true });
    await Deno.chmod(own, 0);
    if (Deno.uid() === 0) {
      await Deno.chown(own, 1, 1);
      await Deno.chown(hidden, 65534, 65534);
    }
    await Deno.chmod(folder, 0o777);
    await Deno.chmod(hidden, 0);
    const args = [
      ...[Deno.execPath(), "run", "--no-check", "--allow-all", "--no-lock"],
      ...["--node-modules-dir=manual", `--config=${checkout}/deno.json`],
      ...[`${import.meta.dirname}/hidden.ts`, hidden, python],
    ];
    const [program = "", ...rest] = Deno.uid() === 0
      ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...args]
      : args;
    const { stdout, stderr } = await new Deno.Command(program, {
      args: rest,
      env: {
        PATH: `${hidden}/bin:${folder}/links:/usr/bin:/bin`,
        HOME: folder,
        DENO_DIR: `${folder}/deno`,
      },
    }).output();
    await Deno.chmod(hidden, 0o755);
    await Deno.chmod(own, 0o755);
    await Deno.remove(folder, { recursive: true });
    const decoder = new TextDecoder();
    equal(decoder.decode(stderr), "");
    deepEqual(JSON.parse(decoder.decode(stdout)), {
      facts: { "program sh": "1" },
      packages: 2,
      noticed: true,
    });
  },
});

Deno.test("a command gets its words as they are, with placeholders replaced", async () => {
  await using project = await Project.make();
  const input = project.write("in put's", "content");
  const ran = await project.run({
    ...project.stage("", {
      params: { text: "a b'c", number: 0.1, list: [1, "x"] },
      inputs: {
        one: input,
        many: [{ point: {}, path: input }, { point: {}, path: "/b" }],
      },
      outputs: { result: "result.txt" },
    }),
    runs: {
      kind: "command",
      command: [
        "sh",
        "-c",
        'for word; do echo "$word"; done >"$0"; cat "$2" >>"$0"',
        "{output result}",
        "--x={param number}",
        "{input one}",
        "{input many}",
        "{param text}{param list}",
        "{unknown thing} {}",
      ],
    },
  });
  equal(ran.ended.kind, "done", ran.log);
  equal(
    ran.text("result"),
    [
      "--x=0.1",
      input,
      input,
      "/b",
      `a b'c[1,"x"]`,
      "{unknown thing} {}",
      "content",
    ].join("\n"),
  );
});

Deno.test("a command with an unknown placeholder does not start, and the nearest name is offered", async () => {
  await using project = await Project.make();
  const confinement: Confinement = {
    ...project.stage("", { outputs: { result: "result.txt" } }),
    runs: { kind: "command", command: ["sh", "{output resutl}"] },
  };
  const started = start(confinement, new AbortController().signal);
  if (started.ok) throw new Error("started");
  equal(started.failure.kind, "unknown-placeholder");
  equal(started.failure.hint, "did you mean {output result}?");
});

for (const wall of [probeWall(), "none"] as const) {
  Deno.test(`with the wall ${wall}, a command has a fixed environment, its own home and an empty folder`, async () => {
    await using project = await Project.make();
    Deno.env.set("SANDBOX_SECRET", "secret");
    const confinement = shell(
      project,
      "env | sort; pwd; ls -A; readlink /proc/self/fd/0",
      {
        permissions: { env: { DECLARED: "yes" } },
      },
    );
    const { log } = await project.run(confinement, wall);
    Deno.env.delete("SANDBOX_SECRET");
    const scratch = `${confinement.folder}/scratch`;
    equal(
      log,
      [
        "DECLARED=yes",
        `FACSIMILE_TASK=${confinement.folder}/task.json`,
        `HOME=${scratch}`,
        "LANG=C",
        "LC_ALL=C",
        "MKL_NUM_THREADS=1",
        "NO_COLOR=1",
        "NUMEXPR_NUM_THREADS=1",
        "OMP_NUM_THREADS=1",
        "OPENBLAS_NUM_THREADS=1",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        `PWD=${scratch}`,
        "PYTHONDONTWRITEBYTECODE=1",
        "PYTHONHASHSEED=0",
        "SOURCE_DATE_EPOCH=946684800",
        `TMPDIR=${scratch}`,
        "TZ=UTC",
        "VECLIB_MAXIMUM_THREADS=1",
        scratch,
        "/dev/null",
        "",
      ].join("\n"),
    );
  });
}

Deno.test("a command too long to be started has a log, and the reason", async () => {
  await using project = await Project.make();
  const long = {
    ...project.stage(""),
    runs: { kind: "command", command: ["true", "x".repeat(200_000)] },
  } as const;
  const refused = start(long, new AbortController().signal, "none");
  if (refused.ok) throw new Error("started");
  equal(refused.failure.kind, "too-many-paths");
  // Opened before the process: one that is quick cannot put a link in its place.
  equal(Deno.readTextFileSync(logFile(long)), "");
});

Deno.test("a command that fails says so with its last words", async () => {
  await using project = await Project.make();
  const ran = await project.run(
    shell(project, "echo working; echo 'no such column: loss' >&2; exit 3"),
  );
  const failure = failureOf(ran);
  equal(failure.what, "probe stopped with exit code 3");
  equal(failure.seen, "no such column: loss");
});

Deno.test("a command that writes a link instead of a file has no output", async () => {
  await using project = await Project.make();
  const ran = await project.run(
    shell(project, `ln -s /etc/passwd ../output/result.txt`, {
      outputs: { result: "result.txt" },
    }),
  );
  equal(failureOf(ran).kind, "output-missing");
  match(failureOf(ran).seen ?? "", /result\.txt \(not a regular file\)/);
});

for (const wall of walls) {
  Deno.test(`behind ${wall}, a command sees nothing of /usr/local but what its own program is`, async () => {
    await using project = await Project.make();
    const shown = async (script: string) =>
      (await project.run({
        ...shell(project, `${script} > "$0"`, { outputs: { o: "o" } }),
        runs: {
          kind: "command",
          command: ["sh", "-c", `${script} > "$0" || true`, "{output o}"],
        },
      }, wall)).text("o");
    equal(await shown("ls /usr/local 2>/dev/null"), "");
    match(await shown("ls /usr/bin"), /^sh$/m);
  });
}
