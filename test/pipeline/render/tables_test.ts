import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Event } from "../../../pipeline/run/event.ts";
import { changes, type Facts } from "../../../pipeline/store/fingerprint.ts";
import { diffLines, type Side } from "../../../pipeline/render/diff.ts";
import { planLines } from "../../../pipeline/render/plan.ts";
import { rootsOf } from "../../../pipeline/render/roots.ts";
import {
  type Asked,
  type RunRow,
  runsLines,
} from "../../../pipeline/render/runs.ts";
import { style } from "../../../pipeline/text/style.ts";
import { width } from "../../../pipeline/text/layout.ts";
import { whyLines } from "../../../pipeline/render/why.ts";
import { failing, moreEpochs, nothing } from "./story.ts";

const plain = style(false);
const WIDTHS = [60, 100, 200];

type Planned = Extract<Event, { kind: "planned" }>;

function planOf(story: ReturnType<typeof nothing>): Planned {
  const event = story[0]?.event;
  if (event?.kind !== "planned") {
    throw new Error("a story begins with its plan");
  }
  return event;
}

function fits(lines: readonly string[], columns: number) {
  for (const line of lines) ok(width(line) <= columns, `${columns}: ${line}`);
}

Deno.test("planLines() shows sections with root causes and predicts the time", async (t) => {
  const shown = WIDTHS.flatMap((columns) => {
    const lines = planLines(planOf(moreEpochs()), plain, {
      all: false,
      width: columns,
    });
    fits(lines, columns);
    return [`${columns} columns`, ...lines, ""];
  });
  await t.assertSnapshot(shown.join("\n"));
});

Deno.test("planLines() with all shows every instance and what contained it", async (t) => {
  const lines = planLines(planOf(moreEpochs()), plain, {
    all: true,
    wall: (instance) => instance.startsWith("train") ? "Landlock" : "deno",
  });
  await t.assertSnapshot(lines.join("\n"));
  for (const { instance } of planOf(moreEpochs()).plan) {
    ok(lines.some((line) => line.includes(` ${instance} `)), instance);
  }
});

Deno.test("rootsOf() makes one list for all that wait for the same", () => {
  const first: Planned["plan"] = ["a", "b"].map((instance) => ({
    instance,
    stage: instance,
    title: "",
    decision: { kind: "run", because: { kind: "first-run" } },
  }));
  const waits = (instance: string, upstream: string[]) => ({
    instance,
    stage: "waits",
    title: "",
    decision: { kind: "maybe" as const, upstream },
  });
  const roots = rootsOf([
    ...first,
    waits("c", ["a", "b"]),
    waits("d", ["b", "a"]),
    waits("e", ["a", "b"]),
    waits("f", ["c"]),
    waits("g", ["f"]),
  ]);
  deepEqual(roots.get("g"), ["a", "b"]);
  for (const instance of ["e", "f", "g"]) {
    ok(roots.get(instance) === roots.get("c"), instance);
  }
});

Deno.test("planLines() says that nothing has to be done, and no more", () => {
  deepEqual(planLines(planOf(nothing()), plain, { all: false }), [
    "reused: 23 instances",
    "up to date",
  ]);
});

Deno.test("planLines() predicts nothing where nothing ever ran, and says of what nothing is known", () => {
  const plan = planOf(failing()).plan.map(({ seconds: _, ...one }) => one);
  const last = (least?: number) =>
    planLines(
      { kind: "planned", plan, ...(least !== undefined && { least }) },
      plain,
      { all: false, width: 200 },
    ).at(-1);
  equal(last(), "18 will run; time unknown: nothing of it ever ran");
  match(
    last(100) ?? "",
    /^18 will run; predicted time: about 1 min 40 s, and that of [^;]+, which is unknown$/,
  );
});

