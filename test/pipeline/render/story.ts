/** Runs as lists of events with their times, for renderers to be replayed. */
import type { Counts, Event, Outcome } from "../../../pipeline/run/event.ts";
import type {
  Decision,
  Planned,
  Reason,
} from "../../../pipeline/plan/decision.ts";
import type { Verdict } from "../../../pipeline/stage/declaration.ts";

/** An event, and when it happened: seconds since the start. */
export interface Told {
  readonly at: number;
  readonly event: Event;
}

const RATES = ["0.1", "0.01", "0.001"];
const FILES = ["train-images", "train-labels", "test-images", "test-labels"];
const FIGURES = [
  "learning-curves",
  ...RATES.map((rate) => `reconstruction-lr-${rate}`),
  "reconstructions",
  "denoising",
];

/** Every instance with the time that it takes, producers first. */
const TIMES: readonly (readonly [instance: string, seconds: number])[] = [
  ...FILES.map((file) => [`download[file=${file}]`, 0.8] as const),
  ["prepare", 1.9],
  ...RATES.map((rate) => [`train[lr=${rate},seed=1]`, 75] as const),
  ...RATES.map((rate) => [`export[lr=${rate},seed=1]`, 0.2] as const),
  ...RATES.map((rate) => [`reconstruct[lr=${rate},seed=1]`, 6.7] as const),
  ["metrics", 0.1],
  ["claims", 0.1],
  ...FIGURES.map((figure) => [`figures[figure=${figure}]`, 0.8] as const),
  ["report", 1.2],
];

const ARTIFACTS = [
  ...FIGURES.flatMap((figure) =>
    ["pdf", "png", "svg", "tex"].map((type) =>
      `artifacts/figures/${figure}.${type}`
    )
  ),
  ...RATES.map((rate) => `artifacts/models/lr-${rate}.onnx`),
  "artifacts/metrics.json",
  "artifacts/report.html",
];

export const VERDICTS: readonly Verdict[] = [
  {
    id: "small-rates-learn",
    sentence:
      "With learning rates 0.01 and 0.001 the loss decreases rapidly after a small number of epochs.",
    verdict: "holds",
    evidence: {
      summary: "final validation loss 0.007114 and 0.01127, below 0.02",
    },
  },
  {
    id: "large-rate-does-not",
    sentence:
      "With learning rate 0.1 the loss stays between 0.10 and 0.12 and does not decrease with the epochs.",
    verdict: "fails",
    evidence: { least: 0.0941, most: 0.11153, seeds_holding: 0 },
  },
  {
    id: "seen-in-the-image",
    sentence:
      "That the network is not learning can also be seen from the reconstructed image.",
    verdict: "not judged",
    evidence: { summary: "it takes 3 epochs to judge, and this run has 1" },
  },
];

const HOLDS = VERDICTS.map((verdict): Verdict => ({
  ...verdict,
  verdict: "holds",
  evidence: { summary: "in 1 of 1 seeds" },
}));

const MORE_EPOCHS: Reason = {
  kind: "changed",
  changes: [{ fact: "param epochs", was: 10, now: 20 }],
};

