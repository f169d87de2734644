/** Claims over what any stages measured, without a network. */
import { deepEqual } from "node:assert/strict";
import {
  concludeAll,
  measurementsOf,
} from "../../../stages/claims/conclusion.ts";
import { checkClaim } from "../../../stages/claims/check.ts";
import type { Gathered } from "../../../stages/formats/measured.ts";
import { measure } from "../../../stages/quotes/quotes.ts";

/** What became of an expression, and why. */
const judged = (holds: string, gathered: Gathered): string => {
  const claim = { id: "x", sentence: "X.", where: "p. 1", holds };
  const [found] = concludeAll([claim], measurementsOf(gathered));
  return `${found!.verdict}: ${found!.evidence.summary}`;
};

const point = (at: { [axis: string]: number | string }, slope: number) => ({
  at,
  values: { slope },
});

Deno.test("a claim speaks of any stage at places on its axes", () => {
  const gathered: Gathered = {
    measured: { fit: { a: point({ set: 1 }, 0.5), b: point({ set: 2 }, 2) } },
  };
  deepEqual(
    [
      judged("fit.slope(set=1) < 1", gathered),
      judged("fit.slope(set=2) < 1", gathered),
      judged("fit.slope(set=3) < 1", gathered),
      judged("fit.slope < 1", gathered),
      judged("fit.slope(set=1) < 1", {}),
    ],
    [
      "holds: fit.slope(set=1) = 0.5",
      "fails: not so: fit.slope(set=2) < 1 – fit.slope(set=2) = 2",
      "not judged: the stage fit did not run at set=3",
      "not judged: fit.slope stands for 2 values; select one, as in fit.slope(set=1)",
      "not judged: nothing was measured",
    ],
  );
});

Deno.test("a point that leaves an axis out is where the tables are", () => {
  const gathered: Gathered = {
    axes: { method: { setting: "fit.method", base: "line" } },
    measured: {
      fit: { a: point({}, 0.5), b: point({ method: "curve" }, 2) },
      spread: { all: point({}, 7) },
    },
  };
  deepEqual(
    [
      judged("fit.slope < 1", gathered),
      judged('fit.slope(method="line") < 1', gathered),
      judged('fit.slope(method="curve") > 1', gathered),
      judged("spread.slope == 7", gathered),
      judged('spread.slope(method="curve") == 7', gathered),
    ],
    [
      "holds: fit.slope = 0.5",
      'holds: fit.slope(method="line") = 0.5',
      'holds: fit.slope(method="curve") = 2',
      "holds: spread.slope = 7",
      'holds: spread.slope(method="curve") = 7',
    ],
  );
});

Deno.test("what is to be selected is told as an expression has it", () => {
  const gathered: Gathered = {
    measured: {
      fit: {
        a: point({ method: "least-squares" }, 1),
        b: point({ method: "theil-sen" }, 2),
      },
    },
  };
  deepEqual(
    judged("fit.slope < 1", gathered),
    'not judged: fit.slope stands for 2 values; select one, as in fit.slope(method="least-squares")',
  );
});

Deno.test("what is measured at several seeds is judged for each, and quoted as their mean", () => {
  const gathered: Gathered = {
    measured: {
      fit: Object.fromEntries(
        [1, 2, 3].map((seed) => [`seed-${seed}`, point({ seed }, seed)]),
      ),
    },
  };
  deepEqual(
    [judged("fit.slope < 9", gathered), judged("fit.slope < 3", gathered)],
    [
      "holds: holds for all 3 seeds",
      "fails: holds for 2 of 3 seeds, not for 3",
    ],
  );
  deepEqual(measure({ value: "fit.slope" }, measurementsOf(gathered)), {
    value: 2,
  });
});

Deno.test("test.mse is any stage's where there are no networks, and their words are unknown", () => {
  const gathered: Gathered = {
    measured: { test: { all: { at: { set: 1 }, values: { mse: 4 } } } },
  };
  deepEqual(
    judged("test.mse(set=1) == 4", gathered),
    "holds: test.mse(set=1) = 4",
  );
  const wrong = (text: string, networks: boolean) =>
    checkClaim(text, { type: "truth", stages: ["test"], axes: [], networks })
      .map(({ message }) => message);
  deepEqual(wrong("test.mse == 4", false), []);
  deepEqual(wrong("test.mse == 4", true).length, 1);
  deepEqual(wrong("final(train_loss) < 1", false), [
    '"train_loss" is not known; known are first, final, min, max, mean, drop, slope, at, after, test.…',
  ]);
});
