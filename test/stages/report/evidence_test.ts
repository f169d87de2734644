import assert from "node:assert/strict";
import { judgements } from "../../../stages/claims/judgement.ts";
import { evidenceOf } from "../../../stages/report/evidence.ts";
import { aligned, digits, listed } from "../../../stages/report/number.ts";
import { metrics, type Shown, steps } from "../claims/measured.ts";

/** The evidence of a check over some networks, a line for each comparison. */
function told(holds: string, shown: Shown[], tolerance?: number) {
  const claim = { id: "a", sentence: "A.", where: "p. 1", holds, epochs: 1 };
  const [judgement] = judgements(
    [{ ...claim, ...(tolerance !== undefined && { tolerance }) }],
    metrics(shown),
    steps(shown),
  );
  const { comparisons, joined } = evidenceOf(judgement!);
  return [
    ...comparisons.map(({ left, sign, right, plain, holding, seeds }) =>
      `${left} ${sign} ${right} ${holding}/${seeds}${plain ? "" : " rounded"}`
    ),
    ...(joined === undefined ? [] : [joined]),
  ];
}

const one = (train: number[], seed = 1, rate = 0.01): Shown => ({
  rate,
  seed,
  train,
  steps: [0.1196],
});

Deno.test("evidenceOf() puts the numbers into each comparison of the check", () => {
  assert.deepEqual(
    told(
      `final(validation_loss(lr=0.01)) < first(step_loss(lr=0.01)) / 5 and
       final(validation_loss(lr=0.01)) in 0.10..0.12 and
       final(validation_loss(lr=0.01)) >= tolerance and
       final(validation_loss(lr=0.01)) within 0.01 of 0.02`,
      [one([0.00675512])],
      0.002,
    ),
    [
      "0.006755 < 0.02392 1/1",
      "0.006755 in 0.1 … 0.12 0/1",
      "0.006755 ≥ 0.002 1/1",
      "0.006755 within 0.01 of 0.02 0/1",
    ],
  );
});

Deno.test("evidenceOf() shows as many digits as the comparison needs", () => {
  const below = "final(validation_loss(lr=0.01)) < 0.02";
  assert.deepEqual(told(below, [one([0.019998])]), ["0.019998 < 0.02 1/1"]);
  assert.deepEqual(told(below, [one([0.0199999999])]), [
    "0.0200000 < 0.02 1/1 rounded",
  ]);
});

Deno.test("evidenceOf() says how comparisons are joined where not all must be true", () => {
  assert.deepEqual(
    told(
      "final(train_loss(lr=0.01)) < 1 and (final(train_loss(lr=0.01)) > 2 or not final(train_loss(lr=0.01)) == 3)",
      [one([0.5])],
    ),
    [
      "0.5000 < 1 1/1",
      "0.5000 > 2 0/1",
      "0.5000 = 3 0/1",
      "(1) and ((2) or not (3))",
    ],
  );
});

Deno.test("evidenceOf() gives several seeds as a range, in one line", () => {
  const seeds = [0.01, 0.03, 0.015].map((loss, seed) => one([loss], seed));
  assert.deepEqual(told("final(train_loss(lr=0.01)) < 0.02", seeds), [
    "0.01000–0.03000 < 0.02 2/3",
  ]);
});

Deno.test("evidenceOf() has nothing of a claim that was not judged", () => {
  assert.deepEqual(told("final(train_loss(lr=0.5)) < 0.02", [one([1])]), []);
});

Deno.test("numbers: zero is 0, decimal points stand below each other", () => {
  assert.equal(digits(0), "0");
  assert.equal(digits(12345.6), "12350");
  assert.deepEqual(
    aligned(["0.1140", "12", "0.006755"]).map((text) =>
      text.replaceAll("\u2007", "_").replaceAll("\u2008", ".")
    ),
    ["_0.1140__", "12.______", "_0.006755"],
  );
  assert.equal(listed([1]), "1");
  assert.equal(listed([1, 2]), "1 and 2");
  assert.equal(listed([1, 2, 3, 4, 5, 6, 7, 8]), "1, 2, 3, 4, 5 and 3 others");
});
