import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Task } from "../../../pipeline/stage/task.ts";
import {
  checkPattern,
  compareQuotes,
  type Quote,
} from "../../../stages/quotes/quotes.ts";
import stage, { type Params } from "../../../stages/quotes/stage.ts";
import writeNumbers, {
  type Params as NumbersParams,
} from "../../../stages/quotes/numbers.ts";
import { metrics, networks, type Shown } from "../claims/measured.ts";

const SHOWN: Shown[] = [{ rate: 0.01, train: [0.02, 0.01], mse: 0.012149 }];

function compare(
  text: string,
  pattern: string,
  { shown = SHOWN, standIn = false, ...other }:
    & { shown?: Shown[]; standIn?: boolean }
    & Partial<Quote> = {},
) {
  const quote: Quote = {
    file: "README.md",
    pattern,
    value: "test.mse(lr=0.01)",
    epochs: 1,
    ...other,
  };
  return compareQuotes([quote], { "README.md": text }, {
    base: {},
    networks: networks(shown),
    observed: [],
    dataset: { name: "mnist", stand_in: standIn },
  });
}
const verdict = (...args: Parameters<typeof compare>) =>
  compare(...args).map(({ verdict, quoted, measured, because }) =>
    [verdict, quoted, measured ?? because].filter((part) => part !== null)
      .join(" ")
  );

Deno.test("compareQuotes() holds a number to the digits that it has", () => {
  const error = (number: string) =>
    verdict(`an error of ${number} here`, "error of {} here");
  deepEqual(error("0.0121"), ["matches 0.0121 0.0121"]);
  deepEqual(error("0.012"), ["matches 0.012 0.012"]);
  deepEqual(error("0.0122"), ["differs 0.0122 0.0121"]);
  deepEqual(error("0.01215"), ["matches 0.01215 0.01215"]);
  deepEqual(error("0.01214"), ["differs 0.01214 0.01215"]);
  deepEqual(error("1.21e-2"), ["matches 1.21e-2 1.21e-2"]);
  deepEqual(error("1.22e-2"), ["differs 1.22e-2 1.21e-2"]);
  deepEqual(error("1.2%"), ["matches 1.2% 1.2%"]);
  deepEqual(error("1.3%"), ["differs 1.3% 1.2%"]);
});

Deno.test("compareQuotes() matches whatever a value is rounded to", () => {
  fc.assert(fc.property(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.integer({ min: 0, max: 9 }),
    (mse, digits) => {
      const text = `x = ${mse.toFixed(digits)};`;
      const shown = [{ ...SHOWN[0]!, mse }];
      equal(compare(text, "x = {};", { shown })[0]?.verdict, "matches", text);
    },
  ));
});

Deno.test("compareQuotes() reads signs, thousands and an end of sentence", () => {
  const of = (text: string, mse: number) =>
    compare(text, "is {}", { shown: [{ ...SHOWN[0]!, mse }] })[0];
  equal(of("it is −12.5.", -12.5)?.verdict, "matches");
  equal(of("it is 55,000, about", 55000)?.quoted, "55,000");
  equal(of("it is 55,000.", 55000)?.verdict, "matches");
});

Deno.test("compareQuotes() finds words across lines, literally, at every place", () => {
  const text = "One.\nThe (mean)\n  error 0.0121\nand the (mean) error 0.5";
  deepEqual(
    compare(text, "(mean) error {}").map((
      { line, verdict },
    ) => [line, verdict]),
    [[3, "matches"], [4, "differs"]],
  );
  deepEqual(verdict("The mean error 0.0121", "(mean) error {}"), ["not found"]);
  deepEqual(verdict("an error of nothing", "error of {}"), ["not found"]);
});

Deno.test("compareQuotes() does not judge stand-ins, short runs and missing networks", () => {
  const text = "error 0.9";
  deepEqual(verdict(text, "error {}", { standIn: true }), [
    "not judged 0.9 stand-in data, of which the text does not speak",
  ]);
  deepEqual(verdict(text, "error {}", { epochs: 10 }), [
    "not judged 0.9 it takes 10 epochs to judge, and this run has 2",
  ]);
  deepEqual(verdict(text, "error {}", { value: "test.mse(lr=0.5)" }), [
    "not judged 0.9 no network was trained with lr=0.5, seed=1",
  ]);
  deepEqual(verdict(text, "error {}", { shown: [] }), [
    "not judged 0.9 nothing was measured",
  ]);
});

Deno.test("compareQuotes() does not judge a number of other data than the run's", () => {
  deepEqual(verdict("error 0.9", "error {}", { data: "fashion" }), [
    "not judged 0.9 the text speaks of fashion, and this run is of mnist",
  ]);
  deepEqual(verdict("error 0.012", "error {}", { data: "mnist" }), [
    "matches 0.012 0.012",
  ]);
});

