import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { findPlaces, locate, quote } from "../../../pipeline/config/locate.ts";

const at = (text: string, key: string) => {
  const place = findPlaces(text).get(key.split(".").join("\0"));
  return place && `${place.line}:${place.column}`;
};

Deno.test("findPlaces() finds keys of tables, dotted keys and inline tables", () => {
  const text = `a = 1
b.c = 2
[d]
  e = { f = 3, g = [4, { h = 5 }] }
[i."j.k"]
l = 6`;
  equal(at(text, "a"), "1:1");
  equal(at(text, "b.c"), "2:1");
  equal(at(text, "d.e.f"), "4:9");
  equal(at(text, "d.e.g.1.h"), "4:26");
  const place = findPlaces(text).get(["i", "j.k", "l"].join("\0"));
  deepEqual(place, { line: 6, column: 1 });
  equal(at('"\\u0061" = 1', "a"), "1:1");
});

Deno.test("findPlaces() finds the entries of lists, also of tables and of lists", () => {
  const text = `list = [
  1, # one [[fake]]
  "two",

  [3, 33],
]
[[t]]
x = 1
[[t]]
x = 2
[t.inner]
y = 3
[[t.many]]
z = 4`;
  equal(at(text, "list.1"), "3:3");
  equal(at(text, "list.2.1"), "5:7");
  equal(at(text, "t.0.x"), "8:1");
  equal(at(text, "t.1.x"), "10:1");
  equal(at(text, "t.1.inner.y"), "12:1");
  equal(at(text, "t.1.many.0.z"), "14:1");
});

Deno.test("findPlaces() is not misled by texts that look like keys", () => {
  const text = `a = """
[fake]
b = 1 \\""" c = 2
"""
b = '''
c = "''""
'''
s = "x \\" c = # ["
c = 3`;
  equal(at(text, "b"), "5:1");
  equal(at(text, "c"), "9:1");
  equal(at(text, "fake"), undefined);
});

Deno.test("findPlaces() finds every key of whatever TOML says", () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/);
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('"""', "'''", "\\", "a = 1\n[b]", "# no\n", "[[x]]"),
  );
  const leaf = fc.oneof(text, fc.integer(), fc.boolean());
  const { table } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.array(tie("table"), { maxLength: 2, minLength: 1 }),
      tie("table"),
    ),
    table: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  }));
  fc.assert(fc.property(table, (document) => {
    const written = stringify(document as Record<string, unknown>);
    const places = findPlaces(written);
    for (const path of paths(parse(written))) {
      const place = places.get(path.join("\0"));
      const line = written.split("\n")[(place?.line ?? 0) - 1] ?? "";
      const last = path.at(-1)!;
      if (!/^\d+$/.test(last) && !line.includes(last)) {
        throw new Error(`${path.join(".")} is not in line ${place?.line}`);
      }
      if (!place) throw new Error(`${path.join(".")} was not found`);
    }
  }));
});

function paths(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [...path, key],
    ...paths(inner, [...path, key]),
  ]);
}

Deno.test("findPlaces() comes to an end for any text", () => {
  const piece = fc.constantFrom(..."[]{}=.,\"'#\n\\ ax", '"""', "'''");
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    findPlaces(pieces.join(""));
  }));
  findPlaces(`a = ${"[".repeat(100_000)}`);
});

Deno.test("locate() gives the nearest table where a key is not there", () => {
  const places = findPlaces("[a]\nb = 1");
  deepEqual(locate(places, ["a", "x", "y"]), { line: 1, column: 1 });
  equal(locate(places, ["x"]), undefined);
});

Deno.test("quote() shows a line with a caret below the column", () => {
  equal(quote("a\nbcd", { line: 2, column: 3 }), "2 | bcd\n  |   ^");
});