/** Instances of one stage with their reasons. */
function reasons(...all: string[]): Planned["plan"] {
  return all.map((value, index) => ({
    instance: `x[n=${index}]`,
    stage: "x",
    title: "x",
    decision: value === ""
      ? { kind: "reuse" }
      : value === "new"
      ? { kind: "run", because: { kind: "first-run" } }
      : {
        kind: "run",
        because: {
          kind: "changed",
          changes: [{ fact: "param n", was: "0", now: value }],
        },
      },
  }));
}

/** The rows of a plan, without its titles and its conclusion. */
function rowsOf(plan: Planned["plan"]): string[] {
  return planLines({ kind: "planned", plan }, plain, { all: false })
    .filter((line) => line.startsWith("  "));
}

Deno.test("planLines() has one row for all that run for the same reason", () => {
  deepEqual(rowsOf(reasons("new", "new", "new")), [
    "  x × 3  never run before",
  ]);
  const sixty = Array<string>(60).fill("new");
  deepEqual(rowsOf(reasons("", ...sixty, "")), [
    "  x × 60 of 62  never run before",
  ]);
  deepEqual(rowsOf(reasons("", "new", "new", "")), [
    "  x[n=1]",
    "  x[n=2]",
  ]);
});

Deno.test("planLines() counts instances that run each for a reason of its own, after the first few", () => {
  const values = Array.from({ length: 20 }, (_, index) => `v${index}`);
  deepEqual(rowsOf(reasons(...values)), [
    "  x[n=0]       param n: 0 → v0",
    "  x[n=1]       param n: 0 → v1",
    "  x[n=2]       param n: 0 → v2",
    "  x[n=3]       param n: 0 → v3",
    "  x × 16 more  the like",
  ]);
});

Deno.test("rootsOf() follows what waits up to what certainly runs", () => {
  const one = (
    instance: string,
    decision: Planned["plan"][number]["decision"],
  ) => ({
    instance,
    stage: instance,
    title: instance,
    decision,
  });
  const roots = rootsOf([
    one("a", { kind: "run", because: { kind: "forced" } }),
    one("b", { kind: "reuse" }),
    one("c", { kind: "maybe", upstream: ["a", "b"] }),
    one("d", { kind: "maybe", upstream: ["c"] }),
  ]);
  deepEqual(roots.get("d"), ["a"]);
});

const BEFORE: Facts = {
  "at lr": 0.1,
  "param epochs": 10,
  "param network.encoder": [8, 4, 2],
  "code stages/train.ts#step": "1".repeat(64),
  "code stages/train.ts#loss": "2".repeat(64),
  "code stages/adam.ts#adam": "3".repeat(64),
  "input images": "4".repeat(64),
  "input curves[lr=0.1]": "5".repeat(64),
  "input curves[lr=0.2]": "6".repeat(64),
  "npm sharp@0.35.4": "sha512-" + "x".repeat(86) + "==",
  "npm uplot@1.6.32": "sha512-" + "y".repeat(86) + "==",
  "output curve": "curve.json",
  "compiler strict": true,
  deno: "2.9.6",
};
const AFTER: Facts = {
  "at lr": 0.1,
  "param epochs": 20,
  "param network.encoder": [8, 4, 2],
  "code stages/train.ts#step": "7".repeat(64),
  "code stages/train.ts#decay": "8".repeat(64),
  "code stages/adam.ts#adam": "3".repeat(64),
  "input images": "9".repeat(64),
  "npm sharp@0.35.5": "sha512-" + "z".repeat(86) + "==",
  "npm uplot@1.6.32": "sha512-" + "y".repeat(86) + "==",
  "output curve": "curve.json",
  "compiler strict": true,
  deno: "2.9.6",
};

