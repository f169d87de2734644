/** The paper's figure: every data set with its lines, side by side. */
import type { Task } from "../pipeline/stage/task.ts";
import { font } from "./figures/font.ts";
import { writeForms } from "./figures/forms.ts";
import { type Context, type Signed, WIDTH } from "./figures/page.ts";
import { GRID, INK, looksOf } from "./figures/palette.ts";
import { type Line, type Points, read } from "./points.ts";

export interface Params extends Signed {
  readonly width: "single" | "double";
}

/** Units of a page: a column of a paper has 238, both have 493. */
const HEIGHT = 132;
const GAP = 12;
const ROOM = { left: 20, right: 5, top: 22, bottom: 26 };
/** All data sets have the same axes, or the lines could not be compared. */
const X = { low: 2, high: 20, ticks: [5, 10, 15, 20] };
const Y = { low: 2, high: 14, ticks: [4, 8, 12] };

/** Reads `points` and `lines`, writes `png`, `svg`, `pdf` and `tex`. */
export default async function figure(task: Task<Params>): Promise<void> {
  const sets = task.inputs("points").map(({ path }) => read<Points>(path));
  const lines = task.inputs("lines").map(({ path }) => read<Line>(path));
  const methods = [...new Set(lines.map(({ method }) => method))];
  const colours = looksOf(methods.map((_, index) => index), null)
    .map(({ colour }) => colour);
  const width = WIDTH[task.params.width];
  const columns = task.params.width === "double" ? 4 : 2;
  const side = (width - ROOM.left - ROOM.right - (columns - 1) * GAP) / columns;
  const rows = Math.ceil(sets.length / columns);
  await writeForms(task, "lines", {
    title: "Four data sets and their lines",
    width,
    height: rows * HEIGHT + (methods.length > 1 ? 12 : 0),
    caption: [
      `${sets.length} data sets, and the lines through them by ${
        methods.join(" and ")
      }.`,
      "All have the same axes.",
    ],
    draw(context) {
      sets.forEach((set, index) => {
        const column = index % columns;
        context.save();
        context.translate(
          ROOM.left + column * (side + GAP),
          Math.floor(index / columns) * HEIGHT,
        );
        drawSet(context, set, side, column === 0);
        for (const line of lines.filter((one) => one.set === set.set)) {
          drawLine(context, line, side, colours[methods.indexOf(line.method)]!);
        }
        context.restore();
      });
      if (methods.length === 1) return; // the caption says which
      context.font = font(8, 600);
      methods.forEach((method, index) => {
        context.fillStyle = colours[index]!;
        context.fillText(method, ROOM.left + index * 70, rows * HEIGHT + 8);
      });
    },
  });
}

const across = (x: number, side: number) =>
  (x - X.low) / (X.high - X.low) * side;
const down = (y: number) =>
  HEIGHT - ROOM.bottom -
  (y - Y.low) / (Y.high - Y.low) * (HEIGHT - ROOM.top - ROOM.bottom);

function drawSet(
  context: Context,
  { set, points }: Points,
  side: number,
  labelled: boolean,
): void {
  context.lineWidth = 0.5;
  context.strokeStyle = GRID;
  context.fillStyle = INK;
  context.font = font(7.5);
  for (const x of X.ticks) {
    stroke(context, [across(x, side), down(Y.low)], [
      across(x, side),
      down(Y.high),
    ]);
    context.textAlign = "center";
    context.fillText(String(x), across(x, side), down(Y.low) + 9);
  }
  for (const y of Y.ticks) {
    stroke(context, [0, down(y)], [side, down(y)]);
    context.textAlign = "right";
    if (labelled) context.fillText(String(y), -4, down(y) + 2.5);
  }
  context.textAlign = "center";
  context.fillText("x", side / 2, down(Y.low) + 20);
  context.textAlign = "left";
  if (labelled) context.fillText("y", -ROOM.left, down(Y.high) + 2.5);
  context.font = font(8, 600);
  context.fillText(`Data set ${set}`, 0, 8);
  for (const [x, y] of points) {
    context.beginPath();
    context.arc(across(x, side), down(y), 1.6);
    context.fill();
  }
}

function drawLine(
  context: Context,
  { intercept, slope }: Line,
  side: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  const at = (x: number) =>
    [across(x, side), down(intercept + slope * x)] as const;
  stroke(context, at(X.low), at(X.high));
}

function stroke(
  context: Context,
  [x, y]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}
