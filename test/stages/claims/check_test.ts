import { deepEqual, equal } from "node:assert/strict";
import { checkClaim, describe } from "../../../stages/claims/check.ts";

/** Everything that is said of an expression. */
const said = (text: string, constants?: string[]) =>
  checkClaim(text, {
    type: "truth",
    axes: ["lr", "seed"],
    ...(constants && { constants }),
  })
    .map((problem) => describe(text, problem)).join("\n");

Deno.test("checkClaim() finds nothing wrong with what can be judged", () => {
  for (
    const text of [
      "final(train_loss(lr=0.1)) < 1",
      "at(step_loss(lr=0.1, seed=2), 3) / 2 within 0.1 of -test.psnr(lr=1)",
      "not (slope(after(validation_loss(lr=1), 1)) > 0 or 1 == 2)",
    ]
  ) equal(said(text), "");
  equal(said("drop(train_loss(lr=1)) < tolerance", ["tolerance"]), "");
});

const wrong: [rule: string, text: string, says: string][] = [
  [
    "a misspelt question and the nearest one",
    "fianl(train_loss(lr=1)) < 1",
    `"fianl" is not known; did you mean "final"?
fianl(train_loss(lr=1)) < 1
^^^^^`,
  ],
  [
    "a misspelt series in its line of several",
    "first(train_loss(lr=1)) > 0 and\nfinal(validation_lose(lr=1)) < 1",
    `"validation_lose" is not known; did you mean "validation_loss"?
final(validation_lose(lr=1)) < 1
      ^^^^^^^^^^^^^^^`,
  ],
  [
    "a word like no other, with all that there are",
    "weather > 1",
    `"weather" is not known; known are first, final, min, max, mean, drop, slope, at, after, train_loss, validation_loss, step_loss, test.mse, test.psnr, test.ssim
weather > 1
^^^^^^^`,
  ],
  [
    "what every object inherits",
    "constructor(lr=1) > 1",
    `"constructor" is not known; known are first, final, min, max, mean, drop, slope, at, after, train_loss, validation_loss, step_loss, test.mse, test.psnr, test.ssim
constructor(lr=1) > 1
^^^^^^^^^^^`,
  ],
  [
    "a series that is not asked",
    "train_loss(lr=1) < 1",
    `a series stands where a number is expected; ask it, as in final(…)
train_loss(lr=1) < 1
^^^^^^^^^^`,
  ],
  [
    "a number that claims nothing",
    "test.mse(lr=1)",
    `a number stands where a statement is expected
test.mse(lr=1)
^^^^^^^^`,
  ],
  [
    "a statement that is calculated with",
    "(1 < 2) + 3 > 1",
    `a statement stands where a number is expected
(1 < 2) + 3 > 1
   ^`,
  ],
  [
    "a series without a learning rate",
    "final(train_loss) < 1",
    `"train_loss" needs a learning rate, as in train_loss(lr=0.01)
final(train_loss) < 1
      ^^^^^^^^^^`,
  ],
  [
    "a selection by something else",
    "test.mse(lr=1, epoch=2) < 1",
    `"test.mse" is selected by the axes lr, seed, and not by "epoch"
test.mse(lr=1, epoch=2) < 1
^^^^^^^^`,
  ],
  [
    "a question without its number",
    "at(train_loss(lr=1)) < 1",
    `"at" takes a series and a number
at(train_loss(lr=1)) < 1
^^`,
  ],
  [
    "the zeroth value",
    "at(train_loss(lr=1), 0) < 1",
    `values are counted by whole numbers from 1
at(train_loss(lr=1), 0) < 1
                     ^`,
  ],
  [
    "a range the wrong way round",
    "test.mse(lr=1) in 0.12..0.10",
    `nothing lies in a range that ends below its start
test.mse(lr=1) in 0.12..0.10
                  ^`,
  ],
  [
    "a tolerance that the claim does not have",
    "test.mse(lr=1) < tolerance",
    `no "tolerance" is set here
test.mse(lr=1) < tolerance
                 ^^^^^^^^^`,
  ],
  [
    "every mistake, each once",
    "fianl(train_loss(lr=1)) < 1 and mim(test.mse(lr=1)) > 2 or not 3",
    `"fianl" is not known; did you mean "final"?
fianl(train_loss(lr=1)) < 1 and mim(test.mse(lr=1)) > 2 or not 3
^^^^^
"mim" is not known; did you mean "min"?
fianl(train_loss(lr=1)) < 1 and mim(test.mse(lr=1)) > 2 or not 3
                                ^^^
a number stands where a statement is expected
fianl(train_loss(lr=1)) < 1 and mim(test.mse(lr=1)) > 2 or not 3
                                                               ^`,
  ],
];

for (const [rule, text, says] of wrong) {
  Deno.test(`checkClaim() tells ${rule}`, () => equal(said(text), says));
}

Deno.test("checkClaim() takes a number where one is wanted", () => {
  deepEqual(checkClaim("test.mse(lr=1) * 2", { type: "number" }), []);
});

Deno.test("checkClaim() takes names that every object has for what they are: names", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    for (
      const text of [
        `${name} < 1`,
        `${name}(lr=1) < 1`,
        `final(${name}) < 1`,
        `${name}(train_loss(lr=1)) < 1`,
        `test.mse(lr=1, ${name}=2) < 1`,
      ]
    ) {
      equal(checkClaim(text, { type: "truth", axes: ["lr"] }).length, 1, text);
    }
  }
});
