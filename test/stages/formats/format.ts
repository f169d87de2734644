/** What the tests of the formats share: random content, and what a reader says of a broken file. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { StageError } from "../../../pipeline/stage/task.ts";

/** Every run tries the same values. */
export const SEEDED = { seed: 1, numRuns: 60 };

/** A loss or another measure, as JSON can hold it. */
export const measure: fc.Arbitrary<number> = fc.double({
  noNaN: true,
  noDefaultInfinity: true,
}).map((value) => value + 0); // JSON has no −0

export const word: fc.Arbitrary<string> = fc.string({ unit: "grapheme" });

/** A dictionary; `__proto__` is no name that a stage gives. */
export function dictionary<Value>(
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<{ [name: string]: Value }> {
  const name = fc.string().filter((name) =>
    !["__proto__", "prototype", "constructor"].includes(name)
  );
  return fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
}

/** The sentence of a failure: what, and what was seen. */
export function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof StageError, String(error));
    return `${error.what}: ${error.seen}`;
  }
  return "fine";
}
