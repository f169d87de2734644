/**
 * A page that is drawn once and written in three forms: as SVG with its text as
 * outlines, as PNG of the same, as PDF with real text. All of it is JavaScript and
 * WebAssembly, so the bytes are the same on every processor.
 */
import { Context } from "./context.ts";
import type { Sheet } from "./drawing.ts";
import { pdf } from "./pdf.ts";
import { type Bitmap, encodePng } from "./png.ts";
import { rasterise } from "./raster.ts";
import { svg } from "./svg.ts";

export type { Bitmap as Picture, Context };

/** A page, and what draws on it. */
export interface Page
  extends Pick<Sheet, "title" | "description" | "width" | "height"> {
  readonly draw: (context: Context) => void;
}

/** Settings that all figures have. */
export interface Signed {
  /** Whose a figure is, and in which language. */
  readonly imprint: Pick<Sheet, "authors" | "language">;
  /** Its own name, where its module draws several. */
  readonly name?: string;
  /** Of which data it is, where that must be said. */
  readonly data?: string;
}

/** A page as files. */
interface Rendered {
  readonly png: Uint8Array;
  readonly svg: string;
  readonly pdf: Uint8Array;
}

/**
 * Millimetres a unit, 0.05 % more than a point: so both columns have whole numbers
 * of them.
 */
const UNIT = 6 / 17;

/** Widths of a paper's columns: 84 mm and 174 mm. */
export const WIDTH = { single: 238, double: 493 } as const;

/** Pixels a unit in PNG: 360 an inch. Whole, so that pixels of pictures meet those of the page. */
export const SCALE = 5;

/** Renders a page in all three forms. The same page gives the same bytes. */
export async function render(
  page: Page,
  imprint: Signed["imprint"],
): Promise<Rendered> {
  const context = new Context();
  page.draw(context);
  // A copy: uPlot, which thinks of a screen, draws once more when it has time.
  const drawings = [...context.drawings];
  const sheet: Sheet = { ...page, ...imprint, unit: UNIT, drawings };
  const picture = svg(sheet);
  const bitmap = await rasterise(picture, page.width * SCALE);
  const png = encodePng(bitmap, Math.round(1000 * SCALE / UNIT));
  return { svg: picture, png, pdf: pdf(sheet) };
}

/** Pictures with so many columns from their grey values 0…255 (0 black). */
export function greys(
  images: readonly Uint8Array[],
  columns: number,
): Bitmap[] {
  return images.map((bytes) =>
    picture(columns, bytes.length / columns, (pixel) => {
      const value = bytes[pixel] ?? 0;
      return [value, value, value];
    })
  );
}

/** A picture from the colour of each pixel, in rows from the top. */
export function picture(
  columns: number,
  rows: number,
  colour: (pixel: number) => readonly [number, number, number],
): Bitmap {
  // Enlarged here, with hard edges: viewers of PDF and SVG would blur it.
  const ZOOM = 6;
  const [width, height] = [columns * ZOOM, rows * ZOOM];
  const pixels = new Uint8Array(3 * width * height);
  for (let row = 0; row < rows; row++) {
    const line = new Uint8Array(3 * width);
    for (let column = 0; column < columns; column++) {
      const here = colour(row * columns + column);
      for (let x = column * ZOOM; x < (column + 1) * ZOOM; x++) {
        line.set(here, 3 * x);
      }
    }
    for (let y = 0; y < ZOOM; y++) {
      pixels.set(line, 3 * width * (row * ZOOM + y));
    }
  }
  return { width, height, pixels };
}

/** Draws a picture into a cell. */
export function drawPicture(
  context: Context,
  picture: Bitmap,
  x: number,
  y: number,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  context.drawImage(picture, x, y, width, height);
}
