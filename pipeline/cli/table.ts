/**
 * The commands of the program, in one table: parsing, help, nearest names and
 * the completion of a shell all follow from it. It is as long as there are
 * commands.
 */
import { levelsOf, type Project, THIS } from "../project/project.ts";

/** What a word on the command line stands for: it is checked and completed as such. */
export type Takes =
  | { readonly kind: "text" }
  /** A whole number from 1. */
  | { readonly kind: "count"; readonly most: number }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "file" }
  /** Any text; these are completed. */
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "stage" };

/** An option. */
export interface Option {
  readonly name: string;
  /** What stands for its value in the help; without it the option is a switch. */
  readonly value?: string;
  /** `text` unless said otherwise. */
  readonly takes?: Takes;
  readonly many?: boolean;
  /** Options that make no sense beside it. */
  readonly without?: readonly string[];
  readonly help: string;
}

/** What a command takes besides options: `[STAGE…]`. */
export interface Operands {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly takes?: Takes;
}

/** A command of the program. */
export interface Command {
  readonly name: string;
  readonly help: string;
  readonly operands?: Operands;
  readonly options: readonly Option[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

const STAGE: Takes = { kind: "stage" };
const FILE: Takes = { kind: "file" };
const COUNT: Takes = { kind: "count", most: 999_999_999 };
/** More than any machine has: each costs something even where it has nothing to do. */
const CORES: Takes = { kind: "count", most: 4096 };

const CONFIGURATION: readonly Option[] = [
  {
    name: "set",
    value: "KEY=VALUE",
    many: true,
    help: "use another value for one setting of experiment.toml",
  },
  {
    name: "profile",
    value: "NAME",
    help: "use a [profile.NAME] of experiment.toml",
  },
];

const CACHE: Option = {
  name: "cache",
  value: "URL",
  help:
    "read results that others made: a folder, http(s)://… or s3://…; [cache] in experiment.toml says more",
};

const JSON_OPTION: Option = {
  name: "json",
  help: "JSON on standard output, for programs",
};

/** All commands, in the order of the help, without what a project adds. */
export const COMMANDS: readonly Command[] = [
  {
    name: "reproduce",
    help: "bring all results up to date; run only what changed",
    operands: { name: "STAGE", least: 0, most: Infinity, takes: STAGE },
    options: [
      ...CONFIGURATION,
      {
        name: "force",
        value: "STAGE",
        takes: STAGE,
        many: true,
        help: "run a stage or an instance even if nothing changed",
      },
      {
        name: "jobs",
        value: "N",
        takes: CORES,
        help: "use so many cores (all of them)",
      },
      {
        name: "executor",
        value: "WHERE",
        takes: { kind: "choice", choices: ["local", "slurm"] },
        help:
          "run on this machine (local, the default) or on a cluster (slurm)",
      },
      CACHE,
      {
        name: "recheck",
        value: "PERCENT",
        takes: { kind: "text" },
        without: ["dry-run"],
        help:
          "make so many of a hundred results of the cache here, too, and compare: 5% or 5%:SEED",
      },
      {
        name: "dry-run",
        without: ["watch", "open"],
        help: "say what would run and why; run nothing",
      },
      {
        name: "fail-fast",
        without: ["keep-going"],
        help: "start nothing new after a failure",
      },
      {
        name: "keep-going",
        help: "after a failure run what does not need it (the default)",
      },
      {
        name: "watch",
        without: ["open"],
        help:
          "run again whenever configuration or code changes; mistakes are shown, and their repair waited for",
      },
      {
        name: "no-check",
        help: "before a long run, do not check the types of changed stages",
      },
      {
        name: "note",
        value: "TEXT",
        without: ["dry-run", "watch"],
        help: "a note beside the run in the history; it reruns nothing",
      },
      {
        name: "tag",
        value: "WORD",
        many: true,
        without: ["dry-run", "watch"],
        help: "a word to find the run by",
      },
      {
        name: "open",
        help:
          "open a page in the browser that grows while it runs, and the results when it is done",
      },
      JSON_OPTION,
    ],
    examples: [
      ["reproduce", "everything"],
      ["reproduce --profile quick", "everything on little data, in seconds"],
      ["reproduce --dry-run", "what would run, and why"],
      ["reproduce --watch", "keep everything up to date while you edit"],
    ],
  },
  {
    name: "status",
    help: "what would run and why; exit code 0 if nothing, 3 if something",
    options: [
      ...CONFIGURATION,
      CACHE,
      {
        name: "verbose",
        help:
          "also what is up to date, what contained it, and what settings stand for; with --json, all facts",
      },
      JSON_OPTION,
    ],
    examples: [
      ["status", "what is not up to date"],
    ],
  },
  {
    name: "why",
    help: "the facts of an instance, against those of its nearest record",
    operands: { name: "INSTANCE", least: 1, most: 1, takes: STAGE },
    options: [
      ...CONFIGURATION,
      CACHE,
      { name: "verbose", help: "every fact in a line of its own" },
      JSON_OPTION,
    ],
    examples: [
      ["why report", "what the report is made from"],
    ],
  },
  {
    name: "graph",
    help:
      "the graph of the stages with their states, as Mermaid or as a picture",
    options: [
      ...CONFIGURATION,
      {
        name: "svg",
        value: "FILE",
        takes: FILE,
        without: ["json"],
        help: "write a picture",
      },
      {
        name: "instances",
        without: ["json"],
        help: "with --svg: every instance in a box of its own",
      },
      JSON_OPTION,
    ],
    examples: [
      ["graph", "text for a Markdown file"],
      ["graph --svg graph.svg", "a picture for a paper"],
    ],
  },
  {
    name: "pin",
    help:
      "fetch the files that experiment.toml names, and write their sizes and digests into it",
    operands: { name: "NAME", least: 0, most: Infinity },
    options: [{
      name: "force",
      help: "also where there are digests: what is served now counts",
    }],
    examples: [
      ["pin", "every file that has no digest yet"],
    ],
  },
  {
    name: "publish",
    help: "write down the present results as the published ones",
    options: CONFIGURATION,
    examples: [[
      "publish",
      "results.lock.json, with which every later run is compared",
    ]],
  },
  {
    name: "verify",
    help:
      "check an archive, or these results; exit code 0 yes, 1 no, 2 could not judge",
    operands: { name: "ARCHIVE", least: 0, most: 1, takes: FILE },
    options: [
      ...CONFIGURATION,
      {
        name: "from-scratch",
        help: "make everything again in an empty place and compare",
      },
      {
        name: "level",
        value: "N",
        takes: { kind: "choice", choices: ["0", "1", "2"] },
        help: "how far an archive is checked: 0 bytes, 1 record, 2 claims",
      },
      {
        name: "run",
        help: "from level 3 on: allow the archive's code to run, behind a wall",
      },
      JSON_OPTION,
    ],
    examples: [
      ["verify", "the present results against the published ones"],
      ["verify --from-scratch", "the same, with everything made again"],
      ["verify paper-1.0.0.zip", "an archive: bytes, record and claims"],
      [
        "verify paper-1.0.0.zip --level 3 --run",
        "also results that the archive's code makes again",
      ],
    ],
  },
  {
    name: "restore",
    help: "put an archive's results into the store; then only changes run",
    operands: { name: "ARCHIVE", least: 1, most: 1, takes: FILE },
    options: [
      ...CONFIGURATION,
      {
        name: "root-digest",
        value: "DIGEST",
        takes: { kind: "text" },
        help: "only the archive with this root digest, as the paper quotes it",
      },
      {
        name: "sha256",
        value: "DIGEST",
        takes: { kind: "text" },
        help: "only the file with this SHA-256, as whoever offers it says",
      },
      {
        name: "yes",
        help: "do not ask, although its run is not the published one",
      },
    ],
    examples: [
      ["restore paper-1.0.0.zip", "so that nothing expensive runs again"],
      [
        "restore https://example.org/paper-1.0.0.zip",
        "the same, from where it was published",
      ],
    ],
  },
  {
    name: "archive",
    help: "pack the published results into one ZIP that checks itself",
    options: [
      ...CONFIGURATION,
      {
        name: "output",
        value: "FILE",
        takes: FILE,
        help: "where it goes (NAME-VERSION.zip in the project)",
      },
      { name: "draft", help: "mark what is missing instead of refusing" },
      { name: "include-data", help: "with the files of the dataset" },
      {
        name: "vendor",
        value: "OS-CPU",
        help:
          "with the data and the npm packages for a system, such as linux-x64: runs again without a network",
      },
    ],
    examples: [
      ["archive", "what a journal or an archive takes"],
      ["archive --draft", "to look at before everything is published"],
    ],
  },
  {
    name: "deposit",
    help:
      "upload an archive to a draft on Zenodo; publishing it is left to you",
    operands: { name: "ARCHIVE", least: 1, most: 1, takes: FILE },
    options: [
      {
        name: "sandbox",
        without: ["production"],
        help: "to sandbox.zenodo.org, to try it",
      },
      { name: "production", help: "to zenodo.org, for a DOI that lasts" },
    ],
    examples: [
      [
        "deposit paper-1.0.0.zip --sandbox",
        "with a token in ZENODO_TOKEN, of the scope deposit:write",
      ],
    ],
  },
  {
    name: "runs",
    help:
      "the history of runs, newest first, with what they measured; words and notes for them",
    operands: {
      name: "tag|untag|note|export RUN WORD",
      least: 0,
      most: Infinity,
      takes: { kind: "words", words: ["tag", "untag", "note", "export"] },
    },
    options: [
      {
        name: "last",
        value: "N",
        takes: COUNT,
        help: "only so many (20)",
      },
      {
        name: "columns",
        value: "NAMES",
        many: true,
        help:
          "these values, with commas between: settings, measures or circumstances by the end of their names, * for anything",
      },
      {
        name: "sort",
        value: "NAME",
        help: "by this value, the least first; -NAME: the most first",
      },
      {
        name: "filter",
        value: "CONDITION",
        many: true,
        help:
          "only runs that fit: NAME=VALUE, or with != < <= > >= ~ (contains)",
      },
      {
        name: "tensorboard",
        value: "FOLDER",
        takes: FILE,
        help:
          "with export: write what runs measured as TensorBoard's event files",
      },
      JSON_OPTION,
    ],
    examples: [
      ["runs", "which runs there were, how they ended, what they measured"],
      ["runs --columns profile,seconds --sort -seconds", "the longest first"],
      ["runs --filter ended=failed --filter note~wide", "only some of them"],
      ["runs tag last paper", "a word to find it by; clean keeps what has one"],
      ["runs note last 'a wider layer, for the appendix'", "a note"],
      [
        "runs export --tensorboard /tmp/board",
        "for tensorboard --logdir /tmp/board; with RUN only those",
      ],
    ],
  },
  {
    name: "diff",
    help: "parameters, metrics and digests of two runs, side by side",
    operands: { name: "RUN", least: 0, most: 2 },
    options: [JSON_OPTION],
    examples: [
      ["diff", "the last two"],
      ["diff 20261123-160813", "an old run against the newest one"],
      ["diff paper last~2", "the run with a word against the last but two"],
    ],
  },
  {
    name: "clean",
    help: "remove what no kept run needs; says how much",
    options: [
      {
        name: "keep",
        value: "N",
        takes: COUNT,
        help: "keep the results of so many runs (10)",
      },
      { name: "dry-run", help: "say how much it would be; remove nothing" },
    ],
    examples: [["clean --keep 1", "only what the last run needs"]],
  },
  {
    name: "cache",
    help:
      "what a cache shared with others has of these results; gives, gets, removes",
    operands: {
      name: "status|push|pull|prune|key",
      least: 0,
      most: 1,
      takes: {
        kind: "choice",
        choices: ["status", "push", "pull", "prune", "key"],
      },
    },
    options: [
      ...CONFIGURATION,
      CACHE,
      {
        name: "days",
        value: "N",
        takes: COUNT,
        help: "with prune: remove what nobody used for so many days (30)",
      },
      { name: "dry-run", help: "with prune: say how much it would be" },
    ],
    examples: [
      ["cache", "what is here, there, and nowhere"],
      ["cache pull --cache /shared/results", "get all there is; run nothing"],
      [
        "cache push --set cache.url=/shared/results --set cache.mode=read-write",
        "give what was made here",
      ],
      ["cache key", "a pair of keys, to sign what you give"],
    ],
  },
  {
    name: "new",
    help:
      "make a paper of your own: a repository that runs, tests and archives itself",
    operands: { name: "FOLDER", least: 1, most: 1, takes: FILE },
    options: [
      {
        name: "template",
        value: "NAME",
        help: "what it is made from",
      },
    ],
    examples: [["new ../my-paper", "beside this project"]],
  },
  {
    name: "engine",
    help: "which engine a paper has inside; a newer one for it",
    operands: {
      name: "update FROM",
      least: 0,
      most: 2,
      takes: { kind: "words", words: ["update"] },
    },
    options: [
      { name: "dry-run", help: "with update: say what would change" },
      {
        name: "overwrite",
        help:
          "with update: replace edited files of the engine, and keep them beside",
      },
    ],
    examples: [
      ["engine", "its version, and what of it was edited"],
      [
        "engine update ../facsimile",
        "from a folder, or a repository's address",
      ],
    ],
  },
  {
    name: "doctor",
    help: "whether this machine, and a Slurm cluster, have what a run needs",
    options: [...CONFIGURATION, JSON_OPTION],
    examples: [
      ["doctor", "before the first run on a cluster"],
      ["doctor --set executor.slurm.partition=long", "another partition"],
    ],
  },
  {
    name: "completion",
    help: "a script that lets your shell complete commands, options and stages",
    operands: {
      name: "SHELL",
      least: 1,
      most: 1,
      takes: { kind: "choice", choices: ["bash", "zsh", "fish"] },
    },
    options: [],
    examples: [
      [
        "--quiet completion bash > ~/.facsimile.bash",
        "then `source ~/.facsimile.bash` in ~/.bashrc",
      ],
    ],
  },
];

/** The commands of a project: with its shorthands, levels and examples. */
export function commandsOf(
  project: Pick<
    Project<never>,
    "shorthands" | "examples" | "page" | "levels" | "templates"
  >,
): readonly Command[] {
  const levels = levelsOf(project);
  const shorthands = project.shorthands.map(({ option, help, to }) => ({
    name: option,
    ...(to === undefined && { value: "NAME" }),
    help,
  }));
  const own = (option: Option): readonly Option[] => {
    switch (option.name) {
      case "profile":
        return [option, ...shorthands];
      case "open":
        return project.page === undefined ? [] : [option];
      case "template": {
        const all = [...project.templates ?? [], THIS];
        return [{
          ...option,
          takes: { kind: "choice", choices: all.map(({ name }) => name) },
          help: `${option.help}: ${
            all.map(({ name, help }, index) =>
              `${name}${index === 0 ? " (the default)" : ""}, ${help}`
            ).join("; ")
          }`,
        }];
      }
      case "level": {
        const choices = [0, 1, 2, ...levels.map((_, index) => index + 3)];
        return [{
          ...option,
          takes: { kind: "choice", choices: choices.map(String) },
          help: [
            option.help,
            ...levels.map(({ help }, index) => `${index + 3} ${help}`),
          ].join(", ") + " (2)",
        }];
      }
      default:
        return [option];
    }
  };
  return COMMANDS.map((command) => ({
    ...command,
    options: command.options.flatMap(own),
    examples: [
      ...command.examples,
      ...project.examples?.[command.name] ?? [],
    ],
  }));
}
