/**
 * What a model says of itself, against the record. Of ONNX's protobuf only the
 * header is read: `ModelProto.metadata_props` (field 14), pairs of key (1) and
 * value (2). Part of every archive's verifier.
 */
import { anyObject, readForeign } from "../published/foreign.ts";
import { canonical, type Json } from "../stage/json.ts";
import type { Lock } from "../published/lock.ts";
import { archivePath, DATASETS } from "./layout.ts";
import { readJson } from "./documents.ts";
import { type Container, Refused } from "./container.ts";

/** The keys that an exporter writes and that are held against the record. */
const PARAMETERS = "facsimile.parameters";
const DATASET = "facsimile.dataset.sha256";

/** The pairs of a model; throws `Refused` if it is no protobuf. */
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

/** Checks every model of the archive that has such a header. */
export function checkModels(
  { artifacts, instances }: Lock,
  container: Container,
  findings: string[],
): void {
  const there = new Set(container.members.map(({ name }) => name));
  for (const [path, { instance }] of Object.entries(artifacts)) {
    const name = archivePath(path);
    if (!name.endsWith(".onnx") || !there.has(name)) continue;
    const metadata = readMetadata(container.read(name, 2 ** 30));
    const facts = instances[instance]?.facts ?? {};
    for (const [key, value] of Object.entries(json(metadata, PARAMETERS))) {
      const said = facts[`param ${key}`];
      if (said === undefined || canonical(said) !== canonical(value)) {
        findings.push(
          `${name} says ${key} = ${
            canonical(value)
          }, the record of ${instance} ${
            said === undefined ? "nothing of it" : canonical(said)
          }`,
        );
      }
    }
    const known = canonical(readJson(container, DATASETS));
    for (const [file, digest] of Object.entries(json(metadata, DATASET))) {
      if (!known.includes(canonical(digest))) {
        findings.push(
          `${name} was made from another ${file} than ${DATASETS} names`,
        );
      }
    }
  }
}

function json(
  metadata: ReadonlyMap<string, string>,
  key: string,
): { readonly [name: string]: Json } {
  const text = metadata.get(key);
  if (text === undefined) return {};
  const read = readForeign(anyObject, text);
  if (!read.ok) throw new Refused(`a model's ${key}: ${read.problem}`);
  return read.value;
}

/** The fields of a protobuf message; bytes for those with a length, else nothing. */
function* fields(
  bytes: Uint8Array,
): Generator<[field: number, value: Uint8Array | undefined]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1;; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 2 ** 63) {
        throw new Refused("a model is no protobuf");
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
          throw new Refused("a model is cut off");
        }
        yield [field, bytes.subarray(at, at += length)];
        break;
      }
      case 5:
        at += 4;
        yield [field, undefined];
        break;
      default:
        throw new Refused("a model is no protobuf");
    }
  }
}
