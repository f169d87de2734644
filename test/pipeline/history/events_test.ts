/** What runs measured, as files for TensorBoard: read back by a reader of our own, and by its own. */
import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32c, eventFile } from "../../../pipeline/history/eventfile.ts";
import { groupsOf } from "../../../pipeline/history/series.ts";
import { skip } from "../../rig/skip.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const SERIES = [
  {
    name: "steps/error",
    points: [{ at: 1, value: 0.5 }, { at: 300, value: -(2 ** 40) }],
  },
  { name: "größe", points: [{ at: 0, value: 3 }] },
];
const NOTES = [{ name: "run", text: "    reproduce --set 'ä=1'" }];
const TIME = 1795577891.25;

type Field = number | bigint | Uint8Array;

/** The fields of a message in protobuf's wire format, by number. */
function fields(data: Uint8Array): Map<number, Field[]> {
  const found = new Map<number, Field[]>();
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = data[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < data.length) {
    const key = Number(varint());
    let value: Field;
    switch (key & 7) {
      case 0:
        value = varint();
        break;
      case 1:
        value = view.getFloat64(at, true);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        value = data.subarray(at, at + length);
        at += length;
        break;
      }
      case 5:
        value = view.getFloat32(at, true);
        at += 4;
        break;
      default:
        throw new Error(`wire type ${key & 7}`);
    }
    found.set(key >> 3, [...found.get(key >> 3) ?? [], value]);
  }
  return found;
}

/** The contents of records, whose checksums are right. */
function records(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const check = (data: Uint8Array, at: number) => {
    const turned = (view.getUint32(at, true) - 0xa282ead8) >>> 0;
    equal((turned >>> 17 | turned << 15) >>> 0, crc32c(data));
  };
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    check(file.subarray(at, at + 8), at + 8);
    const data = file.subarray(at + 12, at + 12 + length);
    check(data, at + 12 + length);
    found.push(data);
    at += 16 + length;
  }
  return found;
}

Deno.test("crc32c() is Castagnoli's, as RFC 3720 has its examples", () => {
  equal(crc32c(bytes("123456789")), 0xe3069283);
  equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  equal(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e);
});

Deno.test("eventFile() writes records whose checksums, names, steps and values are read back", () => {
  const [version, note, ...events] = records(eventFile(SERIES, NOTES, TIME))
    .map(fields);
  const text = (field: Field | undefined) =>
    new TextDecoder().decode(field as Uint8Array);
  equal(text(version?.get(3)?.[0]), "brain.Event:2");
  const value = (event: Map<number, Field[]> | undefined) =>
    fields(fields(event?.get(5)?.[0] as Uint8Array).get(1)?.[0] as Uint8Array);
  equal(text(value(note).get(1)?.[0]), "run");
  equal(
    text(fields(value(note).get(8)?.[0] as Uint8Array).get(8)?.[0]),
    NOTES[0]!.text,
  );
  deepEqual(
    events.map((event) => [
      event.get(1)?.[0],
      text(value(event).get(1)?.[0]),
      event.get(2)?.[0],
      value(event).get(2)?.[0],
    ]),
    [
      [TIME, "steps/error", 1n, 0.5],
      [TIME, "steps/error", 300n, -(2 ** 40)],
      [TIME, "größe", 0n, 3],
    ],
  );
});

Deno.test("groupsOf() finds what can be compared by the form alone", () => {
  const one = (rate: number) => ({
    rate,
    steps: [{ step: 10, error: 3 * rate, done: true }, {
      step: 20,
      error: rate,
      done: true,
    }],
    test: { error: rate, label: "x" },
  });
  const point = (value: number) => [{ at: 0, value }];
  const group = (rate: number) => [
    { name: "rate", points: point(rate) },
    {
      name: "steps/error",
      points: [{ at: 10, value: 3 * rate }, { at: 20, value: rate }],
    },
    { name: "test/error", points: point(rate) },
  ];
  deepEqual(
    groupsOf({
      size: 5,
      data: { name: "x", files: { a: 1 } },
      members: { "r-0.1": one(0.1), "r-0.2": one(0.2) },
      trace: [7, 8],
      empty: [],
      nothing: {},
    }),
    [
      {
        path: [],
        series: [
          { name: "size", points: point(5) },
          { name: "data/files/a", points: point(1) },
          { name: "trace", points: [{ at: 1, value: 7 }, { at: 2, value: 8 }] },
        ],
      },
      { path: ["members", "r-0.1"], series: group(0.1) },
      { path: ["members", "r-0.2"], series: group(0.2) },
    ],
  );
  deepEqual(groupsOf([1, 2]), []);
});

const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]); events.Reload()
tags = events.Tags()
print(json.dumps([
  {tag: [[e.wall_time, e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
  {tag: events.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tags["tensors"]},
]))
`;
const python = Deno.env.get("TENSORBOARD_PYTHON") ?? "python3";
const there = (await new Deno.Command(python, {
  args: ["-c", "import tensorboard"],
  stdout: "null",
  stderr: "null",
}).output().catch(() => ({ success: false }))).success;
if (!there) {
  skip(
    "TensorBoard's own reader of event files",
    "Python's tensorboard is not installed; TENSORBOARD_PYTHON names a Python that has it",
  );
}

Deno.test("TensorBoard's own reader finds what eventFile() wrote", {
  ignore: !there,
}, async () => {
  const folder = Deno.makeTempDirSync();
  mkdirSync(join(folder, "run"));
  writeFileSync(
    join(folder, "run/events.out.tfevents.1.x"),
    eventFile(SERIES, NOTES, TIME),
  );
  const { stdout } = await new Deno.Command(python, {
    args: ["-c", READER, join(folder, "run")],
    stderr: "null",
  }).output();
  deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    {
      "steps/error": [[TIME, 1, 0.5], [TIME, 300, -(2 ** 40)]],
      "größe": [[TIME, 0, 3]],
    },
    { run: NOTES[0]!.text },
  ]);
  Deno.removeSync(folder, { recursive: true });
});
