import { deepEqual, equal } from "node:assert/strict";
import type { Change } from "../../../pipeline/store/fingerprint.ts";
import { failureLines } from "../../../pipeline/render/failure.ts";
import {
  amount,
  bytes,
  clock,
  duration,
  measured,
  rate,
  roughly,
} from "../../../pipeline/text/quantity.ts";
import {
  describeChanges,
  describeDecision,
  describeReason,
} from "../../../pipeline/render/reason.ts";
import { scaleOf, sparkline } from "../../../pipeline/render/sparkline.ts";
import { style } from "../../../pipeline/text/style.ts";
import {
  clip,
  hang,
  pad,
  solid,
  table,
  width,
  wrap,
} from "../../../pipeline/text/layout.ts";
import { clean, jsonLine, visible } from "../../../pipeline/text/visible.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

function change(
  fact: string,
  was?: Change["was"],
  now?: Change["now"],
): Change {
  return { fact, was, now };
}

Deno.test("duration() names hours, minutes and seconds as a person does", () => {
  deepEqual(
    [0, 0.04, 1.24, 9.94, 9.96, 59.4, 59.6, 185, 3599.6, 7800, 200_000, -1]
      .map(duration),
    [
      "0.0 s",
      "0.0 s",
      "1.2 s",
      "9.9 s",
      "10 s",
      "59 s",
      "1 min 00 s",
      "3 min 05 s",
      "1 h 00 min",
      "2 h 10 min",
      "2 d 07 h",
      "0.0 s",
    ],
  );
});

Deno.test("clock() counts in whole seconds, and never below none", () => {
  deepEqual([-3, 0, 6.2, 65, 3605].map(clock), [
    "0:00",
    "0:00",
    "0:07",
    "1:05",
    "1:00:05",
  ]);
});

Deno.test("roughly() is no finer than an estimate deserves", () => {
  deepEqual([0.2, 8.4, 43, 64, 202, 3700, 700].map(roughly), [
    "1 s",
    "8 s",
    "45 s",
    "1 min",
    "3 min 20 s",
    "1 h 02 min",
    "12 min",
  ]);
});

Deno.test("bytes() and rate() use units that fit", () => {
  deepEqual([0, 999, 1000, 999_499, 999_500, 26_421_880, 3e12].map(bytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "999 kB",
    "1.0 MB",
    "26.4 MB",
    "3.0 TB",
  ]);
  equal(rate(2_100_000, "bytes"), "2.1 MB/s");
  equal(rate(9841.4, "images"), "9,841 images/s");
});

Deno.test("amount() and measured() show the digits that tell", () => {
  deepEqual([0.3, 4812, 1_200_000].map(amount), ["0.3", "4,812", "1.2 M"]);
  deepEqual(
    [3, 0.0123456, 0.00001234, 12345.678, 80.0391464, NaN, Infinity, -0.5]
      .map(measured),
    [
      "3",
      "0.01235",
      "1.23e-5",
      "1.235e+4",
      "80.04",
      "NaN",
      "Infinity",
      "-0.5000",
    ],
  );
});

Deno.test("width() counts columns, not code units, and no escapes", () => {
  deepEqual(
    ["abc", "é", "e\u0301", "日本", "👩‍💻", "❤️", "━╸→≠✓", "\x1b[1mx\x1b[22m", ""]
      .map(width),
    [3, 1, 1, 4, 2, 2, 5, 1, 0],
  );
});

Deno.test("clip() cuts between characters, keeps styles whole, and says that it cut", () => {
  equal(clip("abcdef", 6), "abcdef");
  equal(clip("abcdef", 5), "abcd…");
  equal(clip("日本語", 5), "日本…");
  equal(clip("日本語", 4), "日…");
  equal(clip("\x1b[31mabcdef\x1b[39m", 3), "\x1b[31mab…\x1b[39m");
  equal(clip("abc", 0), "");
});

