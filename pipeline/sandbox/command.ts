/**
 * The command line of a stage that is a command: any program, with the same inputs,
 * outputs and private folder as a module.
 *
 * It is started by `Deno.Command` and not through a shell or zx: an argument with a
 * space or a quote stays one argument, and the program is the leader of its
 * process group, behind the kernel's wall from its first instruction.
 */
import { fail, nearest, ok, type Result } from "../failure.ts";
import type { Json, JsonObject } from "../stage/json.ts";
import type { Runs } from "../stage/declaration.ts";
import {
  codeFolder,
  type Confinement,
  declaredReads,
  outputFolder,
  scratchFolder,
} from "./confinement.ts";
import { cardVariables, type Invocation, taskFile } from "./flags.ts";
import { realPath } from "../store/path.ts";
import { isPython } from "./program/environment.ts";
import { installations, packageFolders } from "./program/packages.ts";
import { PROGRAM_ENVIRONMENT } from "./program/variables.ts";
import { findProgram } from "./program/find.ts";

type Command = Extract<Runs, { kind: "command" }>;

/** All params as a JSON file: what `{params}` stands for. */
export function paramsFile(confinement: { readonly folder: string }): string {
  return `${confinement.folder}/params.json`;
}

/** The command line of a command stage. */
export function commandInvocation(
  confinement: Confinement,
  runs: Command,
): Result<Invocation> {
  const [name, ...words] = runs.command;
  const { environment } = confinement;
  const found = environment && isPython(name)
    ? ok({ path: `${environment.folder}/bin/python` })
    : findProgram(name, confinement.instance);
  if (!found.ok) return found;
  const program = found.value.path;
  const args: string[] = [];
  for (const word of words) {
    const replaced = replace(word, confinement, runs);
    if (!replaced.ok) return replaced;
    args.push(...replaced.value);
  }
  const scratch = scratchFolder(confinement);
  return ok({
    program,
    args,
    env: {
      ...PROGRAM_ENVIRONMENT,
      ...threads(confinement.cpus),
      ...(environment && {
        PATH: `${environment.folder}/bin:${PROGRAM_ENVIRONMENT.PATH}`,
      }),
      HOME: scratch,
      TMPDIR: scratch,
      FACSIMILE_TASK: taskFile(confinement),
      ...cardVariables(confinement),
      ...confinement.permissions.env,
    },
    cwd: scratch,
    reads: [
      ...declaredReads(confinement),
      paramsFile(confinement),
      taskFile(confinement),
    ],
    runs: [
      program,
      realPath(program),
      ...(environment ? [environment.folder, ...environment.library] : [
        ...installations(program, confinement.root),
        ...packageFolders(program),
      ]),
      codeFolder(confinement),
    ],
    writes: [outputFolder(confinement), scratch],
  });
}

/**
 * How many threads the usual numeric libraries start: as many as the stage has
 * cores. Left alone they take all of the machine's, beside other stages, and sum
 * in another order on each machine.
 */
export function threads(cpus: number): { readonly [name: string]: string } {
  return Object.fromEntries(
    [
      "OMP_NUM_THREADS",
      "OPENBLAS_NUM_THREADS",
      "MKL_NUM_THREADS",
      "NUMEXPR_NUM_THREADS",
      "VECLIB_MAXIMUM_THREADS",
    ].map((name) => [name, String(cpus)]),
  );
}

/** A word of the command with its placeholders replaced; `{input NAME}` of many inputs becomes many words. */
function replace(
  word: string,
  confinement: Confinement,
  runs: Command,
): Result<readonly string[]> {
  const { inputs, outputs, params, instance } = confinement;
  if (runs.code?.includes(word)) {
    return ok([`${codeFolder(confinement)}/${word}`]);
  }
  const whole = word.match(/^\{input ([^{}]+)\}$/)?.[1];
  const many = whole === undefined ? undefined : inputs[whole];
  if (Array.isArray(many)) return ok(many.map(({ path }) => path));

  let failure: Result<never> | undefined;
  const unknown = (what: string, name: string, known: JsonObject | object) => {
    const names = Object.keys(known);
    const guess = nearest(name, names);
    failure ??= fail({
      kind: "unknown-placeholder",
      what:
        `The command of ${instance} uses {${what} ${name}}, but has no such ${what}`,
      seen: names.length === 0
        ? `no ${what}s`
        : `${what}s: ${names.join(", ")}`,
      ...(guess !== undefined && { hint: `did you mean {${what} ${guess}}?` }),
    });
    return "";
  };
  const text = word.replace(
    /\{(?:(input|output|param) ([^{}]+)|params|environment)\}/g,
    (match, what: string | undefined, name = "") => {
      switch (what) {
        case "input": {
          const path = inputs[name];
          if (typeof path === "string") return path;
          if (path === undefined) return unknown(what, name, inputs);
          failure ??= fail({
            kind: "many-inputs",
            what:
              `The command of ${instance} uses {input ${name}} inside of a word, but it stands for many files`,
            seen: word,
            hint: `make {input ${name}} a word of its own`,
          });
          return "";
        }
        case "output":
          return Object.hasOwn(outputs, name)
            ? `${outputFolder(confinement)}/${outputs[name]}`
            : unknown(what, name, outputs);
        case "param": {
          const value = params[name];
          return value === undefined
            ? unknown(what, name, params)
            : plain(value);
        }
        default:
          return match === "{params}"
            ? paramsFile(confinement)
            : confinement.environment?.folder ?? match;
      }
    },
  );
  return failure ?? ok([text]);
}

/** Text as it is; anything else as JSON. */
function plain(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
