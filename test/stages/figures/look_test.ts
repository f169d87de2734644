/** That what stands for different things looks different, and that words stand beside each other. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  colourScale,
  INK,
  looksOf,
  readable,
} from "../../../stages/figures/palette.ts";
import { ticksAmong } from "../../../stages/figures/noise-chart.ts";
import { namesFit, placed } from "../../../stages/figures/plot.ts";
import { scaleTicks } from "../../../stages/figures/scale.ts";
import { someOf } from "../../../stages/figures/series.ts";

Deno.test("looksOf() gives no two series one look, and few series marks of their own", () => {
  for (let count = 1; count <= 20; count++) {
    for (const numbers of [true, false]) {
      const values = Array.from(
        { length: count },
        (_, at) => numbers ? (at + 1) / 1000 : null,
      );
      const looks = looksOf(values, null);
      equal(new Set(looks.map(({ colour }) => colour)).size, count);
      if (count <= 6) equal(new Set(looks.map(({ mark }) => mark)).size, count);
    }
  }
});

Deno.test("looksOf() gives many series the colours of a scale, by the logarithm where they span much", () => {
  const colour = (value: number, ...others: number[]) => {
    const values = [value, ...others, ...others.map((one) => one * 1.01)];
    return looksOf(values, colourScale("lr", values))[0]!.colour;
  };
  equal(
    colour(0.01, 1 / 1.01, 0.0001, 0.0002),
    colour(0.1, 10 / 1.01, 0.001, 0.002),
  );
  equal(colour(5, 0, 10 / 1.01, 1), colour(50, 0, 100 / 1.01, 10));
  equal(colourScale("lr", [0.1, 0.1]), null);
  equal(colourScale("encoder", [null, null]), null);
});

Deno.test("placed() keeps names apart, in order and within the chart, if they fit", () => {
  const apart = 9.5;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 190, noNaN: true }), { maxLength: 21 }),
      (places) => {
        const wanted = places.toSorted((a, b) => a - b);
        const found = placed(wanted, { apart, low: 0, high: 190 });
        ok(namesFit(found.length, 190));
        found.forEach((place, at) => {
          ok(place >= -1e-9 && place <= 190 + 1e-9);
          ok(at === 0 || place - found[at - 1]! >= apart - 1e-9);
        });
        // Who has room stays.
        const alone = wanted.every((place, at) =>
          at === 0 || place - wanted[at - 1]! >= apart
        );
        if (alone) deepEqual(found, wanted);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("someOf() takes what fits evenly, with both ends and whom it must, and says so", () => {
  const ten = Array.from({ length: 10 }, (_, at) => at);
  deepEqual(someOf(ten, 10), { groups: ten, said: [] });
  deepEqual(someOf(ten, 4), {
    groups: [0, 3, 6, 9],
    said: ["Of 10 settings, 4 are shown."],
  });
  deepEqual(someOf(ten, 4, 4).groups, [0, 4, 6, 9]);
  deepEqual(someOf(ten, 1, 7), {
    groups: [7],
    said: ["Of 10 settings, 1 is shown."],
  });
});

Deno.test("scaleTicks() are powers of ten, or both ends where there are hardly any", () => {
  deepEqual(scaleTicks({ low: 0.0005, high: 0.2 }), [0.001, 0.01, 0.1]);
  deepEqual(scaleTicks({ low: 0.002, high: 0.02 }), [0.002, 0.02]);
});

Deno.test("ticksAmong() leaves out the levels that would stand in others, and keeps the last", () => {
  deepEqual(ticksAmong([0, 0.1, 0.2, 0.3, 0.4, 0.5], 400), [
    0,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
  ]);
  deepEqual(ticksAmong([0, 0.001, 0.009, 0.458, 0.796], 150), [
    0.009,
    0.458,
    0.796,
  ]);
  deepEqual(ticksAmong([0], 400), [0]);
});

Deno.test("readable() keeps a colour that can be read on paper, and takes ink for others", () => {
  equal(readable("#0072b2"), "#0072b2");
  equal(readable("#e69f00"), INK);
});
