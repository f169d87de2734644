/** Which images a figure shows, and where its rows stand. */
import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { gridOf } from "../../../stages/figures/grid.ts";
import { picture } from "../../../stages/figures/page.ts";
import { shown } from "../../../stages/figures/shown.ts";
import { figureTask, writeMaterial } from "./material.ts";

Deno.test("shown() takes the first of each digit, or those listed, of what was kept, and names what it took", () => {
  const folder = Deno.makeTempDirSync();
  try {
    writeMaterial(folder, 1, false);
    const task = (images: number[] | null) =>
      figureTask(folder, folder, { images });
    deepEqual(shown(task(null)).numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    deepEqual(shown(task(null), { kept: 3 }).numbers, [0, 1, 2]);
    const { numbers, originals, name } = shown(task([11, 2]));
    deepEqual([numbers, name], [[11, 2], "the test images 11 and 2"]);
    deepEqual(shown(task([11, 2]), { kept: 3 }).name, "the test image 2");
    deepEqual(
      shown(task([11, 9]), { kept: 3 }).name,
      "the test images 0 and 1",
    );
    deepEqual(
      shown(task(null), { kept: 3 }).name,
      "the test images 0, 1 and 2",
    );
    const all = Deno.readFileSync(join(folder, "images"));
    deepEqual(originals[1], all.subarray(2 * 784, 3 * 784));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("gridOf() fills the width with cells of whole points, and counts gaps and space", () => {
  const one = picture(1, 1, () => [0, 0, 0]);
  const pictures = [one, one, one];
  const { left, height } = gridOf(
    [{ label: "a", pictures }, { label: "b", pictures, space: 5 }],
    { width: 100 },
  );
  // The labels are about 4 points wide, and 5 are left between: 87 for three cells.
  equal(left, 100 - 3 * 28 - 2 * 2);
  equal(height, 1 + 28 + 2 + 5 + 28 + 1);
});
