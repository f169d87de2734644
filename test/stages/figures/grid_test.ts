import { deepEqual, equal } from "node:assert/strict";
import { cellsOf, heightOfRows } from "../../../stages/figures/grid.ts";

const LABELS = [{ label: "a" }];

Deno.test("cells have the proportions of their pictures, and squares stay squares", () => {
  const of = (height: number, width: number) =>
    cellsOf(10, 240, LABELS, { height, width }).cell;
  const square = of(28, 28);
  equal(square.height, square.width);
  deepEqual(cellsOf(10, 240, LABELS).cell, square);
  for (const [height, width] of [[20, 12], [12, 44], [64, 16]] as const) {
    const cell = of(height, width);
    equal(cell.height, Math.round(cell.width * height / width));
  }
});

Deno.test("a lone tall picture is no higher than a lone square one", () => {
  const { cell } = cellsOf(1, 494, LABELS, { height: 64, width: 16 });
  deepEqual(cell, { width: 18, height: 72 });
  equal(heightOfRows(LABELS, cell), 74);
});
