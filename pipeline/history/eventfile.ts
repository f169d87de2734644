/**
 * The files that TensorBoard reads: records with checksums, each a message in
 * protobuf's wire format. Both are small enough to be written here; the packages
 * that can do it bring all of TensorFlow.
 *
 * The formats: tensorflow/core/lib/io/record_writer.h (records),
 * core/util/event.proto and core/framework/summary.proto (messages).
 */
import type { Series } from "./series.ts";

/** A text that is shown beside the series, in Markdown. */
export interface Note {
  readonly name: string;
  readonly text: string;
}

/** An event file. `time`: seconds since 1970, the same for all of it. */
export function eventFile(
  series: readonly Series[],
  notes: readonly Note[],
  time: number,
): Uint8Array<ArrayBuffer> {
  const event = (...fields: Bytes[]) =>
    record(joined([double(1, time), ...fields]));
  return joined([
    event(text(3, "brain.Event:2")),
    ...notes.map((note) =>
      event(
        varint(2, 0),
        message(5, [
          message(1, [
            text(1, note.name),
            // A vector of one string, which the plug-in for texts shows.
            message(8, [
              varint(1, 7),
              message(2, [message(2, [varint(1, 1)])]),
              text(8, note.text),
            ]),
            message(9, [message(1, [text(1, "text")])]),
          ]),
        ]),
      )
    ),
    ...series.flatMap(({ name, points }) =>
      points.map(({ at, value }) =>
        event(
          varint(2, at),
          message(5, [message(1, [text(1, name), float(2, value)])]),
        )
      )
    ),
  ]);
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Length and content, each with its checksum. */
function record(content: Bytes): Bytes {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(content.length), true);
  return joined([length, masked(length), content, masked(content)]);
}

/** The checksum of a record, turned so that one of data with checksums in it is none of theirs. */
function masked(data: Bytes): Bytes {
  const sum = crc32c(data);
  const turned = ((sum >>> 15 | sum << 17) + 0xa282ead8) >>> 0;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, turned, true);
  return bytes;
}

/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) {
    sum = sum & 1 ? sum >>> 1 ^ POLYNOMIAL : sum >>> 1;
  }
  return sum;
});

/** CRC-32C, RFC 3720 appendix B.4. */
export function crc32c(data: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of data) sum = sum >>> 8 ^ TABLE[(sum ^ byte) & 0xff]!;
  return ~sum >>> 0;
}

/** A whole number, as a signed one of 64 bits. */
function varint(field: number, value: number): Bytes {
  return joined([number(BigInt(field << 3)), number(BigInt(value))]);
}

function number(value: bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const more = rest > 0x7fn ? 0x80 : 0;
    bytes.push(Number(rest & 0x7fn) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return new Uint8Array(bytes);
}

function double(field: number, value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([number(BigInt(field << 3 | 1)), bytes]);
}

function float(field: number, value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([number(BigInt(field << 3 | 5)), bytes]);
}

function text(field: number, value: string): Bytes {
  return delimited(field, new TextEncoder().encode(value));
}

function message(field: number, fields: readonly Bytes[]): Bytes {
  return delimited(field, joined(fields));
}

function delimited(field: number, content: Bytes): Bytes {
  return joined([
    number(BigInt(field << 3 | 2)),
    number(BigInt(content.length)),
    content,
  ]);
}

function joined(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
