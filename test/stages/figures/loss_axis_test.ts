/** How far the axes of the learning curves reach. */
import { deepEqual, equal } from "node:assert/strict";
import type { Family } from "../../../stages/figures/curve.ts";
import {
  epochTicks,
  lossAxis,
  tickText,
} from "../../../stages/figures/loss-axis.ts";

const band = { learning_rate: 0.1, low: 0.1, high: 0.12 };

/** One training: the losses of its steps; the validation losses are given apart. */
function family(
  learningRate: number,
  steps: readonly number[],
  validation: readonly number[],
): Family {
  const epochs = validation.map((validation_loss, index) => ({
    epoch: index + 1,
    train_loss: 0,
    validation_loss,
  }));
  const steps_per_epoch = steps.length / epochs.length;
  return {
    label: `lr ${learningRate}`,
    curves: [{
      learning_rate: learningRate,
      seed: 1,
      engine: { name: "portable", version: "1.30.0" },
      batch_size: 64,
      steps_per_epoch,
      steps: [...steps],
      epochs,
    }],
  };
}

const flat = (value: number) => Array<number>(100).fill(value);

Deno.test("lossAxis() leaves out what is huge at the beginning, and says so", () => {
  const wild = flat(0.11).with(1, 1031.15).with(7, 5);
  const families = [
    family(0.01, flat(0.006).with(0, 0.109), [0.006]),
    family(0.1, wild, [0.1115]),
  ];
  for (const scale of ["log", "linear"] as const) {
    const { high, excursions } = lossAxis(families, { scale, band });
    deepEqual(excursions, [{
      family: 1,
      label: "lr 0.1",
      most: 1031.15,
      steps: 8,
    }]);
    equal(high, scale === "log" ? 0.2 : 0.12 * 1.05);
  }
});

Deno.test("lossAxis() shows whatever comes after the beginning, and every validation loss", () => {
  const late = family(0.05, flat(0.11).with(60, 30), [0.11]);
  deepEqual(lossAxis([late], { scale: "log", band }).excursions, []);
  const overshot = family(0.05, flat(0.11), [3, 0.11]);
  equal(lossAxis([overshot], { scale: "log", band }).high, 5);
});

Deno.test("lossAxis() has ticks within its ends, few enough to be read", () => {
  for (const scale of ["log", "linear"] as const) {
    for (const most of [0.2, 7, 4e5]) {
      for (const least of [3e-7, 0.004]) {
        const one = family(0.1, flat(most).with(50, least), [most]);
        const { low, high, ticks } = lossAxis([one], { scale, band });
        equal(low <= least && high >= most, true);
        equal(ticks.every((tick) => tick >= low && tick <= high), true);
        equal(ticks.length >= 2 && ticks.length <= 14, true, ticks.join());
        equal(ticks.every((tick) => tickText(tick).length <= 6), true);
      }
    }
  }
});

Deno.test("lossAxis() takes a loss of zero for no place on a logarithmic axis", () => {
  const exact = family(0.1, flat(0), [0]);
  const { low } = lossAxis([exact], { scale: "log", band });
  equal(low, 0.1);
});

Deno.test("epochTicks() has whole epochs, eleven intervals at most", () => {
  deepEqual(epochTicks(1), [0, 0.25, 0.5, 0.75, 1]);
  deepEqual(epochTicks(3), [0, 1, 2, 3]);
  deepEqual(epochTicks(100).slice(0, 3), [0, 10, 20]);
});
