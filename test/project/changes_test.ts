/**
 * What a person is told who changes something, before anything runs: `--dry-run` and
 * `why`, whole. Before the changes there were three runs: the plain configuration, a
 * wider model, and last a quick trial on little data.
 */
import { equal } from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { INTEGRITY, Survey } from "./survey.ts";

const FIT = "fit[rate=0.1,seed=1]";

/** What is changed, what is asked about, and how. */
interface Change {
  readonly name: string;
  readonly about: string;
  readonly args?: readonly string[];
  /** Edits, which are taken back. */
  readonly edits?:
    readonly (readonly [path: string, from: string, to: string])[];
}

const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

const CHANGES: readonly Change[] = [
  { name: "nothing", about: FIT },
  {
    name: "wider still",
    about: FIT,
    args: ["--set", "fit.width=[16, 4]"],
  },
  { name: "longer", about: FIT, args: ["--set", "fit.steps=20"] },
  { name: "shorter", about: FIT, args: ["--set", "fit.steps=4"] },
  {
    name: "on less data",
    about: FIT,
    args: ["--set", "words.most=4000"],
  },
  {
    name: "another rate",
    about: "fit[rate=0.05,seed=1]",
    args: ["--set", "fit.rates=[0.1, 0.05, 0.01]"],
  },
  {
    name: "one rate less",
    about: "draw[figure=curve]",
    args: ["--set", "fit.rates=[0.1]"],
  },
  {
    name: "thirty seeds",
    about: "report",
    args: ["--set", `fit.seeds=${JSON.stringify(seeds)}`],
  },
  {
    name: "another engine",
    about: FIT,
    args: ["--set", 'engine="fast"'],
  },
  {
    name: "a figure's setting",
    about: "draw",
    args: ["--set", 'draw.curve.scale="linear"'],
  },
  {
    name: "a comment",
    about: FIT,
    edits: [[
      "stages/fit.ts",
      "export default",
      "// A remark.\nexport default",
    ]],
  },
  {
    name: "a function",
    about: FIT,
    edits: [["stages/method.ts", 'step + " "', '" " + step']],
  },
  {
    name: "the input file",
    about: FIT,
    edits: [["text.txt", "to be or", "to be, or"]],
  },
  {
    name: "a package that the lock has otherwise",
    about: FIT,
    edits: [["deno.lock", INTEGRITY, "sha512-another"]],
  },
  {
    name: "asked for once more",
    about: FIT,
    args: ["--force", "fit"],
  },
];

Deno.test("--dry-run and why say of fifteen changes what a person needs to decide", async (t) => {
  using survey = new Survey();
  const story: string[] = [
    "## before anything ran",
    await survey.dryRun(),
    await survey.why(FIT),
  ];
  await survey.run();
  await survey.run("--set", "fit.width=[16, 8]");
  await survey.run("--profile", "quick");
  for (const { name, about, args = [], edits = [] } of CHANGES) {
    for (const [path, from, to] of edits) survey.edit(path, from, to);
    const set = args.includes("--force") ? [] : args;
    story.push(
      `## ${name}`,
      await survey.dryRun(...args),
      "",
      await survey.why(about, ...set),
    );
    for (const [path, from, to] of edits) survey.edit(path, to, from);
  }
  story.push("## a renamed module");
  renameSync(survey.path("stages/method.ts"), survey.path("stages/way.ts"));
  survey.edit("stages/fit.ts", "./method.ts", "./way.ts");
  story.push(await survey.dryRun(), "", await survey.why(FIT));
  renameSync(survey.path("stages/way.ts"), survey.path("stages/method.ts"));
  survey.edit("stages/fit.ts", "./way.ts", "./method.ts");

  await survey.run();
  story.push("## a deleted artifact");
  rmSync(survey.path("artifacts/figures/curve.svg"));
  story.push(await survey.dryRun(), "", await survey.why("draw[figure=curve]"));
  await t.assertSnapshot(story.join("\n"));
});

Deno.test("status --verbose has every instance, and what contained it", async () => {
  using survey = new Survey();
  await survey.run();
  const told = await survey.status(
    "--verbose",
    ...["--set", 'draw.curve.scale="linear"'],
  );
  equal(
    // The last line is about this machine's cores.
    told.split("\n").slice(0, -1).join("\n"),
    `\
artifacts/ holds the plain configuration, not draw.curve.scale="linear";
deno task reproduce --set 'draw.curve.scale="linear"' replaces it by running at
most 2 instances
will run
  draw[figure=curve]     about 0.5 s  param scale: log → linear [deno]
may run
  report                       0.5 s  if draw[figure=curve] gives something else
                                      [deno]
reused: up to date
  gather                              [deno]
  fit[rate=0.1,seed=1]                [deno]
  fit[rate=0.01,seed=1]               [deno]
  draw[figure=bars]                   [deno]`,
  );
});
