/**
 * The project as a whole, on few images: that its results do not depend on where
 * and how they are made, and that a change runs what depends on it and nothing
 * else.
 */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import type { Decision } from "../../pipeline/plan/decision.ts";
import { mirror } from "../stages/download/mirror.ts";
import { Copy, data, SMALL } from "./copy.ts";

/** The instances of a plan with a decision, as stages where all of one have it. */
function which(
  plan: ReadonlyMap<string, Decision["kind"]>,
  ...kinds: Decision["kind"][]
): string[] {
  const stage = (instance: string) => instance.replace(/\[.*/, "");
  const all = Map.groupBy(plan, ([instance]) => stage(instance));
  return [...all].flatMap(([name, group]) => {
    const found = group.filter(([, kind]) => kinds.includes(kind))
      .map(([instance]) => instance);
    return found.length === group.length ? [name] : found;
  });
}

/** Lines without their columns, and without what is another one in each run. */
function told(text: string): string[] {
  const time = /(about )?\b\d+(\.\d+)? (s|min \d\d s|min|h \d\d min)(?!\w)/g;
  return text.trim().split("\n").map((line) =>
    line.replace(time, "TIME").replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, "DATE")
      .replace(/ +/g, " ").trim()
  );
}

Deno.test("reproduce makes the same bytes in any folder, time zone, locale and number of jobs", async (t) => {
  using here = new Copy("here", {
    ...data,
    TZ: "UTC",
    LANG: "C",
  });
  using there = new Copy("anderswo später (2)", {
    ...data,
    TZ: "Pacific/Kiritimati",
    LANG: "tr_TR.UTF-8",
    LC_ALL: "tr_TR.UTF-8",
  });
  const runs = await Promise.all([
    here.task("reproduce", ...SMALL, "--jobs", "1"),
    there.task("reproduce", ...SMALL, "--jobs", "2"),
  ]);
  for (const { code, err } of runs) equal(code, 0, err);
  const made = here.artifacts();
  const names = Object.keys(made);
  for (
    const name of [
      "claims.json",
      "curves/lr-0.01.json",
      "figures/learning-curves.pdf",
      "figures/reconstruction-lr-0.1.png",
      "figures/reconstructions.svg",
      "metrics.json",
      "models/lr-0.001.onnx",
      "models/tfjs/lr-0.1/weights.bin",
      "report.html",
    ]
  ) equal(names.includes(name), true, name);
  deepEqual(there.artifacts(), made);

  // A stand-in is tried again in each run, so without MNIST nothing is ever
  // up to date.
  const step = (name: string, fn: () => Promise<void>) =>
    t.step({ name, ignore: mirror === undefined, fn });

  await step("again, nothing runs, and nothing changes", async () => {
    const { code, out } = await here.task("reproduce", ...SMALL);
    equal(code, 0);
    match(out, /up to date: \d+ instances, nothing ran/);
    equal((await here.task("status", ...SMALL)).code, 0);
    deepEqual(here.artifacts(), made);
  });

  await step("more epochs train again, and what follows", async () => {
    const plan = await here.plan(...SMALL, "--set", "training.epochs=2");
    deepEqual(which(plan, "run"), ["train", "report"]);
    deepEqual(which(plan, "reuse"), ["download", "prepare"]);
    const { out } = await here.task(
      "reproduce",
      "--dry-run",
      ...SMALL,
      ...["--set", "training.epochs=2", "--jobs", "2"],
    );
    deepEqual(told(out).slice(-14), [
      "will run",
      "train × 3 TIME param epochs: 1 → 2; continues at 1 of 2 epochs",
      "report TIME param settings.training.epochs: 1 → 2",
      "may run if train × 3 give something else",
      "export × 3 TIME",
      "reconstruct × 3 TIME",
      "denoise × 3 TIME",
      "metrics TIME",
      "claims TIME",
      "figures × 8 TIME",
      "quotes TIME",
      "numbers TIME",
      "reused: 5 instances",
      "4 will run, 21 may run; predicted time: at most TIME on 2 cores",
    ]);
    const why = await here.task(
      ...["why", "train[lr=0.01]", ...SMALL],
      ...["--set", "training.epochs=2"],
    );
    deepEqual(told(why.out).slice(0, 3), [
      "train[lr=0.01,seed=1] will run: param epochs: 1 → 2",
      "continues at 1 of 2 epochs; predicted time: TIME",
      "compared with its last record, made DATE UTC in TIME, contained by deno",
    ]);
  });

  await step("one more learning rate trains only that one", async () => {
    const plan = await here.plan(
      ...SMALL,
      "--set",
      'axes."training.learning_rate"=[0.1, 0.01, 0.001, 0.05]',
    );
    const train = [...plan].filter(([instance, kind]) =>
      instance.startsWith("train") && kind === "run"
    );
    deepEqual(train.map(([instance]) => instance), ["train[lr=0.05,seed=1]"]);
    equal(plan.get("reconstruct[lr=0.01,seed=1]"), "reuse");
    equal(plan.get("figures[figure=reconstruction-lr-0.001]"), "reuse");
  });

  const wide = ["--set", 'figures.latent.width="double"'];
  await step("a figure's setting draws that figure", async () => {
    const plan = await here.plan(...SMALL, ...wide);
    deepEqual(which(plan, "run", "maybe", "restore"), [
      "figures[figure=latent]",
      "report",
    ]);
    const { out } = await here.task(
      "why",
      "figures[figure=latent]",
      ...SMALL,
      ...wide,
    );
    match(
      out,
      /^figures\[figure=latent\] will run: param width: single → double\n/,
    );
  });

  await step("switching back restores without running", async () => {
    const changed = await here.task("reproduce", ...SMALL, ...wide);
    equal(changed.code, 0, changed.err);
    const latent = "figures/latent.png";
    notEqual(here.artifacts()[latent], made[latent]);
    const back = await here.task("reproduce", ...SMALL);
    match(back.out, /done: \d+ restored, \d+ reused in /);
    deepEqual(here.artifacts(), made);
  });

  await step("a comment runs nothing; a change of code does", async () => {
    const module = here.read("stages/evaluation/metrics.ts");
    writeFileSync(
      here.path("stages/evaluation/metrics.ts"),
      "// Another comment.\n" + module.replaceAll("\n\n", "\n\n\n"),
    );
    equal((await here.task("status", ...SMALL)).code, 0);
    writeFileSync(
      here.path("stages/evaluation/metrics.ts"),
      module.replace("curve.engine.name,", "`${curve.engine.name}`,"),
    );
    const plan = await here.plan(...SMALL);
    deepEqual(which(plan, "run"), ["metrics"]);
    writeFileSync(here.path("stages/evaluation/metrics.ts"), module);
    equal((await here.task("status", ...SMALL)).code, 0);
  });

  await t.step(
    "artifacts that were edited or deleted are put back",
    async () => {
      writeFileSync(here.path("artifacts/metrics.json"), "{}\n");
      rmSync(here.path("artifacts/figures"), { recursive: true });
      const { code, err } = await here.task("reproduce", ...SMALL);
      equal(code, 0, err);
      deepEqual(here.artifacts(), made);
    },
  );
});