Deno.test("whyLines() answers in the first line, then shows what changed, then the rest", async (t) => {
  const explanation = {
    instance: "train[lr=0.1]",
    decision: {
      kind: "run",
      because: { kind: "changed", changes: changes(BEFORE, AFTER) },
    },
    facts: AFTER,
    pending: ["input curves[lr=0.1]", "input curves[lr=0.3]"],
    seconds: 75.2,
    about: true,
    continues: { along: "epochs", position: 10, end: 20 },
    nearest: {
      instance: "train[lr=0.1]",
      facts: BEFORE,
      made: "2026-11-23T16:08:13.123Z",
      seconds: 75,
      share: 0.5,
      wall: "Landlock",
      older: true,
    },
  } as const;
  const shown = WIDTHS.flatMap((columns) => {
    const lines = whyLines(explanation, plain, { width: columns });
    fits(lines, columns);
    return [`${columns} columns`, ...lines, ""];
  });
  const all = whyLines(explanation, plain, { all: true });
  await t.assertSnapshot([...shown, "all facts", ...all].join("\n"));
  for (const fact of Object.keys(AFTER)) {
    const name = fact.replace(/^\S+ /, "");
    ok(all.some((line) => line.includes(name)), fact);
  }
});

Deno.test("whyLines() has an answer without a record, and with an equal one", async (t) => {
  const first = whyLines({
    instance: "train[lr=0.1]",
    decision: { kind: "run", because: { kind: "first-run" } },
    facts: { "param epochs": 10 },
    pending: [],
  }, plain);
  const equalFacts = whyLines({
    instance: "metrics",
    decision: { kind: "reuse" },
    facts: { "param epochs": 10 },
    pending: [],
    nearest: {
      instance: "metrics",
      facts: { "param epochs": 10 },
      made: "2026-11-23T16:08:13.123Z",
      seconds: 1.2,
      wall: "deno",
      older: false,
    },
  }, plain);
  await t.assertSnapshot([...first, "", ...equalFacts].join("\n"));
});

const NONE = { reused: 0, restored: 0, built: 0, failed: 0, skipped: 0 };
const RUNS: readonly RunRow[] = [
  {
    id: "20261123-161213-29bb",
    started: "2026-11-23T16:12:13.000Z",
    seconds: 185,
    success: true,
    ended: "done",
    arguments: [
      "reproduce",
      "--note",
      "a wider network, for the appendix",
      "--tag=paper",
      "--set",
      "training.epochs=20",
      "--set",
      "training.learning_rates=[0.1, 0.03, 0.01, 0.003, 0.001, 0.0003]",
      "train[lr=0.1]",
    ],
    counts: { ...NONE, built: 12, restored: 3, reused: 8 },
    provisional: false,
    claims: { hold: 3, of: 3 },
    tags: ["paper", "wide"],
    note: "a wider network, for the appendix",
  },
  {
    id: "20261123-160813-3a77",
    started: "2026-11-23T16:08:13.000Z",
    seconds: 4.2,
    success: false,
    ended: "failed",
    arguments: ["reproduce"],
    counts: { ...NONE, failed: 1, skipped: 20 },
    provisional: true,
    tags: [],
    note: "",
  },
  {
    id: "20261123-155959-0001",
    started: "2026-11-23T15:59:59.000Z",
    seconds: 59,
    success: false,
    ended: "interrupted",
    arguments: ["reproduce", "--profile", "quick"],
    counts: { ...NONE, built: 2 },
    provisional: false,
    tags: [],
    note: "",
  },
  {
    id: "20261123-150000-0002",
    started: "2026-11-23T15:00:00.000Z",
    seconds: 201,
    success: false,
    ended: "refuted",
    arguments: ["reproduce"],
    counts: { ...NONE, built: 23 },
    provisional: false,
    claims: { hold: 2, of: 3 },
    tags: [],
    note: "",
  },
];
const ERRORS: Asked = {
  word: "test.mse",
  names: ["lr-0.1", "lr-0.01"].map((name) => ["models", name, "test", "mse"]),
  cells: [[0.114, 0.00615], [undefined, undefined], [undefined, 0.02], [
    0.1143,
    0.0059,
  ]],
};
const MANY: Asked = {
  word: "size",
  names: Array.from({ length: 300 }, (_, at) => [`part-${at}`, "size"]),
  cells: RUNS.map((_, row) =>
    Array.from({ length: 300 }, (_, at) => row === 1 ? undefined : at * row)
  ),
};

