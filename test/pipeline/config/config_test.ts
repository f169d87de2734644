import { deepEqual, equal, match, ok as yes } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import * as v from "valibot";
import { readConfig } from "../../../pipeline/config/config.ts";
import { message } from "./message.ts";

const whole = v.pipe(
  v.number("a whole number from 1 to 9"),
  v.integer("a whole number from 1 to 9"),
  v.minValue(1, "a whole number from 1 to 9"),
  v.maxValue(9, "a whole number from 1 to 9"),
);
const schema = v.strictObject({
  oven: v.strictObject({
    heat: whole,
    minutes: v.optional(whole, 5),
    mode: v.picklist(["fan", "grill"], '"fan" or "grill"'),
    racks: v.pipe(v.array(whole, "a list"), v.nonEmpty("a list with entries")),
  }, "a table"),
  cakes: v.optional(
    v.array(
      v.strictObject({ id: v.string("a text"), eggs: whole }, "a table"),
      "a list of tables",
    ),
    [],
  ),
}, "a table");

const TEXT = `# A kitchen.
[oven]
heat = 3
mode = "fan"
racks = [1, 2]

[[cakes]]
id = "lemon"
eggs = 2

[[cakes]]
id = "plum"
eggs = 4

[profile.quick.oven]
heat = 9
`;

function bake(
  { text = TEXT, ...laid }: {
    text?: string;
    profile?: string;
    set?: string[];
  } = {},
) {
  return readConfig({ path: "/kitchen/bake.toml", text, schema, ...laid });
}

/** What the oven is set to. */
function oven(laid: { text?: string; profile?: string; set?: string[] }) {
  const read = bake(laid);
  yes(read.ok, message(read));
  return read.value.config.oven;
}

Deno.test("readConfig() gives the checked configuration, defaults filled in, and the text", () => {
  const read = bake();
  yes(read.ok, message(read));
  deepEqual(read.value, {
    config: {
      oven: { heat: 3, minutes: 5, mode: "fan", racks: [1, 2] },
      cakes: [{ id: "lemon", eggs: 2 }, { id: "plum", eggs: 4 }],
    },
    executor: {
      slurm: { extra: [], memory: 2000, jobs: 1000, lead: 60, retries: 2 },
    },
    cache: { mode: "read", accept: [], timeout: 3 },
    text: TEXT,
  });
});

Deno.test("readConfig() lays the profile over the text and settings over both, the last one on top", () => {
  equal(oven({}).heat, 3);
  equal(oven({ profile: "quick" }).heat, 9);
  equal(oven({ profile: "quick", set: ["oven.heat=4"] }).heat, 4);
  equal(oven({ set: ["oven.heat=4", "oven.heat=5"] }).heat, 5);
});

Deno.test("readConfig() takes the last of any settings of a key", () => {
  const heat = fc.integer({ min: 1, max: 9 });
  fc.assert(fc.property(
    fc.array(heat, { minLength: 1 }),
    fc.boolean(),
    (heats, quick) => {
      const set = heats.map((one) => `oven.heat=${one}`);
      equal(
        oven({ set, ...(quick && { profile: "quick" }) }).heat,
        heats.at(-1),
      );
    },
  ));
});

Deno.test("readConfig() gives the same for settings of different keys in any order", () => {
  const settings = ["oven.heat=7", "oven.minutes=2", "oven.mode=grill"];
  fc.assert(fc.property(
    fc.shuffledSubarray(settings, { minLength: settings.length }),
    (set) => deepEqual(oven({ set }), oven({ set: settings })),
  ));
});

Deno.test("readConfig() reads the value of a setting as TOML, else as a text", () => {
  equal(oven({ set: ["oven.mode=grill"] }).mode, "grill");
  equal(oven({ set: ['oven.mode = "grill"'] }).mode, "grill");
  deepEqual(oven({ set: ["oven.racks=[3]"] }).racks, [3]);
  deepEqual(
    oven({ set: ['oven={heat = 1, mode = "fan", racks = [1]}'] }),
    { heat: 1, minutes: 5, mode: "fan", racks: [1] },
  );
});

Deno.test("readConfig() sets into a list by index and by id", () => {
  for (const key of ["1", "plum"]) {
    const read = bake({ set: [`cakes.${key}.eggs=6`] });
    yes(read.ok, message(read));
    deepEqual(read.value.config.cakes.map(({ eggs }) => eggs), [2, 6]);
  }
});

Deno.test("readConfig() does not change what a second reading gives", () => {
  const once = bake();
  bake({ profile: "quick", set: ["oven.racks=[9]", "cakes.0.eggs=9"] });
  deepEqual(bake(), once);
});

