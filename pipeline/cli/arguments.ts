/** The command line, parsed and checked against the table of commands. */
import { type Command, COMMANDS, type Operands, type Option } from "./table.ts";
import {
  fail,
  Failed,
  type Failure,
  nearest,
  ok,
  type Result,
  short,
} from "../failure.ts";
import { parseAddress } from "../config/address.ts";
import type { Overlays, Shorthand } from "../project/project.ts";

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

/**
 * Reads a command line. `--help` anywhere asks for help, whatever else is wrong;
 * after `--` everything is an operand.
 */
export function parseArguments(
  args: readonly string[],
  commands: readonly Command[] = COMMANDS,
): Result<Asked> {
  const [first, ...rest] = args;
  if (first === undefined || isHelp(first)) {
    return ok({ kind: "help", command: undefined });
  }
  const asksHelp = first === "help";
  const name = asksHelp ? rest[0] : first;
  if (name === undefined || asksHelp && isHelp(name)) {
    return ok({ kind: "help", command: undefined });
  }
  const command = commands.find((one) => one.name === name);
  if (!command) return fail(unknownCommand(name, commands));
  const end = rest.indexOf("--");
  const open = end < 0 ? rest : rest.slice(0, end);
  if (asksHelp || open.some(isHelp)) return ok({ kind: "help", command });

  const read = readWords(command, rest, commands);
  if (!read.ok) return read;
  const { operands, values } = read.value;
  const wrong = wrongOperands(command, operands) ?? conflict(command, values);
  if (wrong) return fail(wrong);
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

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

/** Sorts the words into operands and the values of options. */
function readWords(
  command: Command,
  words: readonly string[],
  commands: readonly Command[],
): Result<{ operands: string[]; values: Map<string, string[]> }> {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!; // i is below the length
    if (word === "--") {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const flag = equals < 0 ? word : word.slice(0, equals);
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    const option = command.options.find(({ name }) => `--${name}` === flag);
    if (!option) return fail(unknownOption(flag, command, commands));
    const { name } = option;
    if (option.value === undefined) {
      if (inline !== undefined) {
        return fail(
          usage(
            command,
            `Cannot use the option "--${name}" with a value`,
            "it takes none",
          ),
        );
      }
      values.set(name, []);
      continue;
    }
    const value = inline ?? words[i + 1];
    if (value === undefined || inline === undefined && value.startsWith("--")) {
      return fail(missingValue(option, command));
    }
    if (inline === undefined) i++;
    if (!option.many && values.has(name)) {
      return fail(
        usage(
          command,
          `Cannot use the option "--${name}"`,
          "it is given twice",
        ),
      );
    }
    const wrong = wrongValue(
      `Cannot use --${name} ${short(value)}`.trimEnd(),
      value,
      option,
      command,
    );
    if (wrong) return fail(wrong);
    const list = values.get(name);
    if (list) list.push(value);
    else values.set(name, [value]);
  }
  return ok({ operands, values });
}

function unknownCommand(
  typed: string,
  commands: readonly Command[],
): Failure {
  const known = commands.map(({ name }) => name);
  return usage(
    undefined,
    `Cannot run the command "${short(typed)}"`,
    `commands: ${known.join(", ")}`,
    nearest(typed, known),
  );
}

function unknownOption(
  flag: string,
  command: Command,
  commands: readonly Command[],
): Failure {
  const what = `Cannot use the option "${short(flag)}" with ${command.name}`;
  const known = command.options.map(({ name }) => `--${name}`);
  const seen = known.length > 0
    ? `options: ${known.join(", ")}`
    : `${command.name} has no options`;
  const guess = nearest(flag, known);
  const owners = commands
    .filter(({ options }) => options.some(({ name }) => `--${name}` === flag))
    .map(({ name }) => name);
  if (guess === undefined && owners.length > 0) {
    const hint = `${flag} belongs to ${owners.join(", ")}`;
    return { kind: "usage", what, seen, hint };
  }
  return usage(command, what, seen, guess);
}

function missingValue({ name, value }: Option, command: Command): Failure {
  return usage(
    command,
    `Cannot use the option "--${name}"`,
    `its value ${value} is missing`,
  );
}

/** What is wrong with a value, by what the table says that it is. */
function wrongValue(
  what: string,
  value: string,
  { takes }: Pick<Option | Operands, "takes">,
  command: Command,
): Failure | undefined {
  switch (takes?.kind) {
    case "count":
      return /^[1-9]\d*$/.test(value) && Number(value) <= takes.most
        ? undefined
        : usage(
          command,
          what,
          `a whole number from 1 to ${takes.most} is allowed`,
        );
    case "choice":
      return takes.choices.includes(value) ? undefined : usage(
        command,
        what,
        `allowed: ${takes.choices.join(", ")}`,
        nearest(value, takes.choices),
      );
    case "file":
      return value === ""
        ? usage(command, what, "the name is empty")
        : undefined;
    case "stage":
    case "text":
    case "words":
    case undefined:
      return undefined;
  }
}

function wrongOperands(
  command: Command,
  operands: readonly string[],
): Failure | undefined {
  const { least = 0, most = 0, name = "", takes } = command.operands ?? {};
  if (operands.length < least) {
    const missing = least > 1
      ? `${least} times ${name}, found ${operands.length}`
      : `its ${name} is missing`;
    return usage(command, `Cannot run ${command.name}`, missing);
  }
  const extra = operands[most];
  if (extra !== undefined) {
    return usage(
      command,
      `Cannot run ${command.name} with "${short(extra)}"`,
      "that is one word too many",
    );
  }
  for (const operand of operands) {
    const wrong = wrongValue(
      `Cannot run ${command.name} ${short(operand) || '""'}`,
      operand,
      takes ? { takes } : {},
      command,
    );
    if (wrong) return wrong;
  }
  return undefined;
}

function conflict(
  { name, options }: Command,
  values: ReadonlyMap<string, unknown>,
): Failure | undefined {
  for (const option of options) {
    if (!values.has(option.name)) continue;
    const other = option.without?.find((one) => values.has(one));
    if (other === undefined) continue;
    return {
      kind: "usage",
      what: `Cannot run ${name} with --${option.name} and --${other}`,
      seen: "each excludes the other",
      hint: "leave one of them out",
    };
  }
  return undefined;
}

function usage(
  command: Command | undefined,
  what: string,
  seen: string,
  guess?: string,
): Failure {
  return {
    kind: "usage",
    what,
    seen,
    hint: guess !== undefined
      ? `did you mean "${guess}"?`
      : command
      ? `see deno task ${command.name} --help`
      : "see deno task help",
  };
}

/** The settings that a command line lays over the configuration. */
export function overlays(
  parsed: Parsed,
  shorthands: readonly Shorthand[],
): Overlays {
  const profile = parsed.one("profile");
  const set = [...parsed.all("set")];
  for (const { option, setting, to } of shorthands) {
    if (to !== undefined) {
      if (parsed.has(option)) set.push(`${setting}=${to}`);
      continue;
    }
    const value = parsed.one(option);
    if (value !== undefined) set.push(`${setting}=${JSON.stringify(value)}`);
  }
  const cache = cacheOf(parsed);
  return {
    ...(profile !== undefined && { profile }),
    set,
    ...(cache !== undefined && { cache }),
  };
}

/** The address of `--cache`, checked: what holds a secret must not even be told. */
function cacheOf(parsed: Parsed): string | undefined {
  const url = parsed.one("cache");
  if (url === undefined) return undefined;
  const address = parseAddress(url);
  if (typeof address !== "string") return url;
  throw new Failed({
    kind: "usage",
    what: `Cannot use the address of --cache with ${parsed.command.name}`,
    seen: address,
    hint: "give a folder, http(s)://HOST/PATH or s3://BUCKET/PREFIX",
  });
}
