/**
 * Stages in Python that experiment.toml alone declares, beside the shipped stages: from
 * their environment to a reviewer who makes all of it again.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../rig/skip.ts";
import { mirror } from "../stages/download/mirror.ts";
import { Copy } from "./copy.ts";

const examples = new URL("../../examples/classify/", import.meta.url).pathname;

/** Whether pip can have what a lock names; says so on the console if not. */
function obtainable(lock: string): boolean {
  const folder = Deno.makeTempDirSync({ prefix: "pip-" });
  try {
    const run = (program: string, ...args: string[]) => {
      const { success, stderr } = new Deno.Command(program, {
        args,
        env: { PIP_RETRIES: "0" },
        stdout: "null",
      }).outputSync();
      return success ? undefined : new TextDecoder().decode(stderr).trim();
    };
    const wrong = run("python3", "-m", "venv", folder) ??
      run(
        join(folder, "bin/python"),
        ...["-m", "pip", "install", "--dry-run", "--no-deps"],
        ...["--require-hashes", "--quiet", "-r", lock],
      );
    if (wrong === undefined) return true;
    skip("a classifier of scikit-learn", wrong.split("\n").at(-1) ?? "");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    skip("stages in Python", "there is no python3");
  } finally {
    rmSync(folder, { recursive: true });
  }
  return false;
}

/** Seconds of work, and the example behind it, with claims that so little can bear. */
function shrink(toml: string, classified: boolean): string {
  const claims = toml.indexOf("[[claims]]");
  const rest = toml.indexOf("[sandbox]");
  const [, stage = ""] = readFileSync(join(examples, "classify.toml"), "utf8")
    .match(/^(\n\[stage\.classify\][^]*?)\n\[\[claims\]\]/) ?? [];
  ok(stage !== "");
  const replaced: [was: RegExp, now: string][] = [
    [/^epochs = 10$/m, "epochs = 1"],
    [/^images = "all"$/m, "images = 640"],
    [/^validation = 5000$/m, "validation = 500"],
    [/^images = 2000$/m, "images = 20"],
    [/^engine = "auto"$/m, 'engine = "portable"'],
    [/^"training.learning_rate" = .*$/m, '"training.learning_rate" = [0.01]'],
    // Of README, whose numbers are of the whole experiment.
    [/^numbers = \[[^]*?\n\]$/m, `numbers = [${NUMBERS(classified)}]`],
  ];
  return replaced.reduce((text, [was, now]) => {
    match(text, was);
    return text.replace(was, now);
  }, toml.slice(0, claims) + toml.slice(rest)) +
    (classified ? stage + CLASSIFIED : "") + BRIGHTNESS;
}

const NUMBERS = (classified: boolean) =>
  `{ value = "brightness.true(lr=0.01)", name = "brightness" }${
    classified
      ? ', { value = "classify.unreconstructed(lr=0.01)", name = "accuracy", digits = 2 }'
      : ""
  }`;

const CLASSIFIED = `
[[claims]]
id = "read"
sentence = "Digits are read."
where = "nowhere"
holds = "classify.unreconstructed(lr=0.01) > 0.8 and final(classify.learnt(lr=0.01)) > first(classify.learnt(lr=0.01))"
`;

const BRIGHTNESS = `
[stage.brightness]
run = "python3 stages/brightness.py"
code = ["stages/facsimile.py"]
axes = "train"
inputs = { true = "prepare.test-images", made = "reconstruct.reconstructions" }
params = { parts = 4 }
resume = "parts"
metrics = "brightness.json"

[[claims]]
id = "bright"
sentence = "A digit is mostly black."
where = "nowhere"
holds = "brightness.true(lr=0.01) in 0.1..0.2"
`;