const refused: {
  rule: string;
  laid: Parameters<typeof bake>[0];
  says: string;
}[] = [
  {
    rule: "the line, column and place of a mistake in the syntax",
    laid: { text: TEXT.replace("heat = 3", "heat = = 3") },
    says: `Cannot read bake.toml, line 3, column 8
invalid value
3 | heat = = 3
  |        ^
hint: correct the line; toml.io describes the format`,
  },
  {
    rule: "a caret below what it means behind tabs too",
    laid: { text: "[oven]\n\theat = ?" },
    says: `Cannot read bake.toml, line 2, column 9
invalid value
2 | \theat = ?
  | \t       ^
hint: correct the line; toml.io describes the format`,
  },
  {
    rule: "a key that is there twice",
    laid: { text: TEXT.replace("heat = 3", "heat = 3\nheat = 4") },
    says: `Cannot read bake.toml, line 4, column 1
trying to redefine an already defined table or value
4 | heat = 4
  | ^
hint: correct the line; toml.io describes the format`,
  },
  {
    rule: "an unknown key and the nearest one",
    laid: { text: TEXT.replace("minutes", "minutes").replace("mode", "mod") },
    says: `Cannot use bake.toml: oven.mod is not a setting
bake.toml:4:1: oven has heat, minutes, mode, racks
hint: did you mean "mode"?`,
  },
  {
    rule: "an unknown key that stands elsewhere",
    laid: { set: ["minutes=3"] },
    says: `Cannot use bake.toml: minutes is not a setting
--set minutes=3: there are oven, cakes
hint: did you mean "oven.minutes"?`,
  },
  {
    rule: "an unknown key like nothing",
    laid: { set: ["weather.sunny=true"] },
    says: `Cannot use bake.toml: weather is not a setting
--set weather.sunny=true: there are oven, cakes`,
  },
  {
    rule: "a missing key and what it may be",
    laid: { text: TEXT.replace("heat = 3\n", "") },
    says: `Cannot use bake.toml: oven.heat is missing
bake.toml:2:1: allowed is a whole number from 1 to 9`,
  },
  {
    rule: "a missing table",
    laid: { text: "" },
    says: `Cannot use bake.toml: oven is missing
bake.toml: allowed is a table`,
  },
  {
    rule: "a wrong type",
    laid: { text: TEXT.replace("heat = 3", 'heat = "hot"') },
    says: `Cannot use bake.toml: oven.heat is "hot"
bake.toml:3:1: allowed is a whole number from 1 to 9`,
  },
  {
    rule: "an entry of a list at its own place",
    laid: { text: TEXT.replace("[1, 2]", "[\n  1, # low\n  nan,\n]") },
    says: `Cannot use bake.toml: oven.racks.1 is nan
bake.toml:7:3: allowed is a whole number from 1 to 9`,
  },
  {
    rule: "an entry of a list of tables by its id",
    laid: { text: TEXT.replace("eggs = 4", "eggs = -inf") },
    says: `Cannot use bake.toml: cakes.plum.eggs is -inf
bake.toml:13:1: allowed is a whole number from 1 to 9`,
  },
  {
    rule: "a date as the text that it is",
    laid: { set: ["oven.heat=2018-02-01"] },
    says: `Cannot use bake.toml: oven.heat is "2018-02-01"
--set oven.heat=2018-02-01: allowed is a whole number from 1 to 9`,
  },
  {
    rule: "a value from a profile, at its place",
    laid: {
      text: TEXT.replace("heat = 9", "heat = 10"),
      profile: "quick",
    },
    says: `Cannot use bake.toml: oven.heat is 10
bake.toml:16:1 (profile quick): allowed is a whole number from 1 to 9`,
  },
  {
    rule: "a profile that is not even used",
    laid: { text: TEXT.replace("heat = 9", "heet = 9") },
    says: `Cannot use bake.toml: oven.heet is not a setting
bake.toml:16:1 (profile quick): oven has heat, minutes, mode, racks
hint: did you mean "heat"?`,
  },
  {
    rule: "a profile that is no table",
    laid: { text: `${TEXT}[profile]\nslow = 3\n` },
    says: `Cannot use bake.toml: profile.slow is 3
bake.toml:18:1: allowed are tables such as [profile.NAME.TABLE]`,
  },
  {
    rule: "an unknown profile and the nearest one",
    laid: { profile: "quik" },
    says: `Cannot use the profile "quik" of bake.toml
profiles: quick
hint: did you mean "quick"?`,
  },
  {
    rule: "a profile where there are none",
    laid: { text: TEXT.split("[profile")[0]!, profile: "toString" },
    says: `Cannot use the profile "toString" of bake.toml
there are no profiles`,
  },
  {
    rule: "a value from a setting by that setting",
    laid: { set: ["oven.heat=0"] },
    says: `Cannot use bake.toml: oven.heat is 0
--set oven.heat=0: allowed is a whole number from 1 to 9`,
  },
  {
    rule: "the setting that counts where a key is set twice",
    laid: { set: ["oven.racks=[1]", "oven={heat=1, racks=[], mode='fan'}"] },
    says: `Cannot use bake.toml: oven.racks is []
--set oven={heat=1, racks=[], mode='fan'}: allowed is a list with entries`,
  },
  {
    rule: "a setting without a value",
    laid: { set: ["oven.heat"] },
    says: `Cannot use bake.toml: "oven.heat" names no setting
--set oven.heat: write it as table.key=5`,
  },
  {
    rule: "a setting with an empty key",
    laid: { set: ["oven..heat=5"] },
    says: `Cannot use bake.toml: "oven..heat=5" names no setting
--set oven..heat=5: write it as table.key=5`,
  },
  {
    rule: "a setting whose TOML is broken",
    laid: { set: ["oven.racks=[1,"] },
    says: `Cannot use bake.toml: [1, is not a value
--set oven.racks=[1,: unfinished array`,
  },
  {
    rule: "a setting inside of a single value",
    laid: { set: ["oven.heat.more=1"] },
    says: `Cannot use bake.toml: oven.heat.more is not there
--set oven.heat.more=1: oven.heat is a single value and holds no "more"`,
  },
  {
    rule: "an entry that a list does not have",
    laid: { set: ["cakes.apple.eggs=1"] },
    says: `Cannot use bake.toml: cakes.apple.eggs is not there
--set cakes.apple.eggs=1: cakes has the entries lemon, plum`,
  },
  {
    rule: "all problems at once",
    laid: {
      text: TEXT.replace("heat = 3", "heet = 3\nhest = 4").replace(
        "eggs = 2",
        "eggs = 2.5",
      ),
      set: ["oven.mode=steam", "cakes.9.eggs=1"],
    },
    says: `Cannot use bake.toml: 5 problems
--set cakes.9.eggs=1: cakes.9.eggs is not there; cakes has the entries lemon, plum
bake.toml:3:1: oven.heet is not a setting; did you mean "heat"?
bake.toml:4:1: oven.hest is not a setting; did you mean "heat"?
--set oven.mode=steam: oven.mode is "steam"; allowed is "fan" or "grill"
bake.toml:10:1: cakes.lemon.eggs is 2.5; allowed is a whole number from 1 to 9`,
  },
];

