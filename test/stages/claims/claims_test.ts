import { deepEqual, equal, match, ok as yes } from "node:assert/strict";
import { readConfig } from "../../../pipeline/config/config.ts";
import type { Verdict } from "../../../pipeline/stage/declaration.ts";
import type { Task } from "../../../pipeline/stage/task.ts";
import stage, { type Params } from "../../../stages/claims/stage.ts";
import { checkClaim } from "../../../stages/claims/check.ts";
import { type Claim, judge } from "../../../stages/claims/judge.ts";
import {
  judgements,
  measured,
  verdicts,
} from "../../../stages/claims/judgement.ts";
import type { Curve } from "../../../stages/formats/curve.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { Counter } from "../../pipeline/run/counted.ts";
import { metrics, type Shown, steps } from "./measured.ts";

const path = new URL("../../../experiment.toml", import.meta.url).pathname;

/** The claims of the published experiment. */
function published(): readonly Claim[] {
  const read = readConfig({ path, schema: experimentSchema });
  yes(read.ok);
  return read.value.config.claims;
}

/** A run as the paper tells it. */
function asPaper(seed = 1): Shown[] {
  const flat = Array.from({ length: 10 }, () => 0.1115);
  const falling = (from: number) =>
    Array.from({ length: 10 }, (_, epoch) => from / (epoch + 1) + 0.006);
  return [
    {
      rate: 0.1,
      seed,
      train: [0.9, ...flat.slice(1)],
      validation: flat,
      steps: [0.12],
      mse: 0.114,
      ssim: 0.1,
    },
    { rate: 0.01, seed, train: falling(0.02), steps: [0.12], ssim: 0.92 },
    { rate: 0.001, seed, train: falling(0.03), steps: [0.12], ssim: 0.85 },
  ];
}

function judged(shown: Shown[], standIn = false) {
  return judgements(published(), metrics(shown, standIn), steps(shown));
}
const verdictsOf = (shown: Shown[], standIn?: boolean) =>
  judged(shown, standIn).map(({ verdict }) => verdict);

/** A run with one network otherwise. */
function but(rate: number, other: Partial<Shown>, run = asPaper()): Shown[] {
  return run.map((one) => one.rate === rate ? { ...one, ...other } : one);
}

Deno.test("the paper's claims hold in a run as the paper tells it", () => {
  deepEqual(verdictsOf(asPaper()), ["holds", "holds", "holds"]);
});

Deno.test("small-rates-learn fails where a small rate learns slowly, or not enough", () => {
  const slow = [0.1, 0.08, 0.06, 0.04, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01];
  const little = [
    0.05,
    0.022,
    0.022,
    ...Array.from({ length: 7 }, () => 0.0201),
  ];
  for (const rate of [0.01, 0.001]) {
    for (const train of [slow, little]) {
      deepEqual(verdictsOf(but(rate, { train })), ["fails", "holds", "holds"]);
    }
  }
});

Deno.test("large-rate-does-not fails where the loss leaves the band or decreases", () => {
  const flat = Array.from({ length: 10 }, () => 0.11);
  for (
    const validation of [
      [...flat.slice(1), 0.0999],
      [...flat.slice(1), 0.1201],
      flat.map((loss, epoch) => loss + 0.002 - epoch * 0.0003),
    ]
  ) {
    const run = but(0.1, { train: [0.9, ...flat.slice(1)], validation });
    deepEqual(verdictsOf(run), ["holds", "fails", "holds"]);
  }
  const train = [0.9, 0.11, 0.13, ...flat.slice(3)];
  deepEqual(verdictsOf(but(0.1, { train, validation: flat })), [
    "holds",
    "fails",
    "holds",
  ]);
});

Deno.test("seen-in-the-image fails where the image can still be seen", () => {
  for (const other of [{ mse: 0.045 }, { ssim: 0.6 }]) {
    deepEqual(verdictsOf(but(0.1, other)), ["holds", "holds", "fails"]);
  }
});

Deno.test("a claim is not judged on stand-in data, whatever the numbers", () => {
  const found = judged(asPaper(), true);
  deepEqual(found.map(({ verdict }) => verdict), Array(3).fill("not judged"));
  equal(
    found[0]?.evidence.summary,
    "stand-in data: the paper speaks of MNIST",
  );
});

Deno.test("a claim of one dataset is not judged on another, whatever the numbers", () => {
  const { dataset, ...rest } = metrics(asPaper());
  const other = { ...rest, dataset: { ...dataset, name: "rotated" } };
  const on = (claims: readonly Claim[]) =>
    judgements(claims, other, steps(asPaper())).map(({ verdict, evidence }) =>
      `${verdict}: ${evidence.summary}`
    );
  deepEqual(
    on(published()),
    Array(3).fill(
      "not judged: the paper speaks of MNIST, and this run is of rotated",
    ),
  );
  const [{ data: _, ...anywhere }] = published() as [Claim];
  match(on([anywhere])[0]!, /^holds: /);
});

