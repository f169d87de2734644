/** Stages that a configuration declares, in words alone. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { readConfig } from "../../../pipeline/config/config.ts";
import { declaredStages, stagesSchema } from "../../../pipeline/stage/table.ts";
import type { Stage } from "../../../pipeline/stage/declaration.ts";
import { message } from "../config/message.ts";
import { Study } from "../../rig/study.ts";

const fit: Stage<null> = {
  name: "fit",
  title: "fit",
  matrix: () => [{ size: 1 }, { size: 2, seed: 3 }],
  at: () => ({
    runs: { kind: "module", module: "stages/fit.ts" },
    outputs: { model: { file: "model" } },
  }),
};

/** What a table declares, at its first point. */
function declared(table: unknown) {
  const [stage] = declaredStages(
    v.parse(stagesSchema, { score: table }),
    [fit],
  );
  const matrix = stage!.matrix!(null);
  return { matrix, ...stage!.at(null, { size: 2, seed: 3 }, {}) };
}

Deno.test("a table [stage.NAME] declares what a stage in TypeScript does", () => {
  deepEqual(
    declared({
      run: "python3 stages/score.py --fast {input model}",
      code: ["stages/near.py"],
      environment: "requirements.txt",
      inputs: {
        model: "fit.model",
        all: { every: "fit.model" },
        table: { file: "data.csv" },
      },
      outputs: {
        plot: { file: "plot.png", artifact: "plots/{point}.png" },
        text: "text.txt",
      },
      metrics: "score.json",
      axes: "fit",
      params: { depth: 3 },
      resume: "depth",
      resources: { cpus: 2 },
      tolerance: 0.1,
    }),
    {
      matrix: [{ size: 1 }, { size: 2, seed: 3 }],
      runs: {
        kind: "command",
        command: ["python3", "stages/score.py", "--fast", "{input model}"],
        code: ["stages/score.py", "stages/near.py"],
        version: ["python3", "--version"],
        environment: { lock: "requirements.txt" },
      },
      params: { depth: 3 },
      inputs: {
        model: { kind: "output", stage: "fit", output: "model" },
        all: { kind: "every", stage: "fit", output: "model" },
        table: { kind: "file", path: "data.csv" },
      },
      outputs: {
        plot: {
          file: "plot.png",
          artifact: "plots/size-2-seed-3.png",
          determinism: { kind: "numeric", tolerance: 0.1 },
        },
        text: {
          file: "text.txt",
          determinism: { kind: "numeric", tolerance: 0.1 },
        },
        metrics: {
          file: "score.json",
          artifact: "metrics/score-size-2-seed-3.json",
          determinism: { kind: "numeric", tolerance: 0.1 },
        },
      },
      permissions: { net: [] },
      resources: { cpus: 2 },
      resume: { along: "depth" },
    },
  );
});

Deno.test("in which order tables say something changes nothing", () => {
  const table = {
    run: "sh a.sh",
    inputs: { b: "fit.model", a: "fit.model" },
    outputs: { y: "y", x: "x" },
    axes: { size: [2, 1], depth: [1] },
  };
  const { matrix, inputs, outputs } = declared(table);
  deepEqual(Object.keys(matrix), ["depth", "size"]);
  deepEqual(Object.keys(inputs!), ["a", "b"]);
  deepEqual(Object.keys(outputs), ["x", "y"]);
  const stages = v.parse(stagesSchema, { b: table, a: table });
  deepEqual(declaredStages(stages, [fit]).map(({ name }) => name), ["a", "b"]);
});

Deno.test("a table of axes is a matrix, and a stage without any runs once", () => {
  const base = { run: ["sh", "a.sh"], outputs: { out: "out" } };
  deepEqual(declared({ ...base, axes: { size: [1, 2] } }).matrix, {
    size: [1, 2],
  });
  deepEqual(declared(base).matrix, {});
  // To share the axes of a stage that there is not is to link to it.
  deepEqual(declared({ ...base, axes: "fti" }).inputs, {
    axes: { kind: "output", stage: "fti", output: "axes" },
  });
});