for (const { rule, laid, says } of refused) {
  Deno.test(`readConfig() tells ${rule}`, () =>
    equal(message(bake(laid)), says));
}

Deno.test("readConfig() lets a setting change nothing that all objects share", () => {
  for (const key of ["__proto__", "constructor", "oven.__proto__"]) {
    match(message(bake({ set: [`${key}.heat=1`] })), /is not a setting/);
    match(message(bake({ set: [`${key}=1`] })), /is not a setting/);
  }
  equal(Object.hasOwn(Object.prototype, "heat"), false);
});

Deno.test("readConfig() never takes one setting for several", () => {
  equal(
    message(bake({ set: ["oven.heat=4\nmore=5"] })),
    "Cannot use bake.toml: a setting has more than one line\n--set oven.heat=4\nmore=5: use --set once for each",
  );
});

Deno.test("readConfig() reads what a file holds, or says why it cannot", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "bake.toml");
    const read = () => readConfig({ path, schema });
    equal(
      message(read()),
      `Cannot read the configuration ${path}\nthere is no such file\nhint: run from the folder of the project`,
    );
    Deno.mkdirSync(path);
    equal(
      message(read()),
      `Cannot read the configuration ${path}\nit is a folder\nhint: put a TOML file there`,
    );
    Deno.removeSync(path);
    Deno.writeFileSync(path, new Uint8Array([0x61, 0x3d, 0xff]));
    equal(
      message(read()),
      `Cannot read the configuration ${path}\nit is not UTF-8\nhint: save it as UTF-8, as TOML wants it`,
    );
    // As Windows saves it: a byte order mark, and two characters at each line's end.
    Deno.writeTextFileSync(path, "\uFEFF" + TEXT.replaceAll("\n", "\r\n"));
    const found = read();
    yes(found.ok, message(found));
    equal(found.value.config.oven.heat, 3);
    Deno.writeTextFileSync(
      path,
      TEXT.replace("3", "0").replaceAll("\n", "\r\n"),
    );
    match(message(read()), /^bake\.toml:3:1: /m);
    await Deno.chmod(path, 0);
    if (Deno.uid() !== 0) { // root may read everything
      match(message(read()), /it may not be read/);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("readConfig() tells the first of very many problems, and how many more there are", () => {
  const keys = Array.from({ length: 50_000 }, (_, i) => `k${i} = 1\n`).join("");
  const lines = message(bake({ text: keys + TEXT })).split("\n");
  equal(lines[0], "Cannot use bake.toml: 50000 problems");
  equal(lines.length, 22);
  equal(lines.at(-1), "and 49980 more");
});

Deno.test("readConfig() refuses what lies too deep, wherever it stands", () => {
  const deep = (before: string, inner: string, after: string) =>
    before.repeat(20_000) + inner + after.repeat(20_000);
  for (
    const text of [
      `${TEXT}\n[${deep("a.", "a", "")}]\nb = 1\n`,
      `${deep("a.", "a", "")} = 1\n${TEXT}`,
      `x = ${"[".repeat(500)}${"]".repeat(500)}\n${TEXT}`,
      `x = ${"{a=".repeat(500)}1${"}".repeat(500)}\n${TEXT}`,
    ]
  ) {
    match(
      message(bake({ text })),
      /^Cannot read bake.toml, line \d+\nmore than 32/,
    );
  }
  for (
    const text of [
      `x = ${deep("[", "", "]")}\n${TEXT}`,
      `x = ${deep("{a=", "1", "}")}\n${TEXT}`,
    ]
  ) {
    match(message(bake({ text })), /excessively nested/);
  }
  for (
    const setting of [
      `${deep("a.", "a", "")}=1`,
      `oven.heat=${"[".repeat(500)}${"]".repeat(500)}`,
    ]
  ) {
    match(message(bake({ set: [setting] })), /at most 32/);
  }
});

Deno.test("readConfig() refuses numbers that JSON does not have, whatever the schema allows", () => {
  const read = (text: string, set: string[] = []) =>
    readConfig({
      path: "/kitchen/bake.toml",
      text,
      set,
      schema: v.strictObject({ a: v.array(v.number("a number"), "a list") }),
    });
  match(
    message(read("a = [1, inf]")),
    /a\.1 is inf\nbake.toml:1:\d+: allowed are finite numbers/,
  );
  match(message(read("a = [1]", ["a=[-inf]"])), /a\.0 is -inf\n--set/);
  yes(read("a = [1]").ok);
});

Deno.test("readConfig() takes names that every object has for what they are: names", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    for (
      const laid of [
        { text: `${name} = 1\n${TEXT}` },
        { text: `${TEXT}\n[${name}]\nheat = 1\n` },
        { set: [`${name}=1`] },
        { set: [`${name}.heat=1`] },
      ]
    ) {
      match(message(bake(laid)), new RegExp(`${name} is not a setting`));
    }
    match(message(bake({ set: [`oven.${name}=1`] })), /is not a setting/);
    match(message(bake({ set: [`cakes.${name}=1`] })), /has the entries lemon/);
    match(message(bake({ profile: name })), /^Cannot use the profile/);
  }
  equal(oven({}).heat, 3);
});

