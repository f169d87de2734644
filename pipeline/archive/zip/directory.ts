/**
 * The central directory at the end of a ZIP: which members there are, and where.
 * PKWARE's APPNOTE 6.3, sections 4.3.12 to 4.3.16, and 4.5.3 (ZIP64).
 */
import { type Member, Refused } from "../container.ts";
import { CODE } from "../layout.ts";
import { exactly, number, text } from "./field.ts";

/** Unix, version 6.3; 1980-01-01 00:00; mode 0644: what `pack.ts` writes. */
const MADE_BY = 3 << 8 | 63;
export const MIDNIGHT = 0x0021_0000;
const PLAIN_FILE = (0o100644 << 16) >>> 0;
const FOLDER = (0o040755 << 16) >>> 0;
const MOST_MEMBERS = 100_000;
const MOST_DIRECTORY = 64 * 2 ** 20;

/** A member and where it is. */
export interface Place extends Member {
  readonly crc: number;
  /** Where its header is. */
  readonly at: number;
  readonly flags: number;
}

/** The members as the central directory lists them, in its order. */
export function directory(
  file: number,
  size: number,
): { places: Place[]; at: number } {
  const end = endRecord(file, size);
  if (end.count > MOST_MEMBERS || end.length > MOST_DIRECTORY) {
    throw new Refused(
      `absurd: ${end.count} members, a directory of ${end.length} bytes`,
    );
  }
  if (end.at + end.length !== end.here) {
    throw new Refused("its directory does not end where its end record begins");
  }
  const bytes = exactly(file, end.at, end.length, "its directory");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places: Place[] = [];
  let at = 0;
  for (let index = 0; index < end.count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw new Refused(`entry ${index + 1} of its directory is broken`);
    }
    const u16 = (offset: number) => view.getUint16(at + offset, true);
    const u32 = (offset: number) => view.getUint32(at + offset, true);
    const [nameLength, extraLength, commentLength] = [
      u16(28),
      u16(30),
      u16(32),
    ];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > bytes.length) {
      throw new Refused(`entry ${index + 1} of its directory is cut off`);
    }
    const name = text(bytes.subarray(at + 46, at + 46 + nameLength));
    const extra = bytes.subarray(
      at + 46 + nameLength,
      at + 46 + nameLength + extraLength,
    );
    const large = zip64(extra, name);
    const wide = (offset: number) => {
      const value = u32(offset);
      if (value !== 0xffffffff) return value;
      return large.shift() ?? refuse(`"${name}" has no size`);
    };
    // In the order in which APPNOTE 4.5.3 lists them.
    const plain = wide(24);
    const packed = wide(20);
    const where = wide(42);
    if (u16(10) !== 0 || plain !== packed) {
      throw new Refused(
        `"${name}" is compressed; check the unpacked folder instead`,
      );
    }
    if (u16(8) & ~0x0808) throw new Refused(`"${name}" is encrypted or odd`);
    if (commentLength > 0) throw new Refused(`"${name}" has a comment`);
    const kind = (u32(38) >>> 16) & 0o170000;
    const unix = u16(4) >>> 8 === 3;
    const folder = name === CODE && kind === 0o040000;
    if (unix && kind !== 0 && kind !== 0o100000 && !folder) {
      throw new Refused(`"${name}" is no plain file (a link?)`);
    }
    // Nothing is left in which two archives with the same files could differ.
    const usual = u16(4) === MADE_BY && (u16(6) === 20 || u16(6) === 45) &&
      u32(12) === MIDNIGHT && u32(34) === 0 &&
      u32(38) === (folder ? FOLDER : PLAIN_FILE) && !(folder && plain > 0);
    if (!usual) {
      throw new Refused(
        `"${name}" was packed by another program; check the unpacked folder instead`,
      );
    }
    places.push({ name, size: plain, crc: u32(16), at: where, flags: u16(8) });
    at = next;
  }
  if (at !== bytes.length) throw new Refused("its directory has extra bytes");
  return { places, at: end.at };
}

/** The end record, which has to be the last 22 bytes: no comment, nothing behind. */
function endRecord(
  file: number,
  size: number,
): { count: number; length: number; at: number; here: number } {
  const bytes = exactly(file, size - 22, 22, "its end record");
  const view = new DataView(bytes.buffer, bytes.byteOffset, 22);
  if (
    view.getUint32(0, true) !== 0x06054b50 || view.getUint16(20, true) !== 0
  ) {
    throw new Refused("it is no ZIP, or cut off, or something is appended");
  }
  if (view.getUint32(4, true) !== 0) throw new Refused("it has several parts");
  const count = view.getUint16(10, true);
  const length = view.getUint32(12, true);
  const at = view.getUint32(16, true);
  if (count !== 0xffff && length !== 0xffffffff && at !== 0xffffffff) {
    return { count, length, at, here: size - 22 };
  }
  const locator = exactly(file, size - 42, 20, "its ZIP64 locator");
  const locatorView = new DataView(locator.buffer, locator.byteOffset, 20);
  if (locatorView.getUint32(0, true) !== 0x07064b50) {
    throw new Refused("its ZIP64 locator is missing");
  }
  const here = size - 42 - 56;
  if (number(locatorView, 8) !== here) {
    throw new Refused("its ZIP64 record is elsewhere");
  }
  const record = exactly(file, here, 56, "its ZIP64 record");
  const recordView = new DataView(record.buffer, record.byteOffset, 56);
  if (recordView.getUint32(0, true) !== 0x06064b50) {
    throw new Refused("its ZIP64 record is broken");
  }
  return {
    count: number(recordView, 32),
    length: number(recordView, 40),
    at: number(recordView, 48),
    here,
  };
}

/** The numbers of a ZIP64 extra field; any other field is refused. */
function zip64(extra: Uint8Array, name: string): number[] {
  if (extra.length === 0) return [];
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  const length = extra.length < 4 ? -1 : view.getUint16(2, true);
  if (length + 4 !== extra.length || view.getUint16(0, true) !== 1) {
    throw new Refused(`"${name}" has an extra field`);
  }
  return Array.from(
    { length: Math.floor(length / 8) },
    (_, index) => number(view, 4 + 8 * index),
  );
}

function refuse(message: string): never {
  throw new Refused(message);
}
