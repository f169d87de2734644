/** The marks of series, and the key that says what lines, marks and boxes are. */
import type uPlot from "uplot";
import { font, textWidth } from "./font.ts";
import { INK, type Look, type Mark } from "./palette.ts";

/** Corners of the marks around a point, for a size of 1. */
const CORNERS: {
  readonly [mark in Mark]: readonly (readonly [number, number])[] | null;
} = {
  circle: null,
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  triangle: [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]],
  diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  tip: [[0, 1.15], [1.1, -0.85], [-1.1, -0.85]],
  plus: [
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ],
};

/** The outline of a mark around a point, to be filled or drawn; `r` is about half its size. */
export function outline(
  ctx: uPlot["ctx"],
  mark: Mark,
  x: number,
  y: number,
  r: number,
): void {
  const corners = CORNERS[mark];
  if (corners) {
    corners.forEach(([dx, dy], at) =>
      at === 0
        ? ctx.moveTo(x + dx * r, y + dy * r)
        : ctx.lineTo(x + dx * r, y + dy * r)
    );
    return;
  }
  // Four Bézier curves: an arc would become 130 pieces in the SVG.
  const k = 0.5522847498 * r;
  ctx.moveTo(x + r, y);
  ctx.bezierCurveTo(x + r, y + k, x + k, y + r, x, y + r);
  ctx.bezierCurveTo(x - k, y + r, x - r, y + k, x - r, y);
  ctx.bezierCurveTo(x - r, y - k, x - k, y - r, x, y - r);
  ctx.bezierCurveTo(x + k, y - r, x + r, y - k, x + r, y);
}

/** Draws marks at some places, filled with paper. */
export function drawMarks(
  ctx: uPlot["ctx"],
  { colour, mark }: Look,
  places: readonly (readonly [number, number])[],
  { size, line }: { readonly size: number; readonly line: number },
): void {
  ctx.save();
  ctx.lineWidth = line;
  ctx.strokeStyle = colour;
  ctx.fillStyle = "#fff";
  for (const [x, y] of places) {
    ctx.beginPath();
    outline(ctx, mark, x, y, size);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** One entry of a key: a sign and what it stands for. Signs are drawn: fonts differ in them. */
export interface KeyEntry {
  readonly text: string;
  readonly sign:
    | { readonly kind: "line" }
    | { readonly kind: "marks"; readonly marks: readonly Mark[] }
    | { readonly kind: "band" };
}

const SIZE = 7.5;
const APART = 10;

function signWidth({ sign }: KeyEntry): number {
  return sign.kind === "marks" ? 7 * sign.marks.length : 14;
}

/** The points that a key takes. */
export function keyWidth(entries: readonly KeyEntry[]): number {
  return entries.reduce(
    (sum, entry) =>
      sum + APART + signWidth(entry) + 3 + textWidth(entry.text, SIZE),
    -APART,
  );
}

/** Draws a key that ends at `right`, its letters standing on `y`, in points. */
export function drawKey(
  ctx: uPlot["ctx"],
  entries: readonly KeyEntry[],
  right: number,
  y: number,
): void {
  let x = right - keyWidth(entries);
  const middle = y - 2.5;
  ctx.save();
  ctx.font = font(SIZE);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  for (const entry of entries) {
    const { sign, text } = entry;
    const width = signWidth(entry);
    ctx.strokeStyle = INK;
    switch (sign.kind) {
      case "line":
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(x, middle);
        ctx.lineTo(x + width, middle);
        ctx.stroke();
        break;
      case "marks":
        sign.marks.forEach((mark, at) =>
          drawMarks(ctx, { colour: INK, mark }, [[x + 3.5 + 7 * at, middle]], {
            size: 2,
            line: 0.8,
          })
        );
        break;
      case "band":
        drawBandBox(ctx, { x, y: middle - 3, width, height: 6 }, 1);
    }
    ctx.fillStyle = INK;
    ctx.fillText(text, x + width + 3, y);
    x += width + 3 + ctx.measureText(text).width + APART;
  }
  ctx.restore();
}

/** The paper's band: grey, with dashed edges. `unit` is a point. */
export function drawBandBox(
  ctx: uPlot["ctx"],
  box: { x: number; y: number; width: number; height: number },
  unit: number,
): void {
  ctx.save();
  ctx.fillStyle = "#ececec";
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.strokeStyle = "#777";
  ctx.lineWidth = 0.5 * unit;
  ctx.setLineDash([2 * unit, 2 * unit]);
  ctx.beginPath();
  for (const edge of [box.y, box.y + box.height]) {
    ctx.moveTo(box.x, edge);
    ctx.lineTo(box.x + box.width, edge);
  }
  ctx.stroke();
  ctx.restore();
}
