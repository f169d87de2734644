/**
 * Whatever a configuration says, and whatever is laid over it: a plan comes of
 * it, or a refusal in words. The cases are the same every time; with
 * FACSIMILE_LONG=1 there are many more.
 */
import { doesNotMatch, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseArguments } from "../../../pipeline/cli/arguments.ts";
import { COMMANDS } from "../../../pipeline/cli/table.ts";
import { readConfig } from "../../../pipeline/config/config.ts";
import { ground, ownFacts } from "../../../pipeline/plan/facts.ts";
import { fingerprint } from "../../../pipeline/store/fingerprint.ts";
import { link } from "../../../pipeline/graph/link.ts";
import type { Failure } from "../../../pipeline/failure.ts";
import { failureLines } from "../../../pipeline/render/failure.ts";
import { style } from "../../../pipeline/text/style.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { portable } from "../../rig/networks.ts";
import { pipeline } from "../../../stages/experiment/pipeline.ts";

const TEXT = Deno.readTextFileSync(
  new URL("../../../experiment.toml", import.meta.url),
);
const LINES = TEXT.split("\n");
const LONG = Deno.env.get("FACSIMILE_LONG") === "1";
const FIXED = { seed: 20261125, numRuns: LONG ? 20_000 : 400 };

/** Values that nobody means, or that one could mean. */
const VALUES = [
  ..."inf -inf nan 0 -0 -1 1 2 1.5 1e9 1e308 1e-320 999999999999999 9007199254740993 0x10 true"
    .split(
      " ",
    ),
  '""',
  '"٣"',
  '"a\\u0000b"',
  '"\\u001b[2J"',
  '"\\uFFFF𝄞"',
  `"${"long ".repeat(2000)}"`,
  "[]",
  "[1, 1]",
  "[[1]]",
  "[0.1, inf]",
  '["a", 1]',
  "{}",
  '{ id = "x" }',
  "{ __proto__ = 1 }",
  "1979-05-27T07:32:00Z",
  "07:32:00",
  `[${"[".repeat(40)}${"]".repeat(40)}]`,
  `[${Array.from({ length: 3000 }, (_, i) => i).join(",")}]`,
  '"http://a,b/"',
  '"http://*/"',
  '"../../etc/passwd"',
  `"${"(".repeat(3000)}"`,
  '"{}{}"',
  "'''\n'''",
];
/** Keys that objects have, that nothing has, or that are hard to write. */
const KEYS = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "length",
  "profile",
  "0",
  "é",
  "a".repeat(500),
  '"a\\u0000b"',
  '""',
  '"#"',
  ...LINES.flatMap((line) => /^(\w+) =/.exec(line)?.[1] ?? []),
  ...LINES.flatMap((line) => /^\[([\w.]+)\]/.exec(line)?.[1] ?? []),
];
const value = fc.constantFrom(...VALUES);
const key = fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 4 })
  .map((keys) => keys.join("."));
const at = fc.nat(LINES.length - 1);

