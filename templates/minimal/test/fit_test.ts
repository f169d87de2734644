import { deepEqual, equal } from "node:assert/strict";
import { leastSquares, quality, theilSen } from "../stages/fit.ts";

const LINE = [[0, 1], [1, 3], [2, 5]] as const;

Deno.test("both methods find the line that all points are on", () => {
  deepEqual(leastSquares(LINE), { slope: 2, intercept: 1 });
  deepEqual(theilSen(LINE), { slope: 2, intercept: 1 });
});

Deno.test("one far point turns the one line, and not the other", () => {
  const points = [...LINE, [3, 100]] as const;
  equal(leastSquares(points).slope > 20, true);
  equal(theilSen(points).slope < 20, true);
});

Deno.test("quality() is 1 where the line explains everything", () => {
  equal(quality(LINE, { slope: 2, intercept: 1 }).r2.value, 1);
});
