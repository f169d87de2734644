/**
 * A page that is described once and rendered three times: as PNG of 288 dots an
 * inch, as SVG with its text as paths, as PDF with real text. Units are points
 * (1/72 inch).
 */
import {
  type Canvas,
  createCanvas,
  PDFDocument,
  type SKRSContext2D,
  SvgExportFlag,
} from "@napi-rs/canvas";
import sharp from "sharp";

/** What draws. */
export type Context = SKRSContext2D;

/** A page: its size in points and what is on it. */
export interface Page {
  readonly title: string;
  /** Whole numbers: else the last column of pixels would be half transparent. */
  readonly width: number;
  readonly height: number;
  /** At most 256 colours, as in a chart: a PNG of half the size. */
  readonly palette: boolean;
  readonly draw: (context: Context) => void;
}

/** A page as files. */
interface Rendered {
  readonly png: Uint8Array;
  readonly svg: string;
  readonly pdf: Uint8Array;
}

/** Widths of a paper's columns in points: 84 mm and 174 mm. */
export const WIDTH = { single: 238, double: 493 } as const;

/** Pixels a point in PNG: 4 × 72 = 288 dots an inch. */
export const SCALE = 4;

/** Renders a page in all three forms. The same page gives the same bytes. */
export async function render(page: Page): Promise<Rendered> {
  return { png: await png(page), svg: svg(page), pdf: pdf(page) };
}

async function png(
  { width, height, palette, draw }: Page,
): Promise<Uint8Array> {
  const canvas = createCanvas(width * SCALE, height * SCALE);
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  paper(context, width, height);
  draw(context);
  return await sharp(canvas.toBuffer("image/png"))
    .removeAlpha()
    .withMetadata({ density: 72 * SCALE })
    .png({ compressionLevel: 9, effort: 10, palette })
    .toBuffer();
}

function svg({ title, width, height, draw }: Page): string {
  const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths);
  const context = canvas.getContext("2d");
  paper(context, width, height);
  draw(context);
  // No view box and no title are written: without the one it does not scale,
  // without the other a screen reader has nothing to say.
  // Hundredths of a point are finer than any printer; the rest is half the file.
  return new TextDecoder().decode(canvas.getContent()).replace(
    /(?<=[ "(,A-Za-z-])\d+\.\d{3,}(?=[ "),A-Za-z-])/g,
    (number) => String(Number(Number(number).toFixed(2))),
  ).replace(
    /<svg ([^>]*)>/,
    `<svg $1 viewBox="0 0 ${width} ${height}" role="img"><title>${
      escape(title)
    }</title>`,
  );
}

function pdf({ title, width, height, draw }: Page): Uint8Array {
  const document = new PDFDocument({ title });
  const context = document.beginPage(width, height) as Context;
  draw(context);
  document.endPage();
  return document.close();
}

function paper(context: Context, width: number, height: number): void {
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
}

/** A small picture of grey values or colours, to be drawn by `drawPicture`. */
export type Picture = Canvas;

/** Pictures with so many columns from their grey values 0…255 (0 black). */
export function greys(
  images: readonly Uint8Array[],
  columns: number,
): Picture[] {
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
): Picture {
  // Enlarged here, with hard edges: viewers of PDF and SVG would blur it.
  const ZOOM = 6;
  const canvas = createCanvas(columns * ZOOM, rows * ZOOM);
  const context = canvas.getContext("2d");
  const data = context.createImageData(columns * ZOOM, rows * ZOOM);
  let at = 0;
  for (let y = 0; y < rows * ZOOM; y++) {
    for (let x = 0; x < columns * ZOOM; x++) {
      const [r, g, b] = colour(
        Math.floor(y / ZOOM) * columns + Math.floor(x / ZOOM),
      );
      data.data.set([r, g, b, 255], at);
      at += 4;
    }
  }
  context.putImageData(data, 0, 0);
  return canvas;
}

/** Draws a picture into a square with a thin frame, so that black ends somewhere on black. */
export function drawPicture(
  context: Context,
  picture: Picture,
  x: number,
  y: number,
  size: number,
): void {
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, x, y, size, size);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
