/**
 * The command line: one table of commands and options, from which parsing, help
 * and nearest names all follow.
 */
import { fail, nearest, ok, type Result } from "./failure.ts";

/** An option. */
export interface Option {
  readonly name: string;
  /** What stands for its value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly many?: boolean;
  readonly help: string;
}

/** A command of the program. */
export interface Command {
  readonly name: string;
  readonly help: string;
  /** What it takes besides options: `[STAGE…]`. */
  readonly operands?: {
    readonly name: string;
    readonly least: number;
    readonly most: number;
  };
  readonly options: readonly Option[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

const SET: Option = {
  name: "set",
  value: "KEY=VALUE",
  many: true,
  help: "use another value for one setting of experiment.toml",
};
const PROFILE: Option = {
  name: "profile",
  value: "NAME",
  help: "use a [profile.NAME] of experiment.toml",
};
const ENGINE: Option = {
  name: "engine",
  value: "NAME",
  help: "what executes the training",
};
const JSON_OPTION: Option = {
  name: "json",
  help: "JSON on standard output, for programs",
};
const FORCE: Option = {
  name: "force",
  value: "STAGE",
  many: true,
  help: "run a stage or an instance even if nothing changed",
};
const CONFIGURATION = [SET, PROFILE, ENGINE];

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  {
    name: "reproduce",
    help: "bring all results up to date; run only what changed",
    operands: { name: "STAGE", least: 0, most: Infinity },
    options: [
      ...CONFIGURATION,
      FORCE,
      { name: "jobs", value: "N", help: "use so many cores (all of them)" },
      { name: "dry-run", help: "say what would run and why; run nothing" },
      { name: "fail-fast", help: "start nothing new after a failure" },
      {
        name: "keep-going",
        help: "after a failure run what does not need it (the default)",
      },
      {
        name: "watch",
        help: "run again whenever configuration or code changes",
      },
      { name: "open", help: "open the report when it is done" },
      JSON_OPTION,
    ],
    examples: [
      ["reproduce", "everything"],
      ["reproduce --profile quick", "everything on little data, in seconds"],
      [
        "reproduce train --set training.epochs=20",
        "only the training, with more epochs",
      ],
      ["reproduce --dry-run", "what would run, and why"],
    ],
  },
  {
    name: "status",
    help: "what would run and why; exit code 0 if nothing, 3 if something",
    options: [
      ...CONFIGURATION,
      {
        name: "verbose",
        help: "also what is up to date, and what contained it",
      },
      JSON_OPTION,
    ],
    examples: [["status", "what is not up to date"]],
  },
  {
    name: "why",
    help: "the facts of an instance, against those of its last record",
    operands: { name: "INSTANCE", least: 1, most: 1 },
    options: [...CONFIGURATION, JSON_OPTION],
    examples: [
      ["why train[lr=0.01]", "why this network would be trained again"],
    ],
  },
  {
    name: "graph",
    help:
      "the graph of the stages with their states, as Mermaid or as a picture",
    options: [
      ...CONFIGURATION,
      { name: "svg", value: "FILE", help: "write a picture" },
      JSON_OPTION,
    ],
    examples: [["graph --svg graph.svg", "a picture for a paper"]],
  },
];

/** A parsed command line. */
export interface Parsed {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
  has(option: string): boolean;
  one(option: string): string | undefined;
  all(option: string): readonly string[];
}

/** What the command line asks for. */
export type Asked =
  | { readonly kind: "run"; readonly parsed: Parsed }
  | { readonly kind: "help"; readonly command: Command | undefined };

/** Reads a command line. */
export function parseArguments(args: readonly string[]): Result<Asked> {
  const [first, ...rest] = args;
  if (
    first === undefined || first === "help" || first === "--help" ||
    first === "-h"
  ) {
    return ok({
      kind: "help",
      command: COMMANDS.find(({ name }) => name === rest[0]),
    });
  }
  const command = COMMANDS.find(({ name }) => name === first);
  if (!command) {
    const known = COMMANDS.map(({ name }) => name);
    return fail(
      usage(
        `Run the command "${first}"`,
        `commands: ${known.join(", ")}`,
        nearest(first, known),
      ),
    );
  }
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const argument = rest[i]!; // i is below the length
    if (argument === "--help" || argument === "-h") {
      return ok({ kind: "help", command });
    }
    if (!argument.startsWith("--")) {
      operands.push(argument);
      continue;
    }
    const [, name = "", inline] = /^--([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const option = command.options.find((one) => one.name === name);
    if (!option) {
      const known = command.options.map((one) => `--${one.name}`);
      return fail(usage(
        `Use the option "--${name}" with ${command.name}`,
        `options: ${known.join(", ")}`,
        nearest(`--${name}`, known),
      ));
    }
    if (option.value === undefined) {
      if (inline !== undefined) {
        return fail(
          usage(`Use the option "--${name}" with a value`, "it takes none"),
        );
      }
      values.set(name, []);
      continue;
    }
    const value = inline ?? rest[++i];
    if (value === undefined) {
      return fail(
        usage(
          `Use the option "--${name}"`,
          `its value ${option.value} is missing`,
        ),
      );
    }
    if (!option.many && values.has(name)) {
      return fail(usage(`Use the option "--${name}"`, "it is given twice"));
    }
    values.set(name, [...values.get(name) ?? [], value]);
  }
  const { least = 0, most = 0, name = "" } = command.operands ?? {};
  if (operands.length < least) {
    return fail(usage(`Run ${command.name}`, `its ${name} is missing`));
  }
  if (operands.length > most) {
    return fail(
      usage(
        `Run ${command.name} with "${operands[most]}"`,
        "that is one word too many",
      ),
    );
  }
  const jobs = values.get("jobs")?.[0];
  if (jobs !== undefined && !/^[1-9]\d*$/.test(jobs)) {
    return fail(
      usage(`Use --jobs ${jobs}`, "a whole number from 1 is allowed"),
    );
  }
  const all = (option: string) => values.get(option) ?? [];
  return ok({
    kind: "run",
    parsed: {
      command,
      operands,
      values,
      has: (option) => values.has(option),
      one: (option) => all(option)[0],
      all,
    },
  });
}

function usage(what: string, seen: string, guess?: string) {
  return {
    kind: "usage",
    what,
    seen,
    hint: guess === undefined
      ? "deno task help shows all commands, and --help those of one"
      : `did you mean "${guess}"?`,
  };
}

/** The help of the program, or of one command, as lines. */
export function helpLines(command: Command | undefined): string[] {
  if (!command) {
    const width = Math.max(...COMMANDS.map(({ name }) => name.length));
    return [
      "Facsimile: a paper's figures from its configuration, and only what changed.",
      "",
      "Usage: deno task COMMAND [OPTIONS]",
      "",
      ...COMMANDS.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}`),
      "",
      "deno task COMMAND --help says more.",
    ];
  }
  const { name, help, operands, options, examples } = command;
  const takes = operands === undefined
    ? ""
    : operands.least > 0
    ? ` ${operands.name}`
    : ` [${operands.name}…]`;
  const heads = options.map((one) =>
    `--${one.name}${one.value ? ` ${one.value}` : ""}`
  );
  const width = Math.max(...heads.map((head) => head.length));
  const commands = examples.map(([line]) => `deno task ${line}`);
  const long = Math.max(...commands.map((line) => line.length));
  return [
    `${name}: ${help}`,
    "",
    `Usage: deno task ${name}${takes} [OPTIONS]`,
    "",
    ...options.map((one, index) =>
      `  ${heads[index]!.padEnd(width)}  ${one.help}`
    ),
    "",
    "Examples:",
    ...examples.map(([, meaning], index) =>
      `  ${commands[index]!.padEnd(long)}  ${meaning}`
    ),
  ];
}

/** The settings that a command line lays over the configuration. */
export function overlays(
  parsed: Parsed,
  shorthands: { readonly [option: string]: string },
): { readonly profile?: string; readonly set: readonly string[] } {
  const profile = parsed.one("profile");
  const set = [...parsed.all("set")];
  for (const [option, key] of Object.entries(shorthands)) {
    const value = parsed.one(option);
    if (value !== undefined) set.push(`${key}=${JSON.stringify(value)}`);
  }
  return { ...(profile !== undefined && { profile }), set };
}