Deno.test("a table [stage.NAME] that is wrong is refused at its key", () => {
  const said = (text: string) =>
    message(readConfig({
      path: "/study/experiment.toml",
      text,
      schema: v.strictObject({ stage: stagesSchema }),
    }));
  equal(
    said(
      '[stage.score]\nrun = "sh a.sh"\nmetric = "m.json"\noutputs.out = "out"\n',
    ),
    `Cannot use experiment.toml: stage.score.metric is not a setting
experiment.toml:3:1: stage.score has title, run, code, environment, version, inputs, outputs, metrics, axes, params, resources, net, resume, tolerance
hint: did you mean "metrics"?`,
  );
  equal(
    said('[stage.score]\nrun = "sh a.sh"\noutputs.out = { file = "../out" }\n'),
    `Cannot use experiment.toml: stage.score.outputs.out.file is "../out"
experiment.toml:3:17: allowed is a path inside of the project`,
  );
  equal(
    said(
      '[stage.score]\nrun = "sh a.sh"\noutputs.out = { file = "out", mode = 1 }\n',
    ),
    `Cannot use experiment.toml: stage.score.outputs.out is a table
experiment.toml:3:1: allowed is a file's name, or { file = "plot.png", artifact = "plots/plot.png" }`,
  );
  equal(
    said('[stage.score]\nrun = "sh a.sh"\n'),
    `Cannot use experiment.toml: stage.score is wrong
experiment.toml:1:1: a stage with at least one output, or metrics`,
  );
  equal(
    said('[stage.Score]\nrun = "sh a.sh"\nmetrics = "m.json"\n'),
    `Cannot use experiment.toml: stage.Score is wrong
experiment.toml:1:1: a stage is named by lower case letters, digits and hyphens`,
  );
  equal(
    said(
      '[stage.score]\nrun = "sh a.sh"\nmetrics = "m.json"\naxes = { size = [1], "Size x" = [1] }\n',
    ),
    `Cannot use experiment.toml: stage.score.axes.Size x is wrong
experiment.toml:4:22: an axis is named by lower case letters, digits and underscores`,
  );
  const resume = (params: string) =>
    said(
      `[stage.score]\nrun = "sh a.sh"\nmetrics = "m.json"\nresume = "rounds"\n${params}`,
    ).split("\n")[1];
  equal(
    resume('params = { round = 3, mode = "a" }\n'),
    'experiment.toml:4:1: the name of a number among params, along which checkpoints go; did you mean "round"?',
  );
  equal(
    resume('params = { rounds = "all" }\n'),
    "experiment.toml:4:1: the name of a number among params, along which checkpoints go: params = { rounds = 10 }",
  );
});

Deno.test("a declared Python stage is given its task, and its measures are an output", async () => {
  await using study = await Study.start();
  const helper = new URL(
    "../../../pipeline/stage/facsimile.py",
    import.meta.url,
  );
  writeFileSync(
    join(study.root, "stages/facsimile.py"),
    readFileSync(helper),
  );
  study.write("data.csv", "1,2,3\n");
  study.write(
    "stages/mean.py",
    `import facsimile
with open(facsimile.input("table")) as file:
    values = [float(value) for value in file.read().split(",")]
facsimile.metrics({
    "mean": {"value": sum(values) / len(values) * facsimile.point["factor"], "unit": "kg", "better": "less"},
    "values": values,
})
`,
  );
  study.declare({
    mean: {
      run: "/usr/bin/python3 stages/mean.py",
      code: ["stages/facsimile.py"],
      inputs: { table: { file: "data.csv" } },
      metrics: "mean.json",
      axes: { factor: [1, 10] },
    },
  });
  const ended = await study.run();
  deepEqual(ended, { "mean[factor=1]": "built", "mean[factor=10]": "built" });
  const read = (factor: number) =>
    JSON.parse(study.read(`artifacts/metrics/mean-factor-${factor}.json`));
  deepEqual(read(10), {
    mean: { value: 20, unit: "kg", better: "less" },
    values: [1, 2, 3],
  });
  ok(read(1).mean.value === 2);
  study.write("data.csv", "4\n");
  deepEqual(await study.run(), {
    "mean[factor=1]": "built",
    "mean[factor=10]": "built",
  });
  equal(read(10).mean.value, 40);
});

Deno.test("a declared Python stage may use the name of a checkpoint again at once", async () => {
  await using study = await Study.start();
  study.write(
    "stages/facsimile.py",
    readFileSync(
      new URL("../../../pipeline/stage/facsimile.py", import.meta.url),
      "utf8",
    ),
  );
  study.write(
    "stages/sum.py",
    `import facsimile
done = facsimile.checkpoint["position"] if facsimile.checkpoint else 0
facsimile.remark(f"from {done}")
state = facsimile.scratch + "/state"
for done in range(done + 1, facsimile.params["steps"] + 1):
    with open(state, "w") as file:
        file.write(str(done))
    facsimile.keep(done, state)
facsimile.metrics({"steps": done})
`,
  );
  const declare = (steps: number) =>
    study.declare({
      sum: {
        run: "/usr/bin/python3 stages/sum.py",
        code: ["stages/facsimile.py"],
        params: { steps },
        resume: "steps",
        metrics: "sum.json",
      },
    });
  declare(50);
  deepEqual(await study.run(), { sum: "built" });
  match(study.story, /! sum {2}from 0$/m);
  declare(60);
  deepEqual(await study.run(), { sum: "built" });
  match(study.story, /! sum {2}from 50$/m);
});
