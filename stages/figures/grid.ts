/** Rows of small pictures with a label before each row. */
import { font, textWidth } from "./font.ts";
import { type Context, drawPicture, type Picture } from "./page.ts";
import { INK } from "./palette.ts";

/** Points, or pixels of a picture. */
interface Size {
  readonly height: number;
  readonly width: number;
}

/** One row: its label, a second line to it, and the pictures. */
export interface Row {
  readonly label: string;
  readonly note?: string;
  readonly pictures: readonly Picture[];
  /** Points above the row, besides the gap between all rows. */
  readonly space?: number;
}

/** Rows that fill a width. Sizes are points. */
interface Grid {
  readonly height: number;
  /** Where the pictures begin. */
  readonly left: number;
  readonly draw: (context: Context) => void;
}

const GAP = 2;
/** Above the first row and below the last one. */
const MARGIN = 1;
/** A lone picture need not fill a page. */
const LARGEST = 72;

/** A figure higher than this would not stand on a page with its caption. */
export const HIGHEST = 620;

/** Pictures of this width a row are still seen: the most that a figure shows side by side. */
export const COLUMNS = { single: 14, double: 28 } as const;

const LABEL = 8;
const NOTE = 7;

/**
 * Where the pictures of a grid stand. Cells are whole points wide, so that the pixels of the pictures
 * meet those of the PNG.
 */
export function cellsOf(
  columns: number,
  width: number,
  labels: readonly Pick<Row, "label" | "note">[],
  picture: Size = { height: 1, width: 1 },
): { readonly cell: Size; readonly left: number } {
  const room = Math.max(
    ...labels.flatMap(({ label, note = "" }) => [
      textWidth(label, LABEL),
      textWidth(note, NOTE),
    ]),
  ) + 5;
  const gaps = (columns - 1) * GAP;
  const tall = picture.height / picture.width;
  const largest = Math.max(1, Math.floor(LARGEST / Math.max(1, tall)));
  const across = Math.min(
    largest,
    Math.max(1, Math.floor((width - room - gaps) / columns)),
  );
  const left = across === largest
    ? Math.ceil(room)
    : width - columns * across - gaps;
  const height = Math.max(1, Math.round(across * tall));
  return { cell: { width: across, height }, left };
}

/** The points of a row: as high as its pictures, or as its lines of words. */
function heightOf(
  { label, note }: Pick<Row, "label" | "note">,
  cell: Size,
): number {
  return Math.max(cell.height, label !== "" && note !== undefined ? 16 : 8);
}

/** The points that some rows take, of pictures with cells of this size. */
export function heightOfRows(
  rows: readonly Pick<Row, "label" | "note" | "space">[],
  cell: Size,
): number {
  return rows.reduce(
    (sum, row) => sum + heightOf(row, cell) + GAP + (row.space ?? 0),
    0,
  );
}

/** Lays out rows, with room for their labels; framed pictures have a hairline around them. */
export function gridOf(
  rows: readonly Row[],
  { width, framed = false }: { width: number; framed?: boolean },
): Grid {
  const columns = Math.max(...rows.map(({ pictures }) => pictures.length));
  const { cell, left } = cellsOf(columns, width, rows, rows[0]?.pictures[0]);
  return {
    height: 2 * MARGIN - GAP + heightOfRows(rows, cell),
    left,
    draw(context) {
      let y = MARGIN;
      for (const row of rows) {
        const { label, note, pictures, space = 0 } = row;
        const height = heightOf(row, cell);
        y += space;
        context.fillStyle = INK;
        context.textAlign = "left";
        context.textBaseline = "alphabetic";
        context.font = font(LABEL);
        const middle = y + height / 2;
        const both = label !== "" && note !== undefined;
        context.fillText(label, 0, both ? middle - 1.5 : middle + 2.5);
        if (note !== undefined) {
          context.font = font(NOTE);
          context.fillText(note, 0, both ? middle + 7 : middle + 2.5);
        }
        pictures.forEach((picture, column) => {
          const x = left + column * (cell.width + GAP);
          const top = y + Math.floor((height - cell.height) / 2);
          drawPicture(context, picture, x, top, cell);
          if (framed) frame(context, x, top, cell);
        });
        y += height + GAP;
      }
    },
  };
}

function frame(
  context: Context,
  x: number,
  y: number,
  { width, height }: Size,
): void {
  context.strokeStyle = "#999";
  context.lineWidth = 0.25;
  context.beginPath();
  context.rect(x, y, width, height);
  context.stroke();
}
