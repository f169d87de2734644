/**
 * Scripts that let a shell complete `deno task …` in a project of ours: from the
 * table of commands, so that they know what the program knows.
 */
import type { Command, Option, Takes } from "./table.ts";

/** The shells that there are scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = typeof SHELLS[number];

/** The script for a shell; `stages` are completed where a stage is meant. */
export function completionScript(
  shell: Shell,
  stages: readonly string[],
  commands: readonly Command[],
): string {
  switch (shell) {
    case "bash":
      return bash(commands, stages);
    case "zsh":
      return zsh(commands, stages);
    case "fish":
      return fish(commands, stages);
  }
}

/** The words that can stand for something; none where any text can. */
function choices(
  takes: Takes | undefined,
  stages: readonly string[],
): readonly string[] {
  switch (takes?.kind) {
    case "stage":
      return stages;
    case "choice":
      return takes.choices;
    case "words":
      return takes.words;
    case "text":
    case "count":
    case "file":
    case undefined:
      return [];
  }
}

/** All options of a command, with the one that each has. */
function optionsOf({ options }: Command): readonly Option[] {
  return [...options, { name: "help", help: "say what it does" }];
}

function bash(commands: readonly Command[], stages: readonly string[]): string {
  const values = commands.flatMap((command) =>
    command.options.filter(({ value }) => value !== undefined)
      .map(({ name, takes }) => {
        const does = takes?.kind === "file"
          ? "compopt -o default; return"
          : `words="${choices(takes, stages).join(" ")}"`;
        return `    "${command.name} --${name}") ${does} ;;`;
      })
  );
  const words = commands.map((command) => {
    const all = [
      ...choices(command.operands?.takes, stages),
      ...optionsOf(command).map(({ name }) => `--${name}`),
    ];
    return `    "${command.name} "*) words="${all.join(" ")}" ;;`;
  });
  return `# Completes "deno task ..." in a project of Facsimile, and leaves all else of
# deno to the completion that was there before.
_facsimile_before=$(complete -p deno 2>/dev/null | sed -n 's/.* -F \\([^ ]*\\).*/\\1/p')
if [[ $_facsimile_before == _facsimile ]]; then _facsimile_before=; fi
_facsimile() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command= words= i
  if ((COMP_CWORD < 2)) || [[ \${COMP_WORDS[1]} != task || ! -f experiment.toml ]]; then
    if [[ -n $_facsimile_before ]]; then "$_facsimile_before" "$@"; fi
    return
  fi
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then command=\${COMP_WORDS[i]}; break; fi
  done
  case "$command $before" in
    " "*) words="${commands.map(({ name }) => name).join(" ")}" ;;
${values.join("\n")}
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _facsimile deno
`;
}

function zsh(commands: readonly Command[], stages: readonly string[]): string {
  const spec = ({ name, value, takes, many, help }: Option) => {
    const action = takes?.kind === "file"
      ? "_files"
      : `(${choices(takes, stages).join(" ")})`;
    const argument = value === undefined
      ? ""
      : `:${value.replaceAll("=", " ")}:${action === "()" ? "" : action}`;
    return `'${many ? "*" : ""}--${name}[${zshText(help)}]${argument}'`;
  };
  const cases = commands.map((command) => {
    const { operands } = command;
    const words = choices(operands?.takes, stages);
    const rest = operands
      ? [
        `'*:${operands.name}:${
          words.length > 0 ? `(${words.join(" ")})` : ""
        }'`,
      ]
      : [];
    return [
      `    ${command.name})`,
      "      _arguments \\",
      [...optionsOf(command).map(spec), ...rest].map((one) => `        ${one}`)
        .join(" \\\n"),
      "      ;;",
    ].join("\n");
  });
  return `#compdef deno
# Completes "deno task ..." in a project of Facsimile, and leaves all else of
# deno to the completion that was there before.
typeset -g _facsimile_before=\${_comps[deno]:-}
if [[ $_facsimile_before == _facsimile ]]; then _facsimile_before=; fi
_facsimile() {
  if ((CURRENT < 3)) || [[ \${words[2]} != task || ! -f experiment.toml ]]; then
    if [[ -n $_facsimile_before ]]; then $_facsimile_before "$@"; fi
    return
  fi
  local at command=
  for ((at = 3; at < CURRENT; at++)); do
    if [[ \${words[at]} != -* ]]; then command=\${words[at]}; break; fi
  done
  if [[ -z $command ]]; then
    local -a commands=(
${
    commands.map(({ name, help }) => `      '${name}:${zshText(help)}'`).join(
      "\n",
    )
  }
    )
    _describe command commands
    return
  fi
  words=("\${(@)words[at,-1]}")
  CURRENT=$((CURRENT - at + 1))
  case $command in
${cases.join("\n")}
  esac
}
compdef _facsimile deno
`;
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
}

function fish(commands: readonly Command[], stages: readonly string[]): string {
  const lines = commands.map(({ name, help }) =>
    `complete -c deno -n "__facsimile_at ''" -f -a ${name} -d ${fishText(help)}`
  );
  for (const command of commands) {
    const at = `complete -c deno -n "__facsimile_at ${command.name}"`;
    for (const { name, value, takes, help } of optionsOf(command)) {
      const words = choices(takes, stages);
      const argument = value === undefined
        ? " -f"
        : takes?.kind === "file"
        ? " -r -F"
        : ` -x${words.length > 0 ? ` -a "${words.join(" ")}"` : ""}`;
      lines.push(`${at} -l ${name}${argument} -d ${fishText(help)}`);
    }
    const words = choices(command.operands?.takes, stages);
    if (words.length > 0) lines.push(`${at} -f -a "${words.join(" ")}"`);
  }
  return `# Completes "deno task ..." in a project of Facsimile; all else of deno is left
# to whatever completes it.
function __facsimile_at
    test -f experiment.toml; or return 1
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = task; or return 1
    set -l command ''
    for word in $words[2..-1]
        if test "$word" != task; and not string match -q -- '-*' $word
            set command $word
            break
        end
    end
    test "$command" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function fishText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
