/**
 * Pixels as PNG, without loss. Deflated by fflate, whose bytes are the same on
 * every processor. Deno's `node:zlib` promises that at no level, and at level 1 an
 * ARM64 gives others than an x86-64 (tried).
 */
import { crc32 } from "node:zlib";
import { zlibSync } from "fflate";

/** Pixels, in rows from the top: red, green and blue of each. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Pixels as PNG and PDF alike hold them. */
export interface Packed {
  /** What a pixel is: a grey value, red, green and blue, or one of at most 256 colours. */
  readonly kind: "grey" | "rgb" | "indexed";
  /** Red, green and blue of each colour, if it is one of them. */
  readonly palette: Uint8Array;
  /** Deflated rows, each with its filter before it. */
  readonly data: Uint8Array;
}

const known = new WeakMap<Bitmap, Packed>();

/** Packs pixels, the same ones once. */
export function pack(bitmap: Bitmap): Packed {
  let packed = known.get(bitmap);
  if (!packed) {
    const { width, pixels } = bitmap;
    const { kind, palette, bytes } = grey(pixels) ?? index(pixels) ??
      { kind: "rgb", palette: NONE, bytes: pixels } as const;
    const length = bytes.length / pixels.length * 3 * width;
    packed = { kind, palette, data: zlibSync(filter(bytes, length)) };
    known.set(bitmap, packed);
  }
  return packed;
}

const NONE = new Uint8Array(0);

/** A PNG in sRGB, and, if it is known how large it is on paper, so many pixels a metre. */
export function encodePng(bitmap: Bitmap, density?: number): Uint8Array {
  const { width, height } = bitmap;
  const { kind, palette, data } = pack(bitmap);
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits
  header.setUint8(9, { grey: 0, rgb: 2, indexed: 3 }[kind]);
  const size = new DataView(new ArrayBuffer(9));
  size.setUint32(0, density ?? 0);
  size.setUint32(4, density ?? 0);
  size.setUint8(8, 1); // a metre
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("sRGB", Uint8Array.of(0)),
    ...(density === undefined ? [] : [chunk("pHYs", size)]),
    ...(kind === "indexed" ? [chunk("PLTE", palette)] : []),
    chunk("IDAT", data),
    chunk("IEND", NONE),
  ]);
}

/** What pixels are, and their bytes. */
type Bytes = Pick<Packed, "kind" | "palette"> & { readonly bytes: Uint8Array };

/** One byte a pixel, if there is no colour. */
function grey(pixels: Uint8Array): Bytes | undefined {
  const bytes = new Uint8Array(pixels.length / 3);
  for (let pixel = 0; pixel < bytes.length; pixel++) {
    const value = pixels[3 * pixel]!;
    if (pixels[3 * pixel + 1] !== value || pixels[3 * pixel + 2] !== value) {
      return undefined;
    }
    bytes[pixel] = value;
  }
  return { kind: "grey", palette: NONE, bytes };
}

/** One byte a pixel, if there are no more than 256 colours, in the order in which they come. */
function index(pixels: Uint8Array): Bytes | undefined {
  const places = new Map<number, number>();
  const bytes = new Uint8Array(pixels.length / 3);
  let [last, place] = [-1, -1];
  for (let pixel = 0; pixel < bytes.length; pixel++) {
    const at = 3 * pixel;
    const colour = pixels[at]! << 16 | pixels[at + 1]! << 8 | pixels[at + 2]!;
    if (colour !== last) {
      last = colour;
      place = places.get(colour) ?? places.size;
      if (place === 256) return undefined;
      places.set(colour, place);
    }
    bytes[pixel] = place;
  }
  const palette = Uint8Array.from(
    [...places.keys()].flatMap((one) => [one >> 16, one >> 8 & 255, one & 255]),
  );
  return { kind: "indexed", palette, bytes };
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
