/** The marks of series, and the key that says what lines and marks are. */
import type uPlot from "uplot";
import { font } from "./font.ts";
import { INK } from "./palette.ts";

/** The form of a mark. */
export type Mark = "circle" | "square" | "triangle" | "diamond";

/** The outline of a mark around a point, to be filled or drawn; `r` is about half its size. */
export function outline(
  ctx: uPlot["ctx"],
  mark: Mark,
  x: number,
  y: number,
  r: number,
): void {
  switch (mark) {
    case "circle": {
      // Four Bézier curves: an arc would become 130 pieces in the SVG.
      const k = 0.5522847498 * r;
      ctx.moveTo(x + r, y);
      ctx.bezierCurveTo(x + r, y + k, x + k, y + r, x, y + r);
      ctx.bezierCurveTo(x - k, y + r, x - r, y + k, x - r, y);
      ctx.bezierCurveTo(x - r, y - k, x - k, y - r, x, y - r);
      ctx.bezierCurveTo(x + k, y - r, x + r, y - k, x + r, y);
      return;
    }
    case "square":
      ctx.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      return;
    case "triangle":
      ctx.moveTo(x, y - 1.15 * r);
      ctx.lineTo(x + 1.1 * r, y + 0.85 * r);
      ctx.lineTo(x - 1.1 * r, y + 0.85 * r);
      return;
    case "diamond":
      ctx.moveTo(x, y - 1.25 * r);
      ctx.lineTo(x + 1.25 * r, y);
      ctx.lineTo(x, y + 1.25 * r);
      ctx.lineTo(x - 1.25 * r, y);
  }
}

/**
 * "— training  ○ □ △ validation", ending at `right`, in points. The signs are drawn
 * and no letters: fonts differ in signs.
 */
export function drawKey(ctx: uPlot["ctx"], right: number, y: number): void {
  const middle = y - 2.5;
  ctx.save();
  ctx.font = font(7.5);
  ctx.fillStyle = INK;
  ctx.strokeStyle = INK;
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  ctx.fillText("validation", right, y);
  let x = right - ctx.measureText("validation").width - 6;
  ctx.lineWidth = 0.8;
  for (const mark of ["triangle", "square", "circle"] as const) {
    ctx.beginPath();
    outline(ctx, mark, x, middle, 2);
    ctx.closePath();
    ctx.stroke();
    x -= 7;
  }
  x -= 6;
  ctx.fillText("training", x, y);
  x -= ctx.measureText("training").width + 5;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x - 14, middle);
  ctx.lineTo(x, middle);
  ctx.stroke();
  ctx.restore();
}