Deno.test("wrap() breaks between words, words that are too long, and nothing solid", () => {
  deepEqual(wrap("a bb ccc dddd eeeee", 9), ["a bb ccc", "dddd", "eeeee"]);
  deepEqual(wrap("aaaaaaaaaaaaaaaaaaaa b", 9), [
    "aaaaaaaaa",
    "aaaaaaaaa",
    "aa b",
  ]);
  deepEqual(wrap("one/two/three/four", 10), ["one/two/", "three/four"]);
  deepEqual(wrap(`aaaa ${solid("3 min")} b`, 9), ["aaaa", "3 min b"]);
  deepEqual(wrap("", 10), []);
});

Deno.test("hang() sets a text beside its head, or below it where there is no room", () => {
  deepEqual(hang("head  ", "one two three four five six", 32), [
    "head  one two three four five",
    "      six",
  ]);
  deepEqual(hang("a long head of a line  ", "one two three four", 30), [
    "a long head of a line",
    "    one two three four",
  ]);
  deepEqual(hang("head  ", "", 20), ["head"]);
});

Deno.test("table() makes each column as wide as its widest cell", () => {
  deepEqual(table([["a", "1", "x"], ["bbb", "22", ""]], { right: [1] }), [
    "a     1  x",
    "bbb  22",
  ]);
  equal(pad("日", 4), "日  ");
});

Deno.test("visible() and jsonLine() show what a terminal would obey, and lose nothing", () => {
  const text = "a\x1b[2J\x9b1m\n\t\u202eb\u2066\u2028\ud800 ä 漢 👩‍🔬";
  equal(
    visible(text),
    "a\\x1b[2J\\x9b1m\\x0a\\x09\\u202eb\\u2066\\u2028\\ud800 ä 漢 👩‍🔬",
  );
  const line = jsonLine({ text });
  equal(JSON.parse(line).text, text);
  // deno-lint-ignore no-control-regex -- they are what is looked for
  equal(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066]/.test(line.trimEnd()), false);
});

Deno.test("clean() leaves nothing that could move the cursor", () => {
  equal(
    clean("a\x1b[2Jb\x1b]0;t\x07c\x1b[31md\x1b[0m\te\r\x08\x9bf"),
    "abcd    ef",
  );
  equal(clean("ends in an escape\x1b"), "ends in an escape");
  equal(clean("a\u202eb\u2066c\u2028d"), "abcd");
});

Deno.test("describeChanges() names what a person changed first, and at most three", () => {
  equal(
    describeChanges([
      change("npm sharp@0.35.4", "sha512-a"),
      change("npm sharp@0.35.5", undefined, "sha512-b"),
      change("code stages/train.ts#step", A, B),
      change("code stages/train.ts#loss", A),
      change("input images", A, B),
      change("param epochs", 10, 20),
      change("deno", "2.9.5", "2.9.6"),
    ]),
    "param epochs: 10 → 20; code stages/train.ts changed; input images changed; and 2 more",
  );
});

Deno.test("describeChanges() takes for one what is one thing to a person", () => {
  const say = (...changes: Change[]) => describeChanges(changes);
  equal(
    say(
      change("npm sharp@0.35.4", "sha512-a"),
      change("npm sharp@0.35.5", undefined, "sha512-b"),
    ),
    "npm sharp: 0.35.4 → 0.35.5",
  );
  equal(
    say(change("npm @types/node@26.6.6", "sha512-a", "sha512-b")),
    "npm @types/node@26.6.6 changed",
  );
  equal(
    say(
      change("input curves[lr=0.1]", A, B),
      change("input curves[lr=0.2]", A, B),
    ),
    "input curves: 2 changed",
  );
  equal(
    say(
      change("input x[n=1]", undefined, A),
      change("input x[n=2]", undefined, A),
    ),
    "input x: 2 are new",
  );
  equal(
    say(change("code a.ts#f", A), change("code a.ts#g", B)),
    "code a.ts: 2 parts are gone",
  );
  equal(say(change("code a.ts#f", A, B)), "code a.ts#f changed");
  equal(
    say(
      change("input x[n=1]", A, B),
      change("input x[n=2]", undefined, A),
      change("input x[n=3]", A),
      change("order x", ["[n=1]", "[n=3]"], ["[n=1]", "[n=2]"]),
    ),
    "input x: 1 changed, 1 is new, 1 is gone",
  );
  equal(
    say(change("order x", ["[n=1]", "[n=3]"], ["[n=3]", "[n=1]"])),
    "input x in another order",
  );
  equal(
    say(change("param images", 3200, null)),
    "param images: 3200 → not set",
  );
  equal(
    say(change("param mode", undefined, "fast")),
    "param mode is new: fast",
  );
  equal(
    say(change("param encoder", [8, 4], [8, 4, 2])),
    "param encoder: [8,4] → [8,4,2]",
  );
  equal(say(change("param text", "x".repeat(50), "y")), "param text changed");
  equal(
    describeReason({ kind: "changed", changes: [] }),
    "nothing changed, but its record is gone",
  );
});