Deno.test("compareQuotes() takes the mean of several seeds", () => {
  const shown = [1, 2, 3].map((seed) => ({ ...SHOWN[0]!, seed, mse: seed }));
  deepEqual(verdict("error 2.00", "error {}", { shown }), [
    "matches 2.00 2.00",
  ]);
});

Deno.test("checkPattern() wants one place for the number", () => {
  equal(checkPattern("an error of {}"), undefined);
  for (const pattern of ["none", "{} and {}"]) {
    equal(
      checkPattern(pattern),
      'it takes one {} where the number stands, as in "an error of {} on the test images"',
    );
  }
});

Deno.test("the stage warns of every number that no longer matches", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(
      `${folder}/metrics`,
      JSON.stringify(metrics(SHOWN)),
    );
    Deno.writeTextFileSync(`${folder}/text`, "right 0.0121\nwrong 0.0131\n");
    const warnings: string[] = [];
    const number = (pattern: string): Quote => ({
      file: "README.md",
      pattern,
      value: "test.mse(lr=0.01)",
      epochs: 1,
    });
    const task: Pick<
      Task<Params>,
      "params" | "input" | "inputs" | "output" | "remark"
    > = {
      params: { numbers: ["right {}", "wrong {}", "lost {}"].map(number) },
      input: (name) => `${folder}/${name === "metrics" ? "metrics" : "text"}`,
      inputs: () => [],
      output: () => `${folder}/quotes.json`,
      remark: (message) => warnings.push(message),
    };
    stage(task as Task<Params>);
    deepEqual(warnings, [
      "README.md:2 quotes 0.0131 for test.mse(lr=0.01), which is 0.0121",
      'README.md does not say "lost {}"',
    ]);
    warnings.length = 0;
    Deno.writeTextFileSync(
      `${folder}/metrics`,
      JSON.stringify(
        metrics(
          [1, 2].flatMap((seed) => SHOWN.map((one) => ({ ...one, seed }))),
        ),
      ),
    );
    stage(task as Task<Params>);
    equal(
      warnings[0],
      "README.md:2 quotes 0.0131 for test.mse(lr=0.01), which is 0.0121, the mean of 2 seeds",
    );
    throws(
      () =>
        stage(
          { ...task, params: { ...task.params, strict: true } } as Task<Params>,
        ),
      {
        message: "2 of 3 quoted numbers are not what was measured",
        seen:
          "README.md:2 quotes 0.0131 for test.mse(lr=0.01), which is 0.0121, the mean of 2 seeds; " +
          'README.md does not say "lost {}"',
      },
    );
    const found: { verdict: string }[] = JSON.parse(
      Deno.readTextFileSync(`${folder}/quotes.json`),
    );
    deepEqual(found.map(({ verdict }) => verdict), [
      "matches",
      "differs",
      "not found",
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("numbers() writes a macro for each number, and no number that cannot be said", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const written = (standIn: boolean) => {
      Deno.writeTextFileSync(
        `${folder}/metrics`,
        JSON.stringify(metrics(SHOWN, standIn)),
      );
      const numeral = (
        name: string,
        value: string,
        digits = 3,
        epochs = 1,
      ) => ({
        name,
        value,
        digits,
        epochs,
      });
      const task: Pick<
        Task<NumbersParams>,
        "params" | "input" | "inputs" | "output"
      > = {
        params: {
          numbers: [
            numeral("mse", "test.mse(lr=0.01)"),
            numeral("tiny", "test.mse(lr=0.01) / 1000000"),
            numeral("large", "test.mse(lr=0.01) * 1000000", 2),
            numeral("zero", "test.mse(lr=0.01) * 0"),
            numeral("short", "test.mse(lr=0.01)", 3, 9),
          ],
        },
        input: () => `${folder}/metrics`,
        inputs: () => [],
        output: (name) => `${folder}/${name}`,
      };
      writeNumbers(task as Task<NumbersParams>);
      return Deno.readTextFileSync(`${folder}/tex`).split("\n").slice(2);
    };
    deepEqual(written(false), [
      String.raw`\newcommand{\mse}{\ensuremath{0.0121}}`,
      String.raw`\newcommand{\tiny}{\ensuremath{1.21\times 10^{-8}}}`,
      String.raw`\newcommand{\large}{\ensuremath{12000}}`,
      String.raw`\newcommand{\zero}{\ensuremath{0.00}}`,
      String
        .raw`\newcommand{\short}{\textbf{??}}% test.mse(lr=0.01): it takes 9 epochs to judge, and this run has 2`,
      "",
    ]);
    deepEqual(JSON.parse(Deno.readTextFileSync(`${folder}/json`)).mse, {
      text: "0.0121",
      value: 0.012149,
    });
    equal(
      written(true)[0],
      String
        .raw`\newcommand{\mse}{\textbf{??}}% test.mse(lr=0.01): stand-in data, of which the text does not speak`,
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
