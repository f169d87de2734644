import { deepEqual, equal, match, ok } from "node:assert/strict";
import { overlays, parseArguments } from "../../../pipeline/cli/arguments.ts";
import { type Command, commandsOf } from "../../../pipeline/cli/table.ts";
import { failureLines } from "../../../pipeline/render/failure.ts";
import { helpLines } from "../../../pipeline/cli/help.ts";
import { style } from "../../../pipeline/text/style.ts";
import { width } from "../../../pipeline/text/layout.ts";

const plain = style(false);
/** What a project adds to the commands. */
const OWN = {
  page: "page.html",
  shorthands: [
    { option: "engine", setting: "training.engine", help: "what computes" },
    { option: "strict", setting: "text.strict", to: true, help: "no mercy" },
  ],
  levels: [{ name: "drawings", help: "all drawn again" }],
  examples: { why: [["why draw", "why it would be drawn again"]] },
} as const;
const COMMANDS = commandsOf(OWN);
/** The commands whose help and errors stand in the snapshots. */
const HERE: readonly Command[] = COMMANDS.filter(({ name }) =>
  ["reproduce", "status", "why", "graph", "runs", "diff", "completion"]
    .includes(name)
);

function parsed(...args: string[]) {
  const asked = parseArguments(args, HERE);
  if (!asked.ok || asked.value.kind !== "run") throw new Error(String(args));
  return asked.value.parsed;
}

function complaint(...args: string[]): string {
  const asked = parseArguments(args, HERE);
  if (asked.ok) throw new Error(`accepted: ${args.join(" ")}`);
  equal(asked.failure.kind, "usage");
  return failureLines(asked.failure, plain).join("\n");
}

Deno.test("parseArguments() reads operands, switches and values in any order", () => {
  const found = parsed(
    "reproduce",
    "train",
    "--set",
    "training.epochs=20",
    "--jobs=2",
    "--dry-run",
    "figures",
    "--set=training.seeds=[1, 2]",
  );
  equal(found.command.name, "reproduce");
  deepEqual(found.operands, ["train", "figures"]);
  deepEqual(found.all("set"), ["training.epochs=20", "training.seeds=[1, 2]"]);
  equal(found.one("jobs"), "2");
  ok(found.has("dry-run"));
  ok(!found.has("json"));
});

Deno.test("parseArguments() takes everything after -- for operands", () => {
  deepEqual(parsed("reproduce", "--json", "--", "--help").operands, ["--help"]);
});

Deno.test("parseArguments() asks for help wherever --help stands, whatever else is wrong", () => {
  for (
    const args of [
      ["reproduce", "--nonsense", "--help"],
      ["reproduce", "-h"],
      ["help", "reproduce"],
    ]
  ) {
    const asked = parseArguments(args, HERE);
    ok(asked.ok && asked.value.kind === "help");
    equal(asked.value.command?.name, "reproduce");
  }
  for (const args of [[], ["help"], ["--help"], ["-h"], ["help", "--help"]]) {
    const asked = parseArguments(args, HERE);
    ok(asked.ok && asked.value.kind === "help");
    equal(asked.value.command, undefined);
  }
});

Deno.test("parseArguments() says what is wrong, what is right, and what was meant", async (t) => {
  await t.assertSnapshot(
    [
      ["reprodcue"],
      ["help", "statsu"],
      ["reproduce", "--dryrun"],
      ["reproduce", "-j", "2"],
      ["status", "--jobs", "2"],
      ["reproduce", "--jobs", "0"],
      ["reproduce", "--jobs", "two"],
      ["reproduce", "--jobs=-1"],
      ["reproduce", "--jobs", "1.5"],
      ["reproduce", "--jobs", "1e9"],
      ["reproduce", "--jobs", "999999999"],
      ["reproduce", "--jobs", "٣"],
      ["reproduce", "--profile"],
      ["reproduce", "--profile", "--json"],
      ["reproduce", "--profile", "a", "--profile", "b"],
      ["reproduce", "--json=yes"],
      ["reproduce", "--dry-run", "--watch"],
      ["reproduce", "--fail-fast", "--keep-going"],
      ["graph", "--svg", ""],
      ["why"],
      ["why", "train", "export"],
      ["status", "train"],
      ["diff", "a", "b", "c"],
      ["completion", "bsah"],
    ].map((args) => `$ ${args.join(" ")}\n${complaint(...args)}`).join("\n\n"),
  );
});

Deno.test("helpLines() shows every command with its options and examples", async (t) => {
  const whole = [undefined, ...HERE].map((command) =>
    helpLines(command, HERE).join("\n")
  );
  await t.assertSnapshot(whole.join("\n────\n"));
  for (const line of whole.join("\n").split("\n")) ok(width(line) <= 80, line);
});

Deno.test("helpLines() gives only examples that are accepted", () => {
  for (const { examples } of COMMANDS) {
    for (const [example] of examples) {
      const words = example.split(/ [>|] /)[0]!.match(/'[^']*'|\S+/g) ?? [];
      const args = words.map((word) => word.replace(/^'(.*)'$/, "$1"))
        .filter((word) => word !== "--quiet");
      const asked = parseArguments(args, COMMANDS);
      ok(asked.ok, `${example}: ${JSON.stringify(asked)}`);
    }
  }
});

Deno.test("COMMANDS says of every option what it does, and names none twice", () => {
  for (const { name, help, options, examples } of COMMANDS) {
    match(help, /^[a-z]/, name);
    ok(examples.length > 0, name);
    const names = options.map((option) => option.name);
    equal(new Set(names).size, names.length, name);
    for (const { without = [] } of options) {
      for (const other of without) ok(names.includes(other), other);
    }
  }
});

Deno.test("overlays() lays shorthands over the settings as they are", () => {
  deepEqual(
    overlays(
      parsed(
        "reproduce",
        "--set",
        "a=1",
        "--engine",
        "native",
        "--profile",
        "q",
        "--strict",
      ),
      OWN.shorthands,
    ),
    {
      profile: "q",
      set: ["a=1", 'training.engine="native"', "text.strict=true"],
    },
  );
});

Deno.test("commandsOf() has the options, levels and examples of the project, and no page where there is none", () => {
  const option = (own: Parameters<typeof commandsOf>[0], name: string) =>
    commandsOf(own).flatMap(({ options }) => options)
      .find((one) => one.name === name);
  const bare = { shorthands: [] };
  equal(option(bare, "engine"), undefined);
  equal(option(bare, "open"), undefined);
  equal(option(OWN, "engine")?.help, "what computes");
  equal(
    option(bare, "level")?.help,
    "how far an archive is checked: 0 bytes, 1 record, 2 claims, 3 everything made again (2)",
  );
  deepEqual(option(OWN, "level")?.takes, {
    kind: "choice",
    choices: ["0", "1", "2", "3"],
  });
  match(option(OWN, "level")?.help ?? "", /3 all drawn again/);
});
