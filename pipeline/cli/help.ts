/** The help of the program and of its commands, from the table of commands. */
import type { Command, Operands } from "./table.ts";
import { hang, pad } from "../text/layout.ts";

/** The width that fits every terminal, and a page of a manual. */
const COLUMNS = 80;

/** The help of the program, or of one command, as lines. */
export function helpLines(
  command: Command | undefined,
  commands: readonly Command[],
): string[] {
  return command ? commandHelp(command) : programHelp(commands);
}

function programHelp(commands: readonly Command[]): string[] {
  return [
    "Facsimile: a paper's results from its configuration, and only what changed.",
    "",
    "Usage: deno task COMMAND [OPTIONS]",
    "",
    ...pairs(commands.map(({ name, help }) => [name, help])),
    "",
    "deno task COMMAND --help says more.",
    "",
    "Exit codes",
    ...pairs([
      ["0", "done"],
      ["1", "a stage failed, or a claim is false"],
      ["2", "usage or configuration"],
      ["3", "not up to date (status)"],
      ["130", "interrupted"],
    ]),
  ];
}

function commandHelp(command: Command): string[] {
  const { name, help, operands, options, examples } = command;
  const lines = [
    ...hang(`${name}: `, help, COLUMNS),
    "",
    `Usage: deno task ${name}${operands ? ` ${operandText(operands)}` : ""}${
      options.length > 0 ? " [OPTIONS]" : ""
    }`,
  ];
  if (options.length > 0) {
    const heads = options.map(({ name, value, many, help }): Pair => [
      `--${name}${value ? ` ${value}` : ""}`,
      many ? `${help}; can be repeated` : help,
    ]);
    lines.push("", "Options", ...pairs(heads));
  }
  lines.push("", "Examples");
  for (const [line, meaning] of examples) {
    lines.push(`  # ${meaning}`, `  deno task ${line}`);
  }
  return lines;
}

/** `[STAGE…]`, `INSTANCE`, `RUN RUN`. */
function operandText({ name, least, most }: Operands): string {
  const needed = Array.from({ length: least }, () => name);
  const more = most === Infinity
    ? [`[${name}…]`]
    : Array.from({ length: most - least }, () => `[${name}]`);
  return [...needed, ...more].join(" ");
}

type Pair = readonly [head: string, text: string];

function pairs(list: readonly Pair[]): string[] {
  const width = Math.max(...list.map(([head]) => head.length));
  return list.flatMap(([head, text]) =>
    hang(`  ${pad(head, width)}  `, text, COLUMNS)
  );
}
