/** Rows of small pictures with a label before each row. */
import { font } from "./font.ts";
import type { Context, Picture } from "./page.ts";
import { drawPicture } from "./page.ts";
import { INK } from "./palette.ts";

/** One row: its label, a second line to it, and the pictures. */
export interface Row {
  readonly label: string;
  readonly note?: string;
  readonly pictures: readonly Picture[];
  /** Points above the row, besides the gap between all rows. */
  readonly space?: number;
}

/** Sizes of a grid in points. */
export interface Grid {
  readonly cell: number;
  readonly gap: number;
  readonly labels: number;
  readonly top: number;
}

/**
 * A grid that fills a width with so many columns. Cells are whole points wide, so
 * that the pixels of the pictures meet those of the PNG.
 */
export function fit(width: number, columns: number, labels: number): Grid {
  const gap = 2;
  const cell = Math.floor((width - labels - (columns - 1) * gap) / columns);
  return {
    cell,
    gap,
    labels: width - columns * cell - (columns - 1) * gap,
    top: 1,
  };
}

/** The height of so many rows. */
export function heightOf(grid: Grid, rows: readonly Row[]): number {
  const space = rows.reduce((sum, row) => sum + (row.space ?? 0), 0);
  return 2 * grid.top + rows.length * (grid.cell + grid.gap) - grid.gap + space;
}

/** Draws rows from the top; returns the y where each begins. */
export function drawRows(
  context: Context,
  grid: Grid,
  rows: readonly Row[],
): number[] {
  const { cell, gap, labels, top } = grid;
  const begins: number[] = [];
  let y = top;
  for (const { label, note, pictures, space = 0 } of rows) {
    y += space;
    begins.push(y);
    context.fillStyle = INK;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.font = font(8);
    const middle = y + cell / 2;
    context.fillText(
      label,
      0,
      note === undefined ? middle + 2.5 : middle - 1.5,
    );
    if (note !== undefined) {
      context.font = font(7);
      context.fillText(note, 0, label === "" ? middle + 2.5 : middle + 7);
    }
    pictures.forEach((picture, column) =>
      drawPicture(context, picture, labels + column * (cell + gap), y, cell)
    );
    y += cell + gap;
  }
  return begins;
}