function stageOf(instance: string): string {
  return instance.replace(/\[.*$/, "");
}

function plan(
  decide: (stage: string, instance: string) => Decision,
  history: boolean,
): Planned[] {
  return TIMES.map(([instance, seconds]) => ({
    instance,
    stage: stageOf(instance),
    title: stageOf(instance),
    decision: decide(stageOf(instance), instance),
    ...(history && { seconds }),
  }));
}

function countsOf(
  told: readonly Told[],
): Counts {
  const counts = { reused: 0, restored: 0, built: 0, failed: 0, skipped: 0 };
  for (const { event } of told) {
    if (event.kind === "ended") counts[event.result]++;
  }
  return counts;
}

function finished(
  ended: readonly Told[],
  seconds: number,
  more: Partial<Extract<Event, { kind: "finished" }>> = {},
): Told {
  const counts = countsOf(ended);
  return {
    at: seconds,
    event: {
      kind: "finished",
      success: counts.failed === 0,
      seconds,
      counts,
      provisional: [],
      verdicts: HOLDS,
      artifacts: ARTIFACTS,
      ...more,
    },
  };
}

function end(instance: string, at: number, outcome: Outcome): Told {
  const seconds = TIMES.find(([one]) => one === instance)?.[1];
  return {
    at,
    event: {
      kind: "ended",
      instance,
      outcome,
      result: outcome.kind,
      ...(outcome.kind !== "built" && seconds !== undefined &&
        { saved: seconds }),
    },
  };
}

/** A training from its start to its end: ten reports an epoch. */
function training(
  instance: string,
  from: number,
  { seconds, epochs, because, fails }: {
    readonly seconds: number;
    readonly epochs: number;
    readonly because: Reason;
    readonly fails?: number;
  },
): Told[] {
  const total = epochs * 55_000;
  const flat = instance.includes("lr=0.1,");
  const told: Told[] = [
    { at: from, event: { kind: "started", instance, because } },
  ];
  const last = fails ?? epochs * 10;
  for (let step = 1; step <= last; step++) {
    const share = step / (epochs * 10);
    const elapsed = seconds * share;
    const epoch = Math.min(epochs, Math.floor((step - 1) / 10) + 1);
    const loss = flat ? 0.1103 + (step % 7) / 5000 : 0.006 + 0.08 / (step + 1);
    told.push({
      at: from + elapsed,
      event: {
        kind: "progress",
        instance,
        progress: {
          done: Math.round(total * share),
          total,
          unit: "images",
          values: { epoch, loss },
        },
        elapsed,
        rate: total / seconds,
        remaining: seconds - elapsed,
      },
    });
  }
  if (fails !== undefined) {
    told.push(end(instance, from + seconds * fails / (epochs * 10), {
      kind: "failed",
      failure: {
        kind: "stage",
        what: "Train with learning rate 0.1",
        seen: "the loss is NaN in epoch 2, step 231",
        hint:
          "lower the learning rate: --set training.learning_rates='[0.01, 0.001]'",
      },
      log: {
        tail: ["step 230: loss 3.1e+38", "step 231: loss \x1b[31mNaN\x1b[0m"],
        path: ".store/logs/train/5f2c.log",
      },
      rerun:
        "deno run --no-prompt pipeline/sandbox/process/runner.ts .store/work/5f2c.json",
    }));
  } else {
    told.push(end(instance, from + seconds, { kind: "built", seconds }));
  }
  return told;
}

function short(instance: string, from: number, because: Reason): Told[] {
  const seconds = TIMES.find(([one]) => one === instance)?.[1] ?? 1;
  return [
    { at: from, event: { kind: "started", instance, because } },
    end(instance, from + seconds, { kind: "built", seconds }),
  ];
}

/** In the order of time. */
function ordered(told: readonly Told[]): Told[] {
  return told.toSorted((a, b) => a.at - b.at);
}

/** All after the training: two at a time. */
function rest(
  from: number,
  because: (instance: string) => Reason,
): { told: Told[]; until: number } {
  const told: Told[] = [];
  const free = [from, from];
  const first = TIMES.findIndex(([instance]) => instance.startsWith("export"));
  for (const [instance, seconds] of TIMES.slice(first)) {
    const slot = free[0]! <= free[1]! ? 0 : 1;
    told.push(...short(instance, free[slot]!, because(instance)));
    free[slot] = free[slot]! + seconds;
  }
  return { told, until: Math.max(...free) };
}

/** Everything for the first time. */
export function firstRun(): Told[] {
  const because: Reason = { kind: "first-run" };
  const told: Told[] = [{
    at: 0,
    event: {
      kind: "planned",
      plan: plan(() => ({ kind: "run", because }), false),
    },
  }];
  FILES.forEach((file, at) =>
    told.push(...short(`download[file=${file}]`, 0.1 + at * 0.4, because))
  );
  told.push(...short("prepare", 2.2, because));
  told.push(
    ...training("train[lr=0.1,seed=1]", 4.1, {
      seconds: 75,
      epochs: 10,
      because,
    }),
    ...training("train[lr=0.01,seed=1]", 4.1, {
      seconds: 78,
      epochs: 10,
      because,
    }),
    ...training("train[lr=0.001,seed=1]", 79.1, {
      seconds: 71,
      epochs: 10,
      because,
    }),
  );
  const after = rest(150.1, () => because);
  told.push(...after.told);
  return [...ordered(told), finished(told, after.until)];
}

/** Twice the epochs; one figure was deleted, one network comes out equal. */
export function moreEpochs(): Told[] {
  const told: Told[] = [{
    at: 0,
    event: {
      kind: "planned",
      seconds: 165,
      plan: plan((stage, instance) => {
        if (stage === "train") return { kind: "run", because: MORE_EPOCHS };
        if (stage === "download" || stage === "prepare") {
          return { kind: "reuse" };
        }
        if (instance.includes("denoising")) {
          return {
            kind: "restore",
            artifacts: ["figures/denoising.png", "figures/denoising.svg"],
          };
        }
        const upstream = RATES.map((rate) => `train[lr=${rate},seed=1]`);
        const own = upstream.filter((one) => one.includes(instance.slice(-15)));
        return { kind: "maybe", upstream: own.length > 0 ? own : upstream };
      }, true),
    },
  }];
  for (const [instance] of TIMES.slice(0, 5)) {
    told.push(end(instance, 0, { kind: "reused" }));
  }
  told.push(
    end("figures[figure=denoising]", 0.2, {
      kind: "restored",
      artifacts: ["figures/denoising.png", "figures/denoising.svg"],
    }),
    ...training("train[lr=0.1,seed=1]", 0.2, {
      seconds: 148,
      epochs: 20,
      because: MORE_EPOCHS,
    }),
    ...training("train[lr=0.01,seed=1]", 0.2, {
      seconds: 152,
      epochs: 20,
      because: MORE_EPOCHS,
    }),
    {
      at: 11,
      event: {
        kind: "warned",
        instance: "train[lr=0.01,seed=1]",
        message:
          "the kernel has no Landlock, so native code is contained by Deno alone",
      },
    },
    ...training("train[lr=0.001,seed=1]", 148.2, {
      seconds: 140,
      epochs: 20,
      because: MORE_EPOCHS,
    }),
  );
  const changed = (fact: string): Reason => ({
    kind: "changed",
    changes: [{ fact, was: "1".repeat(64), now: "2".repeat(64) }],
  });
  const after = rest(288.2, (instance) =>
    changed(
      {
        export: "input weights",
        reconstruct: "input onnx",
        metrics: "input curves[lr=0.01,seed=1]",
        claims: "input metrics",
        report: "input metrics",
      }[stageOf(instance)] ?? "input reconstructions",
    ));
  const equal = (instance: string) =>
    stageOf(instance) !== "train" && instance.includes("lr=0.1,");
  const skip = (instance: string) =>
    equal(instance) || instance.includes("denoising");
  told.push(
    ...after.told.filter(({ event }) =>
      !("instance" in event && skip(event.instance))
    ),
    ...TIMES.filter(([instance]) => equal(instance))
      .map(([instance]) => end(instance, 148.5, { kind: "reused" })),
  );
  return [
    ...ordered(told),
    finished(told, after.until, { success: false, verdicts: VERDICTS }),
  ];
}

/** Nothing to do. */
export function nothing(): Told[] {
  const told: Told[] = [
    {
      at: 0,
      event: { kind: "planned", plan: plan(() => ({ kind: "reuse" }), true) },
    },
    ...TIMES.map(([instance]) => end(instance, 0, { kind: "reused" })),
  ];
  return [...told, finished(told, 0.2)];
}

/** A loss that grows out of all numbers; the rest that does not need it is done. */
export function failing(): Told[] {
  const told: Told[] = [{
    at: 0,
    event: {
      kind: "planned",
      plan: plan(
        (stage) =>
          stage === "download" || stage === "prepare"
            ? { kind: "reuse" }
            : { kind: "run", because: MORE_EPOCHS },
        true,
      ),
      seconds: 165,
    },
  }];
  for (const [instance] of TIMES.slice(0, 5)) {
    told.push(end(instance, 0, { kind: "reused" }));
  }
  told.push(
    ...training("train[lr=0.1,seed=1]", 0.2, {
      seconds: 75,
      epochs: 10,
      because: MORE_EPOCHS,
      fails: 14,
    }),
    ...training("train[lr=0.01,seed=1]", 0.2, {
      seconds: 78,
      epochs: 10,
      because: MORE_EPOCHS,
    }),
  );
  const skipped = TIMES.slice(8).map(([instance]) => instance)
    .filter((instance) => !instance.includes("lr=0.01"));
  for (const instance of skipped) {
    told.push(
      end(instance, 10.8, { kind: "skipped", blocker: "train[lr=0.1,seed=1]" }),
    );
  }
  return [
    ...ordered(told),
    finished(told, 80, { success: false, verdicts: [], artifacts: [] }),
  ];
}

/** The same, and Ctrl-C while the other training is at it. */
export function interrupted(): Told[] {
  const told = failing().filter(({ at }) => at < 20);
  const counts = countsOf(told);
  const left = TIMES.length - Object.values(counts).reduce((a, b) => a + b);
  return [...told, {
    at: 20,
    event: { kind: "interrupted", seconds: 20, counts, left },
  }];
}

const UNREACHABLE =
  "no mirror can be reached (https://ossci-datasets.s3.amazonaws.com/mnist/: its name does not resolve; https://storage.googleapis.com/cvdf-datasets/mnist/: its name does not resolve), so stand-in data is drawn";

/** No mirror answers. */
export function standIn(): Told[] {
  const because: Reason = {
    kind: "provisional",
    because: UNREACHABLE,
  };
  const told: Told[] = [{
    at: 0,
    event: {
      kind: "planned",
      plan: plan(
        (stage) =>
          stage === "download"
            ? { kind: "run", because }
            : { kind: "maybe", upstream: [`download[file=${FILES[0]}]`] },
        true,
      ),
      seconds: 120,
    },
  }];
  FILES.forEach((file) => {
    const instance = `download[file=${file}]`;
    told.push({
      at: 0.1,
      event: { kind: "warned", instance, message: UNREACHABLE },
    });
    told.push(...short(instance, 0.1, because));
  });
  for (const [instance] of TIMES.slice(4)) {
    told.push(end(instance, 0.9, { kind: "reused" }));
  }
  return [
    ...ordered(told),
    finished(told, 1.1, {
      provisional: FILES.map((file) => ({
        instance: `download[file=${file}]`,
        reason: UNREACHABLE,
      })),
      verdicts: VERDICTS.map((verdict): Verdict => ({
        ...verdict,
        verdict: "not judged",
        evidence: { summary: "stand-in data, not MNIST" },
      })),
    }),
  ];
}

/** One mistake in eleven trainings, and another in one of them. */
export function failingAlike(): Told[] {
  const instances = Array.from(
    { length: 12 },
    (_, at) => `train[lr=${(at + 1) / 1000},seed=1]`,
  );
  const told: Told[] = [{
    at: 0,
    event: {
      kind: "planned",
      plan: instances.flatMap((instance) =>
        ["train", "export"].map((stage): Planned => ({
          instance: instance.replace("train", stage),
          stage,
          title: stage,
          decision: { kind: "run", because: { kind: "first-run" } },
        }))
      ),
    },
  }];
  instances.forEach((instance, at) => {
    told.push({
      at: at / 20,
      event: { kind: "started", instance, because: { kind: "first-run" } },
    });
    const odd = at === 7;
    told.push(end(instance, at / 20 + 0.1, {
      kind: "failed",
      failure: {
        kind: "stage",
        what: odd
          ? `Cannot keep the outputs of "${instance}"`
          : `The stage "${instance}" threw a TypeError`,
        seen: odd ? "the disk is full" : "rate is not a function",
      },
      log: { tail: [`starting ${at}`], path: `.store/failed/${at}/log.txt` },
      rerun: `sh '.store/failed/${at}/rerun.sh'`,
    }));
    told.push(end(instance.replace("train", "export"), at / 20 + 0.1, {
      kind: "skipped",
      blocker: instance,
    }));
  });
  return [
    ...ordered(told),
    finished(told, 4, { success: false, verdicts: [], artifacts: [] }),
  ];
}

/** All stories by name. */
export const STORIES: { readonly [name: string]: () => Told[] } = {
  "first-run": firstRun,
  "more-epochs": moreEpochs,
  nothing,
  failing,
  "failing-alike": failingAlike,
  interrupted,
  "stand-in": standIn,
};
