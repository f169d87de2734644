/**
 * Whatever stands where a claim, a quote or a text should: it is judged, or
 * refused in words. The cases are the same every time; with FACSIMILE_LONG=1
 * there are many more.
 */
import { deepEqual, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { checkClaim, describe } from "../../../stages/claims/check.ts";
import {
  evaluate,
  type Measured,
  Missing,
} from "../../../stages/claims/evaluate.ts";
import { checkPattern, compareQuotes } from "../../../stages/quotes/quotes.ts";
import { print } from "../../../stages/claims/print.ts";
import { parse } from "../../../stages/claims/syntax.ts";

const LONG = Deno.env.get("FACSIMILE_LONG") === "1";
const FIXED = { seed: 20261125, numRuns: LONG ? 100_000 : 2_000 };

const NETWORKS: readonly Measured[] = [1, 2].map((seed) => ({
  seed,
  at: { lr: 0.1, seed },
  series: {
    train_loss: [3, 2, 1],
    validation_loss: [4, 2],
    step_loss: [],
  },
  scalars: { "test.mse": 0.25 },
}));

const word = fc.oneof(
  fc.constantFrom(
    ..."( ) , = == < <= > >= .. + - * / and or not in of within 0 1 2 0.1 1e999 1e-999 . 1. tolerance lr seed lr=0.1 seed=1 first final min max mean drop slope at after train_loss validation_loss step_loss test.mse test.psnr (lr=0.1) final(train_loss(lr=0.1)) test.mse(lr=0.1) constructor __proto__ toString __proto__=1 é 𝄞 # \0"
      .split(" "),
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const soup = fc.array(word, { maxLength: 16 }).map((words) => words.join(" "));
/** Mostly right, so that there is something to evaluate. */
const number = fc.letrec<{ number: string }>((tie) => ({
  number: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(
      "0",
      "1",
      "2.5",
      "1e300",
      "tolerance",
      "test.mse(lr=0.1)",
      "test.psnr(lr=0.1, seed=2)",
      "test.mse(lr=9)",
      "max(step_loss(lr=0.1))",
    ),
    tie("number").map((of) => `-(${of})`),
    fc.tuple(tie("number"), fc.constantFrom(..."+-*/"), tie("number"))
      .map(([a, sign, b]) => `(${a}) ${sign} (${b})`),
    tie("number").map((n) => `at(train_loss(lr=0.1), ${n})`),
    tie("number").map((n) => `mean(after(train_loss(lr=0.1), ${n}))`),
  ),
})).number;
const claim = fc.oneof(
  { weight: 2, arbitrary: soup },
  {
    weight: 3,
    arbitrary: fc.tuple(
      number,
      fc.constantFrom("<", ">=", "==", "in 0 ..", "within 1 of"),
      number,
    )
      .map((parts) => parts.join(" ")),
  },
);
const wanted = { type: "truth", constants: ["tolerance"] } as const;

Deno.test("whatever a claim says, it is judged, lacks something, or is refused with its place", () => {
  let judged = 0;
  fc.assert(
    fc.property(claim, (text) => {
      const problems = checkClaim(text, wanted);
      for (const problem of problems) {
        match(describe(text, problem), /^\S[^]*\n[^]*\n *\^+$/);
        ok(problem.at >= 0 && problem.at <= text.length);
      }
      if (problems.length > 0) return;
      const expression = parse(text);
      deepEqual(print(parse(print(expression))), print(expression));
      try {
        const { result } = evaluate(expression, {
          base: {},
          networks: NETWORKS,
          seed: 1,
          constants: { tolerance: 0.1 },
        });
        ok(typeof result === "boolean");
        judged++;
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
      }
    }),
    FIXED,
  );
  ok(judged > FIXED.numRuns / 50, `only ${judged} judged: nothing was tried`);
});

Deno.test("an expression that is too deep or too long is refused, not followed to the end of the stack", () => {
  const many = 100_000;
  for (
    const text of [
      "(".repeat(many),
      "(".repeat(many) + "1" + ")".repeat(many),
      "-".repeat(many) + "1 < 2",
      "not ".repeat(many) + "1 < 2",
      "min(".repeat(many),
      "1" + "+1".repeat(many) + " < 2",
      "1 < 2" + " and 1 < 2".repeat(many),
      "a".repeat(many),
      " ".repeat(many),
      "1".repeat(many) + " < 2",
    ]
  ) {
    // As long as it may be, and as long as it is.
    for (const length of [3900, text.length]) {
      const problems = checkClaim(text.slice(0, length), wanted);
      if (length === text.length) match(problems[0]!.message, /at most 4000/);
      for (const problem of problems) {
        ok(describe(text, problem).length < 500, problem.message);
      }
    }
  }
});

Deno.test("whatever a pattern and a text say, the quote is compared or refused", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "{}",
      " ",
      "\n",
      "1",
      "0.25",
      "−3",
      "1,000",
      "25%",
      "1e400",
    ),
    fc.constantFrom(
      ..."\\ $ ^ ( [ ] ) { } | * + ? . \0 \\d é __proto__".split(" "),
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  const words = fc.array(piece, { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(
    fc.property(words, words, words, (before, after, around) => {
      const pattern = `${before}{}${after}`;
      if (checkPattern(pattern) !== undefined) return;
      const found = compareQuotes(
        [{ file: "__proto__", pattern, value: "test.mse(lr=0.1)", epochs: 1 }],
        Object.fromEntries([[
          "__proto__",
          `${around}${before}0.25${after}${around}`,
        ]]),
        { networks: NETWORKS, observed: [], base: {} },
      );
      ok(found.some(({ quoted }) => quoted !== null), pattern);
    }),
    FIXED,
  );
});