Deno.test("describeChanges() knows a module and an input by another name", () => {
  const say = (...changes: Change[]) => describeChanges(changes);
  equal(
    say(
      change("code a.ts#f", A),
      change("code a.ts#g", B),
      change("code b.ts#f", undefined, A),
      change("code b.ts#g", undefined, B),
    ),
    "code a.ts is now b.ts",
  );
  equal(
    say(change("input old", A), change("input new", undefined, A)),
    "input old is now new",
  );
  // Another content is another thing.
  equal(
    say(change("input old", A), change("input new", undefined, B)),
    "input old is gone; input new is new",
  );
});

Deno.test("describeReason() and describeDecision() have words for every kind", () => {
  deepEqual(
    [
      describeReason({ kind: "first-run" }),
      describeReason({ kind: "changed", changes: [change("param n", 1, 2)] }),
      describeReason({ kind: "result-gone", output: "curve" }),
      describeReason({ kind: "forced" }),
      describeReason({ kind: "provisional", because: "no mirror" }),
      describeDecision({ kind: "reuse" }),
      describeDecision({
        kind: "restore",
        artifacts: ["a", "b", "c", "d", "e"],
      }),
      describeDecision({
        kind: "maybe",
        upstream: ["train[lr=1]", "train[lr=2]"],
      }),
      describeDecision({ kind: "maybe", upstream: ["train[lr=1]"] }),
    ],
    [
      "never run before",
      "param n: 1 → 2",
      'its result "curve" is missing or broken in the store',
      "you asked",
      "its last result was a stand-in",
      "up to date",
      "puts a, b, c, and 2 more in place",
      "if train × 2 give something else",
      "if train[lr=1] gives something else",
    ],
  );
});

Deno.test("failureLines() shows what, each line that was seen, and the hint", () => {
  deepEqual(
    failureLines({
      kind: "x",
      what: "Read experiment.toml",
      seen: 'line 3\n  | epochs = "a"\n\n',
      hint: "write a number\nor leave it out",
    }, style(false)),
    [
      "error: Read experiment.toml",
      "  | line 3",
      '  |   | epochs = "a"',
      "  hint: write a number",
      "        or leave it out",
    ],
  );
  deepEqual(failureLines({ kind: "x", what: "Try" }, style(false)), [
    "error: Try",
  ]);
});

Deno.test("style() writes no escape without colour", () => {
  const none = style(false);
  const some = style(true);
  equal(none.bold(none.red("a")), "a");
  equal(some.red("a"), "\x1b[31ma\x1b[39m");
  equal(some.red(""), "");
});

Deno.test("sparkline() shows means of parts on a scale that can be shared", () => {
  equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
  equal(sparkline([0, 0, 7, 7], 2), "▁█");
  equal(sparkline([5, 5, 5], 10), "▅▅▅");
  equal(sparkline([1, NaN, 2], 3), "▁×█");
  equal(sparkline([0, 1], 2, scaleOf([[0, 1], [7]])), "▁▂");
  equal(sparkline([], 5), "");
});
