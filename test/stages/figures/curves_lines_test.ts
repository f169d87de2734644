/** The lines that uPlot gets of learning curves, however short. */
import { equal } from "node:assert/strict";
import type { Family } from "../../../stages/figures/curve.ts";
import { type Chart, linesOf } from "../../../stages/figures/curves-lines.ts";

/** The drawn points of one training of so many steps. */
function drawn(steps: number, smoothing: number): number {
  const families = [{
    label: "lr 0.1",
    curves: [{
      steps_per_epoch: steps,
      steps: Array<number>(steps).fill(0.1),
      epochs: [],
    }],
  }] as unknown as Family[];
  const { data } = linesOf({
    families,
    looks: [{ colour: "#000000" }],
    named: true,
    raw: false,
    smoothing,
  } as unknown as Chart);
  return [...data[1]!].filter((value) => value !== null).length;
}

Deno.test("linesOf() draws every training, up to a fraction of a window before its end", () => {
  for (const smoothing of [1, 2, 3, 51, 1000]) {
    for (let steps = 1; steps <= 400; steps++) {
      const least = steps - Math.floor(Math.min(smoothing, steps / 20) / 4) - 1;
      const many = drawn(steps, smoothing);
      equal(
        many > least - 1 && many <= steps,
        true,
        `${many} of ${steps} steps, smoothed over ${smoothing}`,
      );
    }
  }
  equal(drawn(30, 51), 30);
});
