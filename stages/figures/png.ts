/**
 * Pixels as PNG, without loss. Deflated by fflate, whose bytes are the same on
 * every processor; those of zlib-ng, which Deno's `node:zlib` is, are not.
 */
import { crc32 } from "node:zlib";
import { zlibSync } from "fflate";

/** Pixels, in rows from the top: red, green and blue of each. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A PNG in sRGB, and, if it is known how large it is on paper, so many pixels a metre. */
export function encodePng(bitmap: Bitmap, density?: number): Uint8Array {
  const { width, height } = bitmap;
  const indexed = index(bitmap);
  const rows = indexed
    ? filter(indexed.pixels, width)
    : filter(bitmap.pixels, width * 3);
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits
  header.setUint8(9, indexed ? 3 : 2);
  const size = new DataView(new ArrayBuffer(9));
  size.setUint32(0, density ?? 0);
  size.setUint32(4, density ?? 0);
  size.setUint8(8, 1); // a metre
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("sRGB", Uint8Array.of(0)),
    ...(density === undefined ? [] : [chunk("pHYs", size)]),
    ...(indexed ? [chunk("PLTE", indexed.palette)] : []),
    chunk("IDAT", zlibSync(rows)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** One byte a pixel, if there are no more than 256 colours: the darkest is first. */
function index(
  { pixels }: Bitmap,
): { palette: Uint8Array; pixels: Uint8Array } | undefined {
  const colour = (at: number) =>
    pixels[at]! << 16 | pixels[at + 1]! << 8 | pixels[at + 2]!;
  const found = new Set<number>();
  let last = -1;
  for (let at = 0; at < pixels.length; at += 3) {
    const here = colour(at);
    if (here === last) continue;
    last = here;
    found.add(here);
    if (found.size > 256) return undefined;
  }
  const colours = [...found].sort((a, b) => a - b);
  const places = new Map(colours.map((colour, place) => [colour, place]));
  const indices = new Uint8Array(pixels.length / 3);
  for (let pixel = 0; pixel < indices.length; pixel++) {
    indices[pixel] = places.get(colour(3 * pixel))!; // all were found
  }
  return {
    palette: Uint8Array.from(
      colours.flatMap((one) => [one >> 16, one >> 8 & 255, one & 255]),
    ),
    pixels: indices,
  };
}

/**
 * Rows as their differences to the row above, with the number of this filter before
 * each. Pictures are enlarged and lines are long: most differences are nothing. To
 * choose the filter of each row by its sum, as is usual, took four times as long
 * and a file half as large again.
 */
function filter(bytes: Uint8Array, length: number): Uint8Array {
  const rows = bytes.length / length;
  const out = new Uint8Array(rows * (length + 1));
  for (let y = 0; y < rows; y++) {
    const [from, to] = [y * length, y * (length + 1)];
    out[to] = 2;
    for (let x = 0; x < length; x++) {
      const above = y === 0 ? 0 : bytes[from + x - length]!;
      out[to + 1 + x] = bytes[from + x]! - above;
    }
  }
  return out;
}

function chunk(type: string, data: Uint8Array | DataView): Uint8Array {
  const bytes = new Uint8Array(12 + data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.byteLength);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8);
  view.setUint32(8 + data.byteLength, crc32(bytes.subarray(4, -4)));
  return bytes;
}

/** Bytes behind each other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
