/** A model's own words, against the record. */
import { deepEqual, throws } from "node:assert/strict";
import { findings, readMetadata } from "../../../stages/onnx/metadata.ts";

const encoder = new TextEncoder();

/** A field with a length. */
function field(number: number, value: Uint8Array): number[] {
  const length: number[] = [];
  for (let rest = value.length;; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return [number << 3 | 2, ...length, ...value];
}

function modelWith(metadata: { readonly [key: string]: string }): Uint8Array {
  const pairs = Object.entries(metadata).flatMap(([key, value]) =>
    field(
      14,
      Uint8Array.from([
        ...field(1, encoder.encode(key)),
        ...field(2, encoder.encode(value)),
      ]),
    )
  );
  // Before them: the version as a number, and a graph that is long.
  return Uint8Array.from([8, 8, ...field(7, new Uint8Array(300)), ...pairs]);
}

const DIGEST = "ab".repeat(32);

/** What is found in an archive with one such model. */
function found(metadata: { readonly [key: string]: string }): string[] {
  return findings(
    {
      artifacts: { "models/a.onnx": { instance: "export" } },
      instances: {
        export: {
          facts: {
            "param seed": 1,
            "param learning_rate": 0.01,
            "param license": "MIT",
            "param authors": ["Ada"],
          },
        },
      },
      data: [DIGEST],
    },
    () => modelWith(metadata),
  );
}

Deno.test("readMetadata() finds the pairs behind numbers and long fields", () => {
  const pairs = { a: "1", "é": "x".repeat(1000) };
  deepEqual([...readMetadata(modelWith(pairs))], Object.entries(pairs));
  throws(() => readMetadata(modelWith(pairs).subarray(0, -1)), /cut off/);
  throws(() => readMetadata(Uint8Array.of(255, 255)), /no protobuf/);
});

Deno.test("findings() finds a model of other parameters or other data", () => {
  deepEqual(found({}), []);
  deepEqual(
    found({
      "facsimile.parameters": '{"learning_rate":0.01,"seed":1}',
      "facsimile.dataset.sha256": `{"x":"${DIGEST}"}`,
    }),
    [],
  );
  deepEqual(found({ "facsimile.parameters": '{"epochs":3,"seed":2}' }), [
    "models/a.onnx says epochs = 3, the record of export nothing of it",
    "models/a.onnx says seed = 2, the record of export 1",
  ]);
  deepEqual(
    found({ "facsimile.dataset.sha256": `{"x":"${"cd".repeat(32)}"}` }),
    ["models/a.onnx was made from another x than the archive's datasets have"],
  );
});

Deno.test("findings() finds a model under another licence, or by others", () => {
  const own = { "facsimile.license": "MIT", "facsimile.authors": '["Ada"]' };
  deepEqual(found(own), []);
  deepEqual(
    found({ "facsimile.license": "CC0-1.0", "facsimile.authors": '["Eve"]' }),
    [
      'models/a.onnx says license = "CC0-1.0", the record of export "MIT"',
      'models/a.onnx says authors = ["Eve"], the record of export ["Ada"]',
    ],
  );
});

Deno.test("findings() refuses parameters that are no table of values", () => {
  for (
    const text of ["null", "[]", "1", '{"a":1e999}', "[".repeat(100_000), "{"]
  ) {
    throws(() => found({ "facsimile.parameters": text }), Error, text);
  }
});
