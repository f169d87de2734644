/** What is drawn over the chart of the learning curves: band, marks, frame and words. */
import type uPlot from "uplot";
import { threeDigits } from "../formats/number.ts";
import { type Family, spread } from "./curve.ts";
import { font } from "./font.ts";
import type { Excursion } from "./loss-axis.ts";
import { drawKey, outline } from "./mark.ts";
import { SCALE } from "./page.ts";
import { INK, look } from "./palette.ts";
import { inPoints, type LineName, nameLines } from "./plot.ts";

/** The grey band that the paper speaks of, behind everything. */
export function drawBand(
  plot: uPlot,
  [low, high]: readonly [number, number],
): void {
  const { ctx, bbox: { left, width, top, height } } = plot;
  const y = clamp(plot.valToPos(high, "y", true), top, top + height);
  const bottom = clamp(plot.valToPos(low, "y", true), top, top + height);
  ctx.save();
  ctx.fillStyle = "#ececec";
  ctx.fillRect(left, y, width, bottom - y);
  ctx.strokeStyle = "#777";
  ctx.lineWidth = 0.5 * SCALE;
  ctx.setLineDash([2 * SCALE, 2 * SCALE]);
  ctx.beginPath();
  for (const edge of [y, bottom]) {
    ctx.moveTo(left, edge);
    ctx.lineTo(left + width, edge);
  }
  ctx.stroke();
  ctx.restore();
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Whose band it is: over the grid, on paper, so that no line runs through it. */
export function nameBand(
  plot: uPlot,
  [low, high]: readonly [number, number],
): void {
  inPoints(plot, (ctx, { left, right, top, bottom }) => {
    const edge = plot.valToPos(low, "y", true) / SCALE;
    if (edge > bottom || edge < top) return;
    const text = `paper: ${low.toFixed(2)}–${high.toFixed(2)}`;
    const [x, y] = [left + (right - left) * 0.42, edge + 9];
    ctx.font = font(7.5);
    ctx.fillStyle = "#fff";
    ctx.fillRect(x - 2, y - 6.5, ctx.measureText(text).width + 4, 8.5);
    ctx.fillStyle = INK;
    ctx.fillText(text, x, y);
  });
}

/** Says of a curve that leaves the figure how far it goes. */
export function drawExcursion(
  plot: uPlot,
  { family, learningRate, most, steps }: Excursion,
  row: number,
  rows: number,
): void {
  const text = `lr ${learningRate}: up to ${
    threeDigits(most)
  } in the first ${steps} steps`;
  inPoints(plot, (ctx, { left, top }) => {
    const [x, y] = [left + 8, top + 8 + 9 * row];
    ctx.fillStyle = "#fff";
    ctx.font = font(7.5);
    const width = ctx.measureText(text).width;
    ctx.fillRect(x - 2, y - 7, width + 13, rows === row + 1 ? 9 : 9.5);
    ctx.fillStyle = look(family).colour;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 3, y - 5.5);
    ctx.lineTo(x + 6, y);
    ctx.closePath();
    ctx.fill();
    ctx.fillText(text, x + 9, y);
  });
}

/** Validation losses: marks of the series' own shape, filled with paper. */
export function drawPoints(
  plot: uPlot,
  { curves }: Family,
  index: number,
): void {
  const { colour, mark } = look(index);
  const { ctx } = plot;
  const size = 2.3 * SCALE;
  const { mean } = spread(
    curves.map(({ epochs }) => epochs.map((one) => one.validation_loss)),
  );
  ctx.save();
  ctx.lineWidth = 0.9 * SCALE;
  ctx.strokeStyle = colour;
  ctx.fillStyle = "#fff";
  mean.forEach((loss, at) => {
    const x = plot.valToPos(at + 1, "x", true);
    const y = plot.valToPos(loss, "y", true);
    ctx.beginPath();
    outline(ctx, mark, x, y, size);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

/** Left and bottom line, over the grid. */
export function drawFrame(
  { ctx, bbox: { left, top, width, height } }: uPlot,
): void {
  ctx.save();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 0.6 * SCALE;
  ctx.beginPath();
  ctx.moveTo(left, top);
  ctx.lineTo(left, top + height);
  ctx.lineTo(left + width, top + height);
  ctx.stroke();
  ctx.restore();
}

/** The words: the axes, the names of the curves at their ends, what lines and marks are. */
export function drawWords(plot: uPlot, names: readonly LineName[]): void {
  inPoints(plot, (ctx, { left, right, top, bottom }) => {
    ctx.font = font(8.5);
    ctx.textAlign = "center";
    ctx.fillText("epoch", (left + right) / 2, bottom + 25);
    ctx.textAlign = "left";
    ctx.fillText("loss", left + 2, top - 6);
  });
  nameLines(plot, names, { size: 8.5, apart: 10 });
  inPoints(plot, (ctx, { right, top }) => drawKey(ctx, right, top - 6));
}
