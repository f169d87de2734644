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
import { type Container, containerOf, Refused } from "../container.ts";
import { CODE } from "../layout.ts";
import { nameProblem } from "../name.ts";
import { crc32 } from "./crc.ts";
import { directory, MIDNIGHT, type Place } from "./directory.ts";
import { exactly, number, text } from "./field.ts";

const PIECE = 2 ** 20;

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
  const members = places.filter(({ name }) => name !== CODE);
  const inCode = members.some(({ name }) => name.startsWith(CODE));
  if (inCode !== members.length < places.length) {
    throw new Refused(`it should have an entry ${CODE} if anything is in it`);
  }
  const byName = new Map(members.map((place) => [place.name, place]));

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
  return containerOf(members, copy, () => closeSync(file));
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
    const problem = name === CODE ? undefined : nameProblem(name);
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