Deno.test("runsLines() shows how each run ended and what it measured, in any width", async (t) => {
  const shown = WIDTHS.flatMap((columns) => {
    const lines = runsLines(RUNS, columns, plain, [ERRORS]);
    fits(lines, columns);
    return [`${columns} columns`, ...lines, ""];
  });
  await t.assertSnapshot(shown.join("\n"));
  deepEqual(runsLines([], 80, plain), ["no run has changed anything yet"]);
});

Deno.test("runsLines() cuts nothing of what was typed and said", () => {
  for (const columns of [40, ...WIDTHS]) {
    const words = runsLines(RUNS, columns, plain).join(" ").split(/\s+/);
    const typed =
      "--set training.epochs=20 --set 'training.learning_rates=[0.1, 0.03, 0.01, 0.003, 0.001, 0.0003]' 'train[lr=0.1]'";
    ok(words.join("").includes(typed.replace(/\s+/g, "")), words.join(" "));
    match(words.join(" "), /#paper #wide a wider network, for the appendix/);
  }
});

Deno.test("runsLines() shows the chosen values alone, and of very many their range", async (t) => {
  const lines = runsLines(RUNS, 80, plain, [ERRORS, MANY], true);
  await t.assertSnapshot(lines.join("\n"));
});

const A: Side = {
  id: "20261123-160813-3a77",
  experiment: {
    training: { epochs: 10, learning_rates: [0.1, 0.01], batch_size: 64 },
    claims: [{
      id: "rates",
      holds:
        "final(validation_loss(lr=0.01)) < 0.02 and min(validation_loss(lr=0.1)) > 0.1",
    }],
  },
  metrics: {
    dataset: { sha256: "a".repeat(64), stand_in: false },
    models: { "lr-0.01": { test: { mse: 0.0352, psnr: 14.5 } } },
  },
  curves: {
    "lr-0.01 validation loss": [0.08, 0.05, 0.03, 0.02, 0.018],
    "lr-0.1 validation loss": [0.11, 0.11, 0.11],
    "lr-0.5 validation loss": [0.2],
  },
  artifacts: {
    "metrics.json": "1".repeat(64),
    "models/lr-0.01.onnx": "2".repeat(64),
    "figures/old.png": "3".repeat(64),
  },
};
const B: Side = {
  id: "20261123-161213-29bb",
  experiment: {
    training: { epochs: 20, learning_rates: [0.1, 0.01], batch_size: 64 },
    claims: [{
      id: "rates",
      holds:
        "final(validation_loss(lr=0.01)) < 0.02 and max(validation_loss(lr=0.1)) > 0.1",
    }],
  },
  metrics: {
    dataset: { sha256: "a".repeat(64), stand_in: false },
    models: { "lr-0.01": { test: { mse: 0.0156, psnr: 14.5 } } },
  },
  curves: {
    "lr-0.01 validation loss": [0.08, 0.04, 0.02, 0.012, 0.008, 0.007, 0.007],
    "lr-0.1 validation loss": [0.11, 0.11, 0.11],
    "lr-0.5 validation loss": [0.3],
  },
  artifacts: {
    "metrics.json": "4".repeat(64),
    "models/lr-0.01.onnx": "2".repeat(64),
    "report.html": "5".repeat(64),
  },
};

Deno.test("diffLines() shows what differs between two runs, and counts the rest", async (t) => {
  const shown = WIDTHS.flatMap((columns) => {
    const lines = diffLines(A, B, columns, plain);
    fits(lines, columns);
    return [`${columns} columns`, ...lines, ""];
  });
  await t.assertSnapshot(shown.join("\n"));
});

Deno.test("diffLines() of a run with itself says that all is equal", () => {
  equal(
    diffLines(A, A, 80, plain).slice(1).filter(Boolean).join("\n"),
    [
      "Parameters  all 5 are equal",
      "Metrics  all 3 are equal",
      "Curves  all 2 are equal",
      "Artifacts  all 3 are equal",
    ].join("\n"),
  );
});
