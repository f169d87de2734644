/**
 * What ONNX models say of themselves, against the record of their making. Of
 * ONNX's protobuf only the header is read: `ModelProto.metadata_props` (field 14),
 * pairs of key (1) and value (2). Part of every archive's verifier, so without
 * protobufjs.
 */
import {
  canonical,
  type Json,
  type JsonObject,
} from "../../pipeline/stage/json.ts";
import { factKey } from "../../pipeline/stage/names.ts";

/** The record of an archive, as its verifier hands it over. */
export interface Recorded {
  readonly artifacts: {
    readonly [path: string]: { readonly instance: string };
  };
  readonly instances: { readonly [id: string]: { readonly facts: JsonObject } };
  /** The SHA-256 of every file of the data. */
  readonly data: readonly string[];
}

/** The keys that the export writes and that are held against the record. */
const PARAMETERS = "facsimile.parameters";
const LICENSE = "facsimile.license";
const AUTHORS = "facsimile.authors";
const DATASET = "facsimile.dataset.sha256";

/** Where the models contradict the record. */
export function findings(
  { artifacts, instances, data }: Recorded,
  read: (path: string) => Uint8Array,
): string[] {
  const found: string[] = [];
  for (const [path, { instance }] of Object.entries(artifacts)) {
    if (!path.endsWith(".onnx")) continue;
    const metadata = readMetadata(read(path));
    const facts = instances[instance]?.facts ?? {};
    for (const [key, value] of said(metadata)) {
      const recorded = facts[`param ${factKey(key)}`];
      if (
        recorded === undefined || canonical(recorded) !== canonical(value)
      ) {
        found.push(
          `${path} says ${key} = ${
            canonical(value)
          }, the record of ${instance} ` +
            (recorded === undefined ? "nothing of it" : canonical(recorded)),
        );
      }
    }
    for (const [file, digest] of Object.entries(table(metadata, DATASET))) {
      if (!data.some((known) => known === digest)) {
        found.push(
          `${path} was made from another ${file} than the archive's datasets have`,
        );
      }
    }
  }
  return found;
}

/** What a model says of its parameters, and of those who answer for it. */
function said(metadata: ReadonlyMap<string, string>): [string, Json][] {
  const [license, authors] = [metadata.get(LICENSE), metadata.get(AUTHORS)];
  return [
    ...Object.entries(table(metadata, PARAMETERS)),
    ...license === undefined ? [] : [["license", license] as [string, Json]],
    ...authors === undefined
      ? []
      : [["authors", JSON.parse(authors)] as [string, Json]],
  ];
}

/** The pairs of a model; throws if it is no protobuf. */
export function readMetadata(bytes: Uint8Array): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [field, value] of fields(bytes)) {
    if (field !== 14 || !value) continue;
    const pair = new Map(fields(value));
    const text = (number: number) =>
      new TextDecoder().decode(pair.get(number) ?? new Uint8Array());
    pairs.set(text(1), text(2));
  }
  return pairs;
}

/** The table that a model has under a key; throws if it is none. */
function table(metadata: ReadonlyMap<string, string>, key: string): JsonObject {
  const value: Json = JSON.parse(metadata.get(key) ?? "{}");
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError(`a model's ${key} is no table`);
  }
  return value as JsonObject;
}

/** The fields of a protobuf message; bytes for those with a length, else nothing. */
export function* fields(
  bytes: Uint8Array,
): Generator<[field: number, value: Uint8Array | undefined]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1;; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 2 ** 63) {
        throw new TypeError("a model is no protobuf");
      }
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        varint();
        yield [field, undefined];
        break;
      case 1:
        at += 8;
        yield [field, undefined];
        break;
      case 2: {
        const length = varint();
        if (at + length > bytes.length) {
          throw new TypeError("a model is cut off");
        }
        yield [field, bytes.subarray(at, at += length)];
        break;
      }
      case 5:
        at += 4;
        yield [field, undefined];
        break;
      default:
        throw new TypeError("a model is no protobuf");
    }
  }
}