type Change = (lines: string[]) => void;
const change: fc.Arbitrary<Change> = fc.oneof(
  at.map((n): Change => (lines) => lines.splice(n, 1)),
  at.map((n): Change => (lines) => lines.splice(n, 0, lines[n] ?? "")),
  fc.tuple(at, at).map(([a, b]): Change => (lines) => {
    [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
  }),
  fc.tuple(at, value).map(([n, value]): Change => (lines) => {
    // The next line that sets something.
    const next = lines.findIndex((line, i) => i >= n && /^\w+ =/.test(line));
    lines[next] = lines[next]?.replace(/=.*$/s, `= ${value}`) ?? "";
  }),
  fc.tuple(at, key, value).map(([n, key, value]): Change => (lines) =>
    lines.splice(n, 0, `${key} = ${value}`)
  ),
  fc.tuple(at, key).map(([n, key]): Change => (lines) =>
    lines.splice(n, 0, `[${key}]`)
  ),
  fc.tuple(at, key).map(([n, key]): Change => (lines) =>
    lines.splice(n, 0, `[[${key}]]`)
  ),
  fc.tuple(at, fc.nat(60), fc.string({ unit: "binary", maxLength: 3 })).map(
    ([n, column, text]): Change => (lines) => {
      const line = lines[n] ?? "";
      lines[n] = line.slice(0, column) + text + line.slice(column + 1);
    },
  ),
  at.map((n): Change => (lines) => lines.length = n),
);

/** Settings that are often right, so that there is something to lay others over. */
const sound = fc.tuple(
  fc.constantFrom(
    "training.epochs",
    'axes."training.seed"',
    'axes."training.learning_rate"',
    'axes."network.encoder"',
    "axes.zip",
    "denoising.levels",
    "dataset.mirrors",
    "figures.images",
    "paper.experiment.band",
    "claims.0.tolerance",
    "paper.title",
  ),
  fc.constantFrom(
    ...VALUES,
    "3",
    "[3]",
    "[1, 2]",
    "[0.1, 0.2]",
    '["http://[::1]:80/"]',
    "[1e-7, 1e9]",
  ),
).map((pair) => pair.join("="));

const text = fc.array(change, { maxLength: 2 }).map((changes) => {
  const lines = [...LINES];
  for (const change of changes) change(lines);
  return lines.join("\n");
});
const setting = fc.oneof(
  { weight: 6, arbitrary: sound },
  fc.tuple(key, value).map(([key, value]) => `${key}=${value}`),
  fc.tuple(key, fc.string({ maxLength: 20 })).map((pair) => pair.join("=")),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const profile = fc.oneof(
  fc.constant(undefined),
  fc.constant("quick"),
  fc.constantFrom(...KEYS),
);

/** A failure that a person can read. */
function readable(failure: Failure): void {
  const { what, seen, hint } = failure;
  ok(/^\p{Lu}/u.test(what), what);
  ok(seen || hint, what);
  const lines = failureLines(failure, style(false));
  ok(lines.length < 80, `${lines.length} lines`);
  const whole = lines.join("\n");
  ok(whole.length < 12_000, `${whole.length} characters`);
  doesNotMatch(whole, /\[object |\bundefined\b|^\s+at |RangeError|TypeError/m);
  // deno-lint-ignore no-control-regex -- none may reach the terminal
  doesNotMatch(whole, /[\0-\x09\x0b-\x1f\x7f-\x9f]/);
}

Deno.test("whatever a configuration says, a plan comes of it or a refusal in words", () => {
  let plans = 0;
  fc.assert(
    fc.property(
      text,
      fc.array(setting, { maxLength: 2 }),
      profile,
      (text, set, profile) => {
        const read = readConfig({
          path: "/study/experiment.toml",
          text,
          schema: experimentSchema,
          set,
          ...(profile !== undefined && { profile }),
        });
        if (!read.ok) return readable(read.failure);
        const { config } = read.value;
        const linked = link(
          pipeline,
          portable(config),
          () => undefined,
        );
        if (!linked.ok) return readable(linked.failure);
        for (const instance of linked.value.instances) {
          fingerprint(ownFacts(instance, undefined, ground()));
        }
        plans++;
      },
    ),
    FIXED,
  );
  ok(plans > FIXED.numRuns / 20, `only ${plans} plans: nothing was tried`);
});

Deno.test("whatever is typed, it is a command, help or a refusal in words", () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...COMMANDS.map(({ name }) => name),
      ...COMMANDS.flatMap(({ options }) =>
        options.map(({ name }) => `--${name}`)
      ),
      ..."-- - --- --= help --help -h --jobs=0 --jobs=-1 --jobs=1e9 --jobs=1.5 --jobs=٣ --jobs=999999999 --__proto__ --constructor=1 constructor __proto__ toString"
        .split(" "),
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
    value,
  );
  const command = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom(...COMMANDS.map(({ name }) => name)),
    },
    word,
  );
  let commands = 0;
  fc.assert(
    fc.property(command, fc.array(word, { maxLength: 4 }), (first, words) => {
      const asked = parseArguments([first, ...words]);
      if (!asked.ok) return readable(asked.failure);
      if (asked.value.kind === "run") {
        const jobs = Number(asked.value.parsed.one("jobs") ?? 1);
        ok(Number.isInteger(jobs) && jobs >= 1 && jobs <= 4096);
        commands++;
      }
    }),
    { ...FIXED, numRuns: 5 * FIXED.numRuns },
  );
  ok(commands > 20, `only ${commands} commands: nothing was tried`);
});

Deno.test("whatever DATASET_MIRROR says, a permission names that host alone, or none", () => {
  const read = readConfig({
    path: "/study/experiment.toml",
    text: TEXT,
    schema: experimentSchema,
    set: ['dataset.mirrors=["http://known.example/"]'],
  });
  ok(read.ok);
  const { config } = read.value;
  const hosts = (mirror: string) => {
    const linked = link(
      pipeline,
      portable(config),
      () => mirror,
    );
    ok(linked.ok, mirror);
    const [download] = linked.value.instances;
    return download?.declaration.permissions?.net?.join(" ");
  };
  for (
    const [mirror, allowed] of [
      ["http://a.example:8000/x/", "a.example:8000 known.example"],
      ["HTTPS://A.example", "a.example known.example"],
      ["http://known.example", "known.example"],
      ["http://[::1", "known.example"],
      ["http://a,b/", "known.example"],
      ["http://*/", "known.example"],
      ["http://", "known.example"],
      ["ftp://a/", "known.example"],
      ["../mnist", "known.example"],
    ] as const
  ) {
    ok(hosts(mirror) === allowed, `${mirror}: ${hosts(mirror)}`);
  }
});
