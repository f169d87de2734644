/** Rows of small pictures with a label before each row. */
import { font } from "./font.ts";
import { type Context, drawPicture, type Picture } from "./page.ts";
import { INK } from "./palette.ts";

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

/**
 * Lays out rows of equally many pictures, with so much room for their labels. Cells
 * are whole points wide, so that the pixels of the pictures meet those of the PNG.
 */
export function gridOf(
  rows: readonly Row[],
  { width, labels }: { width: number; labels: number },
): Grid {
  const columns = rows[0]!.pictures.length; // the originals are a row
  const gaps = (columns - 1) * GAP;
  const cell = Math.floor((width - labels - gaps) / columns);
  const left = width - columns * cell - gaps;
  const space = rows.reduce((sum, row) => sum + (row.space ?? 0), 0);
  return {
    height: 2 * MARGIN + rows.length * (cell + GAP) - GAP + space,
    left,
    draw(context) {
      let y = MARGIN;
      for (const { label, note, pictures, space = 0 } of rows) {
        y += space;
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
          drawPicture(context, picture, left + column * (cell + GAP), y, cell)
        );
        y += cell + GAP;
      }
    },
  };
}