Deno.test("a claim is not judged after too few epochs", () => {
  const short = asPaper().map((one) => ({
    ...one,
    train: one.train.slice(0, 1),
  }));
  const found = judged(short);
  deepEqual(found.map(({ verdict }) => verdict), Array(3).fill("not judged"));
  equal(
    found[0]?.evidence.summary,
    "it takes 3 epochs to judge, and this run has 1",
  );
});

Deno.test("a claim is not judged without the network that it speaks of", () => {
  const found = judged(asPaper().slice(1));
  deepEqual(found.map(({ verdict }) => verdict), [
    "holds",
    "not judged",
    "not judged",
  ]);
  equal(
    found[1]?.evidence.summary,
    "no network was trained with lr=0.1, seed=1",
  );
  deepEqual(verdictsOf([]), Array(3).fill("not judged"));
});

Deno.test("a claim holds only if it holds for each seed; the evidence counts", () => {
  const three = [1, 2, 3].flatMap((seed) => asPaper(seed));
  deepEqual(judged(three).map(({ evidence }) => evidence.summary), [
    "holds for all 3 seeds",
    "holds for all 3 seeds",
    "holds for all 3 seeds",
  ]);
  const train = Array.from({ length: 10 }, () => 0.05);
  const two = three.map((one) =>
    one.rate === 0.01 && one.seed === 2 ? { ...one, train } : one
  );
  const [first] = judged(two);
  equal(first?.verdict, "fails");
  equal(first?.evidence.summary, "holds for 2 of 3 seeds, not for 2");
  equal(first?.evidence.seeds_judged, 3);
  equal(first?.evidence.seeds_holding, 2);
  const many = Array.from({ length: 9 }, (_, seed) => asPaper(seed)).flat();
  const but = (last: number) =>
    judged(
      many.map((one) =>
        one.rate === 0.01 && one.seed! <= last ? { ...one, train } : one
      ),
    )[0]?.evidence.summary;
  equal(but(6), "holds for 2 of 9 seeds, not for 0, 1, 2, 3, 4 and 2 more");
  equal(but(8), "holds for none of 9 seeds");
});

Deno.test("a verdict names the numbers behind it, and what is not so", () => {
  const claim: Claim = {
    id: "dark",
    sentence: "It is dark.",
    where: "p. 1",
    holds: "test.mse(lr=1) < 2 * tolerance\n  and final(train_loss(lr=1)) < 5",
    tolerance: 0.1,
    epochs: 1,
  };
  const shown = [{ rate: 1, train: [4, 3], mse: 0.123456789 }];
  const judge = (holds: string) =>
    judgements([{ ...claim, holds }], metrics(shown), steps(shown))[0];
  deepEqual(judge(claim.holds), {
    id: "dark",
    sentence: "It is dark.",
    where: "p. 1",
    verdict: "holds",
    evidence: {
      summary: "test.mse(lr=1) = 0.1235; final(train_loss(lr=1)) = 3",
      expression:
        "test.mse(lr=1) < 2 * tolerance and final(train_loss(lr=1)) < 5",
      tolerance: 0.1,
      seeds: {
        1: {
          holds: true,
          values: {
            "test.mse(lr=1)": 0.123457,
            "2 * tolerance": 0.2,
            "final(train_loss(lr=1))": 3,
          },
          untrue: [],
        },
      },
      seeds_judged: 1,
      seeds_holding: 1,
    },
  });
  const failed = judge("test.mse(lr=1) < tolerance");
  equal(failed?.verdict, "fails");
  equal(
    failed?.evidence.summary,
    "not so: test.mse(lr=1) < tolerance – test.mse(lr=1) = 0.1235",
  );
});

Deno.test("an exact reconstruction, which has no finite PSNR, is no obstacle", () => {
  const run = asPaper().map((one) => ({ ...one, psnr: null }));
  deepEqual(verdictsOf(run), ["holds", "holds", "holds"]);
});

