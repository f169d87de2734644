import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { evaluate, Missing } from "../../../stages/claims/evaluate.ts";
import { parse } from "../../../stages/claims/syntax.ts";
import { networks, type Shown } from "./measured.ts";

const SHOWN: Shown[] = [
  {
    rate: 0.1,
    train: [5, 3, 4, 2],
    steps: [9, 8, 7],
    mse: 0.25,
    psnr: null,
  },
  { rate: 0.1, seed: 2, train: [1, 1, 1, 1] },
];

function find(text: string, seed = 1) {
  return evaluate(parse(text), {
    base: {},
    networks: networks(SHOWN),
    seed,
    constants: { tolerance: 0.5 },
  });
}
const value = (text: string, seed?: number) => find(text, seed).result;

Deno.test("evaluate() asks series as the names say", () => {
  const asked = Object.fromEntries(
    ["first", "final", "min", "max", "mean", "drop", "slope"].map((
      name,
    ) => [name, value(`${name}(train_loss(lr=0.1))`)]),
  );
  deepEqual(asked, {
    first: 5,
    final: 2,
    min: 2,
    max: 5,
    mean: 3.5,
    drop: 3,
    slope: -0.8,
  });
  equal(value("at(train_loss(lr=0.1), 3)"), 4);
  equal(value("max(after(train_loss(lr=0.1), 1))"), 4);
  equal(value("first(after(after(step_loss(lr=0.1), 1), 1))"), 7);
  equal(value("slope(after(step_loss(lr=0.1), 2))"), 0);
});

Deno.test("evaluate() gives the slope of a straight line, wherever it lies", () => {
  const whole = fc.integer({ min: -1000, max: 1000 });
  fc.assert(fc.property(
    whole,
    whole,
    fc.integer({ min: 2, max: 50 }),
    (rise, start, length) => {
      const train = Array.from({ length }, (_, x) => start + rise * x);
      const { result } = evaluate(parse("slope(train_loss(lr=1))"), {
        base: {},
        networks: networks([{ rate: 1, train }]),
        seed: 1,
        constants: {},
      });
      if (Math.abs(Number(result) - rise) > 1e-9) throw new Error(`${result}`);
    },
  ));
});

Deno.test("evaluate() selects by the seed that is judged, or by the one that is named", () => {
  equal(value("final(train_loss(lr=0.1))"), 2);
  equal(value("final(train_loss(lr=0.1))", 2), 1);
  equal(value("final(train_loss(lr=0.1, seed=1))", 2), 2);
});

Deno.test("evaluate() calculates and compares as mathematics does", () => {
  for (
    const [text, expected] of [
      ["1 + 2 * 3 - 4 / 2", 5],
      ["-(1 - 3) * 2", 4],
      ["8 / 4 / 2", 1],
      ["5 - 3 - 1", 1],
      ["1 < 2 and 2 <= 2 and not 3 < 3", true],
      ["1 > 2 or 2 >= 2", true],
      ["1 > 2 or 2 > 2", false],
      ["1 == 1 and 1 == 2", false],
      ["2 in 2..3 and 3 in 2..3", true],
      ["1 in 2..3 or 4 in 2..3", false],
      ["1.5 within 0.5 of 2 and 2.5 within tolerance of 2", true],
      ["1.4 within 0.5 of 2", false],
      ["not (1 < 2) or 1 < 2", true],
    ] as const
  ) equal(value(text), expected, text);
});

Deno.test("evaluate() shows all numbers that it rests on, and what is not so", () => {
  deepEqual(
    find(
      "final(train_loss(lr=0.1)) > 3 or 2 * test.mse(lr=0.1) < tolerance and first(train_loss(lr=0.1)) in 4..6",
    ),
    {
      result: false,
      values: {
        "final(train_loss(lr=0.1))": 2,
        "test.mse(lr=0.1)": 0.25,
        "2 * test.mse(lr=0.1)": 0.5,
        tolerance: 0.5,
        "first(train_loss(lr=0.1))": 5,
      },
      measured: [
        "final(train_loss(lr=0.1))",
        "test.mse(lr=0.1)",
        "first(train_loss(lr=0.1))",
      ],
      untrue: [
        "final(train_loss(lr=0.1)) > 3",
        "2 * test.mse(lr=0.1) < tolerance",
      ],
    },
  );
});

Deno.test("evaluate() says what is missing instead of judging without it", () => {
  for (
    const [text, because] of [
      [
        "final(train_loss(lr=0.2)) > 1",
        "no network was trained with lr=0.2, seed=1",
      ],
      [
        "at(train_loss(lr=0.1), 5) > 1",
        "at(train_loss(lr=0.1), n) goes up to n = 4 here, and 5 is asked for",
      ],
      [
        "min(after(train_loss(lr=0.1), 4)) > 1",
        "after(train_loss(lr=0.1), n) goes up to n = 3 here, and 4 is asked for",
      ],
      ["test.psnr(lr=0.1) > 1", "test.psnr(lr=0.1) has no finite value"],
      ["1 / 0 > 1", "1 / 0 is no finite number"],
      ["0 / 0 == 1 or 1 < 2", "0 / 0 is no finite number"],
      [
        "first(step_loss(lr=0.1, seed=2)) > 1",
        "step_loss(lr=0.1, seed=2) is empty",
      ],
    ] as const
  ) {
    throws(() => find(text), (error) => {
      equal((error as Error).message, because);
      return error instanceof Missing;
    });
  }
});