Deno.test("readConfig() reads a plain file of at most a million bytes, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "bake.toml");
  const read = () => message(readConfig({ path, schema }));
  Deno.writeTextFileSync(path, TEXT + "#".repeat(1_000_001 - TEXT.length));
  match(read(), /it has 1000001 bytes; a configuration has at most 1000000/);
  Deno.writeTextFileSync(path, TEXT + "#".repeat(1_000_000 - TEXT.length));
  equal(read(), "no failure");
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  match(read(), /it is a folder/);
  Deno.removeSync(path);
  Deno.symlinkSync(path, path);
  match(read(), /Cannot read the configuration/);
  Deno.removeSync(path);
  const { success } = await new Deno.Command("mkfifo", { args: [path] })
    .output();
  yes(success);
  match(read(), /it is no plain file/);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("readConfig() shows of a long line what is around the mistake", () => {
  const read = message(bake({
    text: `x = [${"1, ".repeat(50_000)}?${", 1".repeat(50_000)}]\n${TEXT}`,
  }));
  yes(read.length < 600, read.slice(0, 600));
  const [, , line = "", caret = ""] = read.split("\n");
  equal(line[caret.indexOf("^")], "?");
});

Deno.test("readConfig() blames for a value what was laid there last", () => {
  match(
    message(bake({ set: ["oven.heat=4", "oven={heat=0}"] })),
    /--set oven=\{heat=0\}: oven.heat is 0/,
  );
  match(
    message(
      bake({ set: ["oven={heat=4, mode='fan', racks=[1]}", "oven.heat=0"] }),
    ),
    /--set oven.heat=0: allowed/,
  );
});