Deno.test("the stage writes what verdicts() finds in the artifacts", () => {
  const run = asPaper();
  const folder = Deno.makeTempDirSync();
  try {
    const write = (name: string, value: unknown) => {
      const file = `${folder}/${name}`;
      Deno.writeTextFileSync(file, JSON.stringify(value));
      return file;
    };
    const curves = run.map(({ rate, steps = [] }): Curve => ({
      learning_rate: rate,
      seed: 1,
      engine: { name: "portable", version: "1.30.0" },
      batch_size: 64,
      steps_per_epoch: 1,
      steps: [...steps],
      epochs: [],
    }));
    const task: Pick<Task<Params>, "params" | "input" | "inputs" | "output"> = {
      params: { claims: published() },
      input: () => write("metrics.json", metrics(run)),
      inputs: () =>
        curves.map((curve) => ({
          point: { lr: curve.learning_rate, seed: 1 },
          path: write(`${curve.learning_rate}.json`, curve),
        })),
      output: () => `${folder}/claims.json`,
    };
    stage(task as Task<Params>);
    const text = Deno.readTextFileSync(`${folder}/claims.json`);
    const written: Verdict[] = JSON.parse(text);
    equal(text.at(-1), "\n");
    deepEqual(
      written,
      JSON.parse(JSON.stringify(verdicts(
        JSON.parse(JSON.stringify(published())),
        {
          "metrics.json": JSON.parse(JSON.stringify(metrics(run))),
          ...Object.fromEntries(
            curves.map((curve) => [
              `curves/lr-${curve.learning_rate}-seed-1.json`,
              JSON.parse(JSON.stringify(curve)),
            ]),
          ),
        },
      ))),
    );
    deepEqual(written.map(({ verdict }) => verdict), Array(3).fill("holds"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a claim names places on any axis; what it leaves out is as the tables have it", () => {
  const study = metrics([
    { rate: 0.1, seed: 1, train: [3] },
    { rate: 0.1, seed: 2, train: [2] },
  ]);
  const [usual, other] = Object.values(study.models);
  const two = {
    ...study,
    axes: {
      batch_size: { setting: "training.batch_size", base: 64 },
      encoder: { setting: "network.encoder", base: "8-4-2" },
    },
    models: {
      "lr-0.1": { ...usual!, at: { batch_size: 64, encoder: "8-4-2" } },
      "lr-0.1-batch_size-32": {
        ...other!,
        seed: 1,
        at: { batch_size: 32, encoder: "8-4-2" },
      },
    },
  };
  const said = (holds: string) => {
    const claim = { id: "a", sentence: "s", where: "w", epochs: 1, holds };
    const [found] = judgements([claim], two, new Map());
    return `${found?.verdict}: ${found?.evidence.summary}`;
  };
  equal(
    said("final(train_loss(lr=0.1)) == 3"),
    "holds: final(train_loss(lr=0.1)) = 3",
  );
  equal(
    said('final(train_loss(lr=0.1, batch_size=32, encoder="8-4-2")) == 2'),
    'holds: final(train_loss(lr=0.1, batch_size=32, encoder="8-4-2")) = 2',
  );
  equal(
    said("final(train_loss(lr=0.1, batch_size=16)) == 2"),
    "not judged: no network was trained with lr=0.1, seed=1, batch_size=16, encoder=8-4-2",
  );
});

Deno.test("a claim speaks of what any stage measured, and says what it cannot find", () => {
  const measured = {
    "fit-line": {
      "lr-0.1-seed-1": {
        at: { lr: 0.1, seed: 1 },
        values: { accuracy: 0.9, loss: [3, 1] },
      },
      "lr-0.01-seed-1": {
        at: { lr: 0.01, seed: 1 },
        values: { accuracy: 0.8, loss: [3, 2] },
      },
    },
    whole: { all: { at: {}, values: { size: 4 } } },
  };
  const study = { ...metrics([{ rate: 0.1, train: [3] }]), measured };
  const said = (holds: string) => {
    deepEqual(
      checkClaim(holds, {
        type: "truth",
        axes: ["lr", "seed"],
        stages: ["fit_line", "whole"],
      }),
      [],
    );
    const claim = { id: "a", sentence: "s", where: "w", epochs: 1, holds };
    const [found] = judgements([claim], study, new Map());
    return `${found?.verdict}: ${found?.evidence.summary}`;
  };
  equal(
    said("fit_line.accuracy(lr=0.1) > fit_line.accuracy(lr=0.01)"),
    "holds: fit_line.accuracy(lr=0.1) = 0.9; fit_line.accuracy(lr=0.01) = 0.8",
  );
  equal(
    said("drop(fit_line.loss(lr=0.01)) == 1 and whole.size == 4"),
    "holds: drop(fit_line.loss(lr=0.01)) = 1; whole.size = 4",
  );
  equal(
    said("fit_line.accuracy > 0"),
    "not judged: fit_line.accuracy stands for 2 values; select one, as in fit_line.accuracy(lr=0.1, seed=1)",
  );
  equal(
    said("fit_line.accuracy(lr=0.5) > 0"),
    "not judged: the stage fit_line did not run at lr=0.5",
  );
  equal(
    said("fit_line.acuracy(lr=0.1) > 0"),
    "not judged: the stage fit_line measured no acuracy, but accuracy, loss",
  );
  equal(
    said("fit_line.loss(lr=0.1) > 0"),
    "not judged: fit_line.loss is a series; ask it, as in final(fit_line.loss(lr=0.1))",
  );
  equal(
    said("final(whole.size) > 0"),
    "not judged: whole.size is a number, and no series",
  );
});

Deno.test("judge() looks at each network as often, however many seeds there are", () => {
  const looks = (count: number) => {
    const counter = new Counter();
    const seeds = Array.from({ length: count }, (_, seed) => seed);
    const shown = seeds.flatMap((seed) => asPaper(seed));
    const networks = counter.over(measured(metrics(shown), steps(shown)));
    for (const claim of published()) {
      for (const seed of seeds) {
        yes(judge(claim, seed, { networks, base: {} }).kind === "judged");
      }
    }
    return counter.count;
  };
  const [once, twice] = [looks(30), looks(60)];
  yes(twice <= 2.2 * once, `${once} looks became ${twice}`);
});
