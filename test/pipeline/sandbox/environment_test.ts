/**
 * Environments of commands, with a real Python, a real pip and a package that is
 * made here: its index is a folder.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findWaste, removeWaste } from "../../../pipeline/history/garbage.ts";
import {
  lockFacts,
  lockProblem,
} from "../../../pipeline/sandbox/program/environment.ts";
import { provide } from "../../../pipeline/sandbox/program/provide.ts";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import type { Failure } from "../../../pipeline/failure.ts";
import { skip } from "../../rig/skip.ts";
import { Study } from "../../rig/study.ts";

const PYTHON = "/usr/bin/python3";

const works = (() => {
  try {
    return new Deno.Command(PYTHON, { args: ["-c", "import ensurepip, venv"] })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
})();
if (!works) {
  skip("environments of Python stages", "/usr/bin/python3 has no venv");
}

/** What this Python says of itself, which is a fact. */
const VERSION = works
  ? new TextDecoder().decode(
    new Deno.Command(PYTHON, { args: ["--version"] }).outputSync().stdout,
  ).trim()
  : "";

const HELPER = readFileSync(
  new URL("../../../pipeline/stage/facsimile.py", import.meta.url),
  "utf8",
);

/** A folder with a wheel of a package `tally` of this version, and its line in a lock. */
async function wheel(folder: string, version: string): Promise<string> {
  const info = `tally-${version}.dist-info`;
  const files = {
    "tally.py": `VERSION = "${version}"\n`,
    [`${info}/METADATA`]:
      `Metadata-Version: 2.1\nName: tally\nVersion: ${version}\n`,
    [`${info}/WHEEL`]:
      "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]:
      `tally.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  };
  mkdirSync(folder, { recursive: true });
  const name = `tally-${version}-py3-none-any.whl`;
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name, text in json.loads(sys.argv[2]).items():
        archive.writestr(zipfile.ZipInfo(name), text)`;
  const { success } = await new Deno.Command(PYTHON, {
    args: ["-c", script, join(folder, name), JSON.stringify(files)],
  }).output();
  ok(success);
  const digest = createHash("sha256").update(readFileSync(join(folder, name)))
    .digest("hex");
  return `tally==${version} --hash=sha256:${digest}\n`;
}

/** A study with one stage in Python, whose packages come from a folder. */
async function python(
  script: string,
  lock?: (index: string) => Promise<string>,
) {
  const study = await Study.start("study");
  const index = join(study.root, "index");
  if (lock) study.write("requirements.txt", await lock(index));
  study.write("stages/facsimile.py", HELPER);
  study.write("stages/count.py", script);
  study.stage("count", {
    outputs: ["out"],
    params: { factor: 3 },
    more: {
      runs: {
        kind: "command",
        command: [PYTHON, "stages/count.py"],
        code: ["stages/count.py", "stages/facsimile.py"],
        version: [PYTHON, "--version"],
        ...(lock && { environment: { lock: "requirements.txt" } }),
      },
    },
  });
  return { study, index };
}

/** Runs with pip's settings of a machine that has only this index. */
async function run(study: Study, index: string) {
  const before = { ...Deno.env.toObject() };
  Deno.env.set("PIP_NO_INDEX", "1");
  Deno.env.set("PIP_FIND_LINKS", index);
  Deno.env.set("PIP_CONFIG_FILE", "/dev/null");
  try {
    return await study.run();
  } finally {
    for (const name of ["PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_CONFIG_FILE"]) {
      if (before[name] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[name]);
    }
  }
}

function failure(study: Study): Failure {
  const end = study.events.find((event) =>
    event.kind === "ended" && event.outcome.kind === "failed"
  );
  ok(end?.kind === "ended" && end.outcome.kind === "failed");
  return end.outcome.failure;
}

function result(study: Study): string {
  const [, record] = latest(study);
  return readFileSync(
    join(study.root, ".store/objects", record.outputs.out.digest),
    "utf8",
  );
}

function latest(study: Study) {
  const folder = join(study.root, ".store/records/count");
  const all = readdirSync(folder).map((name) =>
    JSON.parse(readFileSync(join(folder, name), "utf8"))
  ).toSorted((a, b) => a.made < b.made ? -1 : 1);
  return [all.length, all.at(-1)] as const;
}

const COUNT = `
import os
import facsimile, tally
facsimile.progress(1, 2, "steps", loss=float("nan"))
facsimile.remark("counted")
with open(facsimile.output("out"), "w") as file:
    print(tally.VERSION, facsimile.params["factor"], os.environ["OMP_NUM_THREADS"], file=file)
`;

Deno.test({
  name:
    "a Python stage has the packages of its lock, built once; another lock runs it again",
  ignore: !works,
  async fn() {
    const { study, index } = await python(
      COUNT,
      (index) => wheel(index, "1.0"),
    );
    await using _ = study;
    const ended = await run(study, index);
    if (ended.count === "failed") {
      throw new Error(JSON.stringify(failure(study)));
    }
    deepEqual(ended, { count: "built" });
    equal(result(study), "1.0 3 1\n");
    match(study.story, /! count {2}counted/);
    const progress = study.events.filter(({ kind }) => kind === "progress");
    deepEqual(
      progress.map((event) =>
        event.kind === "progress" ? event.progress.unit : ""
      ),
      ["environments of requirements.txt", "steps"],
    );
    deepEqual(await run(study, index), { count: "reused" });
    // The script changes, the environment stays: nobody builds it again.
    study.write("stages/count.py", COUNT + "# again\n");
    deepEqual(await run(study, "/nowhere"), { count: "built" });
    study.write("requirements.txt", await wheel(index, "2.0"));
    deepEqual(await run(study, index), { count: "built" });
    equal(result(study), "2.0 3 1\n");
    match(study.story, /requirements\.txt/);
    const built = join(study.root, ".store/environments");
    equal(readdirSync(built).length, 2);
    // Of the last run's record alone the environment stays.
    const { world } = await study.open();
    const waste = (runs: number) =>
      findWaste(world.store, runs, {
        fingerprints: [],
        objects: [],
        run: undefined,
      }).filter(({ kind }) => kind === "environment");
    equal(waste(10).length, 0);
    const [former, ...more] = waste(1);
    deepEqual(more, []);
    removeWaste([former!]);
    deepEqual(await run(study, "/nowhere"), { count: "reused" });
    study.write("stages/count.py", COUNT + "# once more\n");
    deepEqual(await run(study, "/nowhere"), { count: "built" });
  },
});

Deno.test({
  name:
    "packages that are installed for all are out of reach of an environment",
  ignore: !works,
  async fn() {
    const { study, index } = await python(
      `
import sys, facsimile
import os
seen = []
for folder in ["/usr/lib/python3/dist-packages", "/usr/local/lib/python3.11/dist-packages"]:
    for top, folders, files in os.walk(folder):
        for name in files[:20]:
            # Debian links to libraries of the system, which every program may read.
            if os.path.islink(os.path.join(top, name)):
                continue
            try:
                with open(os.path.join(top, name), "rb"):
                    seen.append(name)
            except OSError:
                pass
with open(facsimile.output("out"), "w") as file:
    file.write(repr(seen))
`,
      (index) => wheel(index, "1.0"),
    );
    await using _ = study;
    deepEqual(await run(study, index), { count: "built" });
    equal(result(study), "[]");
  },
});

Deno.test({
  name: "a lock that cannot be had, or is none, is refused with what to do",
  ignore: !works,
  async fn(t) {
    await t.step("a package that the index lacks", async () => {
      const { study, index } = await python(
        COUNT,
        async (index) =>
          (await wheel(index, "1.0")).replace("tally==1.0", "tally==9.0"),
      );
      await using _ = study;
      deepEqual(await run(study, index), { count: "failed" });
      deepEqual(failure(study), {
        kind: "environment-build",
        what: `Cannot build the environment of ${PYTHON} stages/count.py`,
        seen: `pip finds no tally==9.0 for ${VERSION}; there are 1.0`,
        hint: "correct its version in requirements.txt",
      });
      deepEqual(readdirSync(join(study.root, ".store/environments")), []);
    });
    await t.step("a digest that is another", async () => {
      const { study, index } = await python(
        COUNT,
        async (index) =>
          (await wheel(index, "1.0")).replace(/[0-9a-f]{64}/, "0".repeat(64)),
      );
      await using _ = study;
      deepEqual(await run(study, index), { count: "failed" });
      const { seen, hint } = failure(study);
      match(
        seen ?? "",
        /^tally==1\.0 has here the digest [0-9a-f]{12}…, and requirements\.txt none like it$/,
      );
      equal(
        hint,
        `lock it for ${VERSION}: pip-compile --generate-hashes, since a package's files differ by system and Python; or somebody changed the package`,
      );
    });
    await t.step(
      "a package that this Python has in no version, asked for once for many instances",
      async () => {
        const { study, index } = await python(
          COUNT,
          (index) => wheel(index, "1.0"),
        );
        await using _ = study;
        study.write(
          "requirements.txt",
          `other==1.0 --hash=sha256:${"0".repeat(64)}\n`,
        );
        study.stage("count", {
          matrix: { size: [1, 2, 3] },
          outputs: ["out"],
          more: {
            runs: {
              kind: "command",
              command: [PYTHON, "stages/count.py"],
              version: [PYTHON, "--version"],
              environment: { lock: "requirements.txt" },
            },
          },
        });
        deepEqual(await run(study, index), {
          "count[size=1]": "failed",
          "count[size=2]": "failed",
          "count[size=3]": "failed",
        });
        const built = study.events.filter(({ kind }) => kind === "progress");
        equal(built.length, 1);
        const { seen, hint } = failure(study);
        equal(
          seen,
          `pip finds no other==1.0 for ${VERSION}, nor any other version`,
        );
        equal(
          hint,
          `look whether the index of packages can be reached (PIP_INDEX_URL names another one); else lock it for ${VERSION}: pip-compile --generate-hashes`,
        );
      },
    );
    await t.step("a lock that was edited since the plan", async () => {
      const { study } = await python(COUNT, (index) => wheel(index, "1.0"));
      await using _ = study;
      const runs = {
        kind: "command",
        command: [PYTHON, "stages/count.py"],
        environment: { lock: "requirements.txt" },
      } as const;
      const store = join(study.root, ".store");
      const built = await provide({
        runs,
        facts: {
          command: [...runs.command],
          ...lockFacts(runs.environment, digestBytes("another")),
        },
        root: study.root,
        store,
        signal: new AbortController().signal,
        building: () => {},
      });
      ok(!built.ok);
      equal(
        built.failure.seen,
        "requirements.txt was edited since the run began",
      );
      deepEqual(readdirSync(join(store, "environments")), []);
    });
    await t.step("a package without a digest", () => {
      equal(
        lockProblem("r.txt", "-r other.txt\n")?.seen,
        '"-r other.txt" leads to another file, which no digest holds',
      );
      deepEqual(lockProblem("r.txt", "numpy==2.0\n"), {
        seen: '"numpy==2.0" has no --hash=sha256:…',
        hint:
          "lock it: python3 -m pip install pip-tools, then pip-compile --generate-hashes -o r.txt requirements.in",
      });
      equal(
        lockProblem("r.txt", "numpy\n")?.seen,
        '"numpy" has no version',
      );
      equal(
        lockProblem(
          "r.txt",
          `# a comment\n--only-binary :all:\nnumpy==2.0 \\\n    --hash=sha256:${
            "a".repeat(64)
          } \\\n    --hash=sha256:${"b".repeat(64)}\n    # via x\n`,
        ),
        undefined,
      );
    });
  },
});

Deno.test({
  name:
    "a Python's error is told with its place, and with the line that is missing",
  ignore: !works,
  async fn() {
    const said = async (
      script: string,
      also: { [path: string]: string } = {},
    ) => {
      const { study } = await python(script);
      await using _ = study;
      for (const [path, text] of Object.entries(also)) study.write(path, text);
      deepEqual(await study.run(), { count: "failed" });
      const { what, seen, hint } = failure(study);
      return [what, seen, hint].join("\n").replaceAll(study.root, "ROOT");
    };
    equal(
      await said("x = 1\nraise ValueError('odd')\n"),
      "count stopped with exit code 1\nValueError: odd (stages/count.py:2)\n",
    );
    equal(
      await said("import facsimile\n\nfacsimile.input('rows')\n"),
      "count stopped with exit code 1\n" +
        `KeyError: "no 'rows' among the inputs: none" (stages/count.py:3)\n`,
    );
    equal(
      await said(""),
      'count did not write its output "out"\nout expected; found: nothing\n' +
        'write it to the path that {output out} in the command stands for, and facsimile.output("out") in Python',
    );
    equal(
      await said("import sklearn9\n"),
      "count stopped with exit code 1\n" +
        "ModuleNotFoundError: No module named 'sklearn9' (stages/count.py:1)\n" +
        'give the stage an environment that has sklearn9: environment = { lock = "requirements.txt" }',
    );
    equal(
      await said(
        "import facsimile\nfacsimile.fail('Cannot count', 'no sheep', 'buy one')\n",
      ),
      "Cannot count\nno sheep\nbuy one",
    );
    const behind = await said("import near\n", { "stages/near.py": "" });
    ok(
      behind.endsWith('add "stages/near.py" to the stage\'s code'),
      behind,
    );
    const file = await said(
      "import os\nopen(os.path.join(os.path.dirname(__file__), '../data.csv'))\n",
      { "data.csv": "1" },
    );
    ok(
      file.endsWith(
        'declare it as an input: { file = "data.csv" }, and take its path from there',
      ),
      file,
    );
  },
});

Deno.test("an environment that a script of the project builds is another one when the script is", async () => {
  await using study = await Study.start("study");
  const build = (words: string) =>
    study.write(
      "stages/build.sh",
      `mkdir -p "$2/bin"\nprintf '#!/bin/sh\\necho ${words} "%s"\\n' "$(cat "$1")" > "$2/bin/said"\nchmod +x "$2/bin/said"\n`,
    );
  build("first");
  study.write("said.lock", "1.0");
  study.write("stages/count.sh", 'said > "$1"\n');
  study.stage("count", {
    outputs: ["out"],
    more: {
      runs: {
        kind: "command",
        command: ["/bin/sh", "stages/count.sh", "{output out}"],
        code: ["stages/count.sh"],
        environment: {
          lock: "said.lock",
          build: ["/bin/sh", "stages/build.sh", "{lock}", "{folder}"],
        },
      },
    },
  });
  deepEqual(await study.run(), { count: "built" });
  equal(result(study), "first 1.0\n");
  deepEqual(await study.run(), { count: "reused" });
  build("second");
  deepEqual(await study.run(), { count: "built" });
  equal(result(study), "second 1.0\n");
  match(
    study.story,
    /→ count {2}builder of the environment stages\/build\.sh changed/,
  );
});
