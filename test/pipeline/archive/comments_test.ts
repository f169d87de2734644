/** The comments of a configuration, as descriptions of its settings. */
import { deepEqual, equal } from "node:assert/strict";
import {
  describe,
  describedSettings,
} from "../../../pipeline/archive/comments.ts";

const TEXT = `# Of the whole file, and of no setting.

top = 1 # Beside it.

[one]
# Above it,
# in two lines.
rate = 0.1
plain = 2
# Of a colour "#" in a text.
colour = "#fff" # White.
text = """
# no comment
rate = 3
"""
list = [ # Of the list.
  1, # no comment of a setting
]
# Lost: an empty line follows.

images = 5

[two]
images = 6 # Of two.

[[many]]
name = "a" # A name.

[axes]
"one.rate" = [0.1, 0.2] # What varies.
`;

const described = describedSettings(TEXT);

Deno.test("describedSettings() has each setting with the comment above and beside it", () => {
  deepEqual([...described], [
    ["top", "Beside it."],
    ["one.rate", "Above it, in two lines."],
    ["one.plain", ""],
    ["one.colour", 'Of a colour "#" in a text. White.'],
    ["one.text", ""],
    ["one.list", "Of the list."],
    ["one.images", ""],
    ["two.images", "Of two."],
    ["many.name", "A name."],
    ["axes.one.rate", "What varies."],
  ]);
});

Deno.test("describe() finds the one setting that a parameter is, and guesses nothing", () => {
  const found = (name: string) => describe(described, name);
  equal(found("rate"), "Above it, in two lines.");
  equal(found("settings.one.rate"), "Above it, in two lines.");
  equal(found("plain"), undefined);
  equal(found("images"), undefined); // two have that name
  equal(found("two.images"), "Of two.");
  equal(found("ate"), undefined);
});
