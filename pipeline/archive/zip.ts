/**
 * Reads a ZIP as this program writes it, and refuses every other: only stored
 * members, one after the other without gaps, each once, under a harmless name.
 * What is not there cannot be attacked: there is nothing to inflate, nothing
 * between the members, and nothing that two readers could see differently.
 *
 * Format: PKWARE's APPNOTE 6.3, sections 4.3 (records), 4.4.4 (flags), 4.5.3
 * (ZIP64). Imports nothing but Node's modules: it is part of the verifier that
 * every archive carries.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { nameProblem } from "./name.ts";

/** Why a file is no archive of ours. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** One member. */
export interface Member {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** Files by name, in a ZIP or in a folder. */
export interface Container extends Disposable {
  /** Sorted by the bytes of their names. */
  readonly members: readonly Member[];
  /** A small member's content. Throws `Refused` over `limit` bytes. */
  read(name: string, limit?: number): Uint8Array;
  /** The SHA-256 of a member, as hexadecimal digits. */
  digest(name: string): string;
  /** Hands a member's content over in pieces. */
  copy(name: string, write: (piece: Uint8Array) => void): void;
}

/** What is read into memory at most, unless somebody asks for more. */
export const SMALL = 64 * 2 ** 20;
const PIECE = 2 ** 20;
/** Unix, version 6.3; 1980-01-01 00:00; mode 0644: what `pack.ts` writes. */
const MADE_BY = 3 << 8 | 63;
const MIDNIGHT = 0x0021_0000;
const PLAIN_FILE = (0o100644 << 16) >>> 0;
const MOST_MEMBERS = 100_000;
const MOST_DIRECTORY = 64 * 2 ** 20;

interface Place extends Member {
  readonly crc: number;
  /** Where its header is. */
  readonly at: number;
  readonly flags: number;
}

/** Opens a ZIP; throws `Refused` for what is none, or another kind of one. */
export function openZip(path: string): Container {
  const file = openSync(path, "r");
  try {
    return read(file);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function read(file: number): Container {
  const { size } = fstatSync(file);
  const { places, at } = directory(file, size);
  const starts = check(file, places, at);
  const byName = new Map(places.map((place) => [place.name, place]));

  const copy = (name: string, write: (piece: Uint8Array) => void) => {
    const place = byName.get(name);
    const start = starts.get(name);
    if (!place || start === undefined) throw new Refused(`no member "${name}"`);
    const buffer = new Uint8Array(Math.min(PIECE, Math.max(1, place.size)));
    let crc = 0;
    for (let done = 0; done < place.size;) {
      const wanted = Math.min(buffer.length, place.size - done);
      const count = readSync(file, buffer, 0, wanted, start + done);
      if (count === 0) throw new Refused(`"${name}" is cut off`);
      const piece = buffer.subarray(0, count);
      crc = crc32(piece, crc);
      write(piece);
      done += count;
    }
    if (crc !== place.crc) {
      throw new Refused(`the checksum of "${name}" is wrong`);
    }
  };
  return {
    members: places.map(({ name, size }) => ({ name, size }))
      .sort((a, b) => compareBytes(a.name, b.name)),
    read(name, limit = SMALL) {
      const size = byName.get(name)?.size ?? 0;
      if (size > limit) throw new Refused(`"${name}" has ${size} bytes`);
      const bytes = new Uint8Array(size);
      let at = 0;
      copy(name, (piece) => {
        bytes.set(piece, at);
        at += piece.length;
      });
      return bytes;
    },
    digest(name) {
      const hash = createHash("sha256");
      copy(name, (piece) => hash.update(piece));
      return hash.digest("hex");
    },
    copy,
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** The members as the central directory lists them, in its order. */
function directory(
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
    if (unix && kind !== 0 && kind !== 0o100000) {
      throw new Refused(`"${name}" is no plain file (a link?)`);
    }
    // Nothing is left in which two archives with the same files could differ.
    const usual = u16(4) === MADE_BY && (u16(6) === 20 || u16(6) === 45) &&
      u32(12) === MIDNIGHT && u32(34) === 0 && u32(38) === PLAIN_FILE;
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

/**
 * Compares every member's own header with the directory, and the members with
 * each other: they follow each other from the first byte to the directory.
 *
 * @returns where each content begins.
 */
function check(
  file: number,
  places: readonly Place[],
  directory: number,
): Map<string, number> {
  const seen = new Map<string, string>();
  const starts = new Map<string, number>();
  let expected = 0;
  for (const { name, size, at, crc, flags } of places) {
    const problem = nameProblem(name);
    if (problem) throw new Refused(`the name "${name}" ${problem}`);
    const folded = name.normalize("NFC").toLowerCase();
    if (seen.has(folded)) throw new Refused(`"${name}" is there twice`);
    seen.set(folded, name);
    if (at !== expected) {
      throw new Refused(
        `"${name}" does not begin where the one before it ends`,
      );
    }
    const header = exactly(file, at, 30, `the header of "${name}"`);
    const view = new DataView(header.buffer, header.byteOffset, 30);
    const nameLength = view.getUint16(26, true);
    const extraLength = view.getUint16(28, true);
    const rest = exactly(
      file,
      at + 30,
      nameLength + extraLength,
      `the header of "${name}"`,
    );
    if (
      view.getUint32(0, true) !== 0x04034b50 || view.getUint16(8, true) !== 0 ||
      view.getUint16(6, true) !== flags ||
      ![20, 45].includes(view.getUint16(4, true)) ||
      view.getUint32(10, true) !== MIDNIGHT || extraLength > 0 ||
      view.getUint32(14, true) !== (flags & 8 ? 0 : crc) ||
      view.getUint32(18, true) !== (flags & 8 ? 0 : size) ||
      view.getUint32(22, true) !== (flags & 8 ? 0 : size) ||
      text(rest.subarray(0, nameLength)) !== name
    ) throw new Refused(`the header of "${name}" differs from the directory`);
    const start = at + 30 + nameLength + extraLength;
    starts.set(name, start);
    expected = start + size;
    if (flags & 8) expected += descriptor(file, expected, { name, size, crc });
  }
  if (expected !== directory) {
    throw new Refused("its members do not end where its directory begins");
  }
  return starts;
}

/** The length of the data descriptor behind a content: with 4- or 8-byte sizes. */
function descriptor(
  file: number,
  at: number,
  { name, size, crc }: { name: string; size: number; crc: number },
): number {
  const bytes = exactly(file, at, 16, `what follows "${name}"`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  if (
    view.getUint32(0, true) === 0x08074b50 && view.getUint32(4, true) === crc
  ) {
    if (view.getUint32(8, true) === size && view.getUint32(12, true) === size) {
      return 16;
    }
    const wide = exactly(file, at, 24, `what follows "${name}"`);
    const wideView = new DataView(wide.buffer, wide.byteOffset, 24);
    if (number(wideView, 8) === size && number(wideView, 16) === size) {
      return 24;
    }
  }
  throw new Refused(`what follows "${name}" differs from the directory`);
}

/** The numbers of a ZIP64 extra field; any other field is refused. */
function zip64(extra: Uint8Array, name: string): number[] {
  if (extra.length === 0) return [];
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  const length = extra.length >= 4 ? view.getUint16(2, true) : -1;
  if (view.getUint16(0, true) !== 1 || length + 4 !== extra.length) {
    throw new Refused(`"${name}" has an extra field`);
  }
  return Array.from(
    { length: Math.floor(length / 8) },
    (_, index) => number(view, 4 + 8 * index),
  );
}

function number(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Refused(`absurd: a size of ${value} bytes`);
  }
  return Number(value);
}

function exactly(
  file: number,
  at: number,
  length: number,
  what: string,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (at >= 0 && done < length) {
    const count = readSync(file, bytes, done, length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  if (done < length) throw new Refused(`${what} is cut off`);
  return bytes;
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refused("a name is no UTF-8");
  }
}

function refuse(message: string): never {
  throw new Refused(message);
}

/** The order of names: that of their UTF-8 bytes, the same in every locale. */
export function compareBytes(a: string, b: string): number {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