/** Of Python's own library alone; it stops once, as if it were killed. */
const SCRIPT = `
import json
import facsimile

sums, done = {"true": 0, "made": 0}, 0
bytes = {name: open(facsimile.input(name), "rb").read() for name in sums}
if facsimile.checkpoint:
    done = facsimile.checkpoint["position"]
    with open(facsimile.checkpoint["path"]) as file:
        sums = json.load(file)
parts = facsimile.params["parts"]
for done in range(done + 1, parts + 1):
    for name, values in bytes.items():
        size = len(values) // parts
        sums[name] += sum(values[(done - 1) * size:done * size])
    facsimile.progress(done, parts, "parts", bright=sums["true"])
    state = facsimile.scratch + "/state"
    with open(state, "w") as file:
        json.dump(sums, file)
    facsimile.keep(done, state)
facsimile.metrics({
    name: {"value": sums[name] / (255 * len(bytes[name])), "unit": "of 1"} for name in sums
})
`;

Deno.test(
  {
    name:
      "Python stages of the configuration alone are measured, claimed, quoted, archived, and made again at level 5",
    ignore: mirror === undefined,
    async fn(t) {
      const classified = obtainable(join(examples, "requirements.txt"));
      using copy = new Copy("paper", {
        DATASET_MIRROR: mirror!, // not ignored
        PIP_RETRIES: "0",
      });
      const write = (name: string, text: string) =>
        writeFileSync(copy.path(name), text);
      write("LICENSE", "Do what you like.\n");
      write("stages/brightness.py", SCRIPT);
      write(
        "stages/facsimile.py",
        copy.read("pipeline/stage/facsimile.py"),
      );
      write(
        "experiment.toml",
        shrink(copy.read("experiment.toml"), classified),
      );
      const done = async (...args: string[]) => {
        const { code, out, err } = await copy.task(...args);
        equal(code, 0, `${args.join(" ")}: ${out}${err}`);
        return out;
      };
      await done("reproduce");

      const metrics = JSON.parse(copy.read("artifacts/metrics.json"));
      const kinds = { "brightness.made": "of 1", "brightness.true": "of 1" };
      for (const [name, unit] of Object.entries(kinds)) {
        equal(metrics.kinds[name].unit, unit);
      }
      const { values } = metrics.measured.brightness["lr-0.01-seed-1"];
      const tex = copy.read("artifacts/numbers.tex");
      ok(
        tex.includes(
          `\\brightness}{\\ensuremath{${values.true.toPrecision(3)}}}`,
        ),
      );
      const verdicts = JSON.parse(copy.read("artifacts/claims.json"));
      deepEqual(
        verdicts.map(({ id, verdict }: { id: string; verdict: string }) =>
          `${id} ${verdict}`
        ),
        [...classified ? ["read holds"] : [], "bright holds"],
      );
      if (classified) {
        const { accuracy, learnt } =
          metrics.measured.classify["lr-0.01-seed-1"].values;
        equal(learnt.length, 10);
        ok(accuracy > 0 && accuracy < 1);
        deepEqual(metrics.kinds["classify.accuracy"], {
          unit: "of 1",
          better: "more",
        });
        match(tex, /\\accuracy\}\{\\ensuremath\{0\.\d\d\}\}/);
      }

      await t.step(
        "with more of what it goes along, each goes on",
        async () => {
          const more = await done(
            ...["reproduce", "brightness", "--json"],
            ...["--set", "stage.brightness.params.parts=8"],
            ...classified
              ? ["classify", "--set", "stage.classify.params.passes=11"]
              : [],
          );
          const first = more.split("\n").filter((line) => line !== "")
            .map((line) => JSON.parse(line))
            .filter(({ kind }) => kind === "progress")
            .map(({ instance, progress }) => `${instance} ${progress.done}`);
          ok(first[0]?.startsWith("brightness[lr=0.01,seed=1] 5"), `${first}`);
          if (classified) {
            const passes = first.filter((line) => line.startsWith("classify"));
            deepEqual(passes, ["classify[lr=0.01,seed=1] 11"]);
          }
        },
      );

      await done("reproduce");
      await done("publish");
      await done("archive");
      const verified = await done(
        ...["verify", "facsimile-1.0.0.zip", "--level", "5", "--run"],
      );
      match(verified, /^level 5 .* identical, made again/m);
    },
  },
);

Deno.test("the helper of the example is the engine's own", () => {
  equal(
    readFileSync(join(examples, "facsimile.py"), "utf8"),
    readFileSync(
      new URL("../../pipeline/stage/facsimile.py", import.meta.url),
      "utf8",
    ),
  );
});
