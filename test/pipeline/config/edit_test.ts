import { equal } from "node:assert/strict";
import { setKeys } from "../../../pipeline/config/edit.ts";

const KEYS = { bytes: 5, sha256: "ab" };

/** A text before and after, by how the table is written. */
const EDITS: { readonly [form: string]: readonly [was: string, now: string] } =
  {
    "an inline table": [
      'a.b = { file = "x" } # why\n',
      'a.b = { file = "x", bytes = 5, sha256 = "ab" } # why\n',
    ],
    "an inline table over lines, with a comma at its end": [
      '[a]\nb = {\n  file = "x", # x\n}\n',
      '[a]\nb = {\n  file = "x", bytes = 5, sha256 = "ab", # x\n}\n',
    ],
    "an empty inline table": [
      "[a]\nb = {}\n",
      '[a]\nb = { bytes = 5, sha256 = "ab" }\n',
    ],
    "a table": [
      '[a.b] # head\nfile = "x" # x\n\n# next\n[c]\n',
      '[a.b] # head\nfile = "x" # x\nbytes = 5\nsha256 = "ab"\n\n# next\n[c]\n',
    ],
    "a table that is empty": [
      "[a.b] # head\n[c]\n",
      '[a.b] # head\nbytes = 5\nsha256 = "ab"\n[c]\n',
    ],
    "dotted keys": [
      '[a]\n  b.file = "x" # x\nc = 1',
      '[a]\n  b.file = "x" # x\n  b.bytes = 5\n  b.sha256 = "ab"\nc = 1',
    ],
    "lines that end as on Windows, and no end of the last": [
      '[a]\r\nb.file = "x"',
      '[a]\r\nb.file = "x"\r\nb.bytes = 5\r\nb.sha256 = "ab"',
    ],
    "lines that end as on Windows, with a comment": [
      '[a.b]\r\nfile = "x" # x\r\nc = 1 # c\r\n',
      '[a.b]\r\nfile = "x" # x\r\nc = 1 # c\r\nbytes = 5\r\nsha256 = "ab"\r\n',
    ],
    "values that are there": [
      '[a]\nb = { sha256 = "a longer one", file = "x", bytes = 1_000 }\n',
      '[a]\nb = { sha256 = "ab", file = "x", bytes = 5 }\n',
    ],
    "one value that is there": [
      '[a.b]\nsha256 = "c" # c\nfile = "x"\n',
      '[a.b]\nsha256 = "ab" # c\nfile = "x"\nbytes = 5\n',
    ],
    "a neighbour of nearly its name": [
      '[a]\nbb = { file = "y" }\nb = { file = "x" }\n[c.b]\n',
      '[a]\nbb = { file = "y" }\nb = { file = "x", bytes = 5, sha256 = "ab" }\n[c.b]\n',
    ],
  };

for (const [form, [was, now]] of Object.entries(EDITS)) {
  Deno.test(`setKeys() keeps everything else of ${form}`, () => {
    equal(setKeys(was, ["a", "b"], KEYS), now);
    equal(setKeys(now, ["a", "b"], KEYS), now);
  });
}

Deno.test("setKeys() makes no table that is not there", () => {
  equal(setKeys("[a]\nc = 1\n", ["a", "b"], KEYS), undefined);
});
