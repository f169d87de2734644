/** The facts of a command's program: its version or its bytes, and what is installed for it. */
import type { Runs } from "../../stage/declaration.ts";
import type { Json, JsonObject } from "../../stage/json.ts";
import { fail, ok, type Result } from "../../failure.ts";
import { type Digest, digestJson } from "../../store/digest.ts";
import type { StatCache } from "../../store/stat.ts";
import { join } from "node:path";
import {
  buildFiles,
  type Environment,
  isPython,
  lockFacts,
  lockProblem,
} from "./environment.ts";
import { PROGRAM_ENVIRONMENT } from "./variables.ts";
import { findProgram, forgetChoices } from "./find.ts";
import { packageFacts } from "./packages.ts";

type Command = Extract<Runs, { kind: "command" }>;

/** What of the machine a command's result depends on. */
interface Known {
  readonly facts: JsonObject;
  /** The program's file, as it was. */
  readonly bytes: { readonly [path: string]: Digest | null };
  readonly chosen: boolean;
}

/** What programs said of themselves, by their files as they were. */
const told = new Map<string, string>();

/**
 * What its interpreter says of its version, or the program's own bytes if it was
 * not told how to ask; and what is installed for it.
 */
export function programFacts(
  { command, version, environment }: Command,
  stat: StatCache,
): Result<Known> {
  forgetChoices();
  const [name] = command;
  const program = findProgram(name, `the command ${command.join(" ")}`);
  if (!program.ok) return program;
  const { path, looked } = program.value;
  for (const one of looked) stat.note(one);
  const digest = stat.digest(path) ?? null;
  const facts: Record<string, Json> = { [`program ${name}`]: digest };
  if (version !== undefined) {
    const said = askVersion(name, version, stat);
    if (!said.ok) return said;
    facts[`program ${name}`] = said.value;
  }
  // What is installed for all is out of reach of a process with its own packages.
  const packages = environment ? undefined : packageFacts(path, stat);
  if (packages !== undefined) {
    facts[`program ${name} packages`] = digestJson("packages", packages);
  }
  return ok({
    facts,
    bytes: { [path]: digest },
    chosen: program.value.chosen,
  });
}

/** What an environment is, with the digest of its lock, in which nothing may be loose. */
export function environmentFacts(
  { command, environment }: Command & { readonly environment: Environment },
  root: string,
  stat: StatCache,
): Result<{ readonly facts: JsonObject; readonly bytes: Known["bytes"] }> {
  const words = command.join(" ");
  const { lock, build } = environment;
  const path = join(root, lock);
  const text = stat.text(path);
  const digest = stat.digest(path, root);
  if (text === undefined || digest === undefined) {
    return fail({
      kind: "environment-lock",
      what: `Cannot read "${lock}", the environment of ${words}`,
      seen: "there is no plain file of that name inside the project",
      hint: "put the lock file there, or name another one",
    });
  }
  const problem = build === undefined && isPython(command[0])
    ? lockProblem(lock, text)
    : undefined;
  if (problem) {
    return fail({
      kind: "environment-lock",
      what: `Cannot build the environment of ${words} from "${lock}"`,
      ...problem,
    });
  }
  const files: Record<string, Digest> = {};
  for (const name of buildFiles(environment)) {
    const found = stat.digest(join(root, name), root);
    if (found !== undefined) files[name] = found; // else it is a word like any other
  }
  return ok({
    facts: lockFacts(environment, digest, files),
    bytes: {
      [path]: digest,
      ...Object.fromEntries(
        Object.entries(files).map(([name, found]) => [join(root, name), found]),
      ),
    },
  });
}

function askVersion(
  name: string,
  [asked, ...args]: readonly [string, ...string[]],
  stat: StatCache,
): Result<string> {
  const teller = findProgram(asked, `the version of ${name}`);
  if (!teller.ok) return teller;
  const { path, looked } = teller.value;
  for (const one of looked) stat.note(one);
  const key = [path, ...args, ...looked.map((one) => stat.state(one))].join(
    "\n",
  );
  const before = told.get(key);
  if (before !== undefined) return ok(before);
  const { success, code, stdout, stderr } = new Deno.Command(path, {
    args,
    clearEnv: true,
    env: PROGRAM_ENVIRONMENT,
    cwd: "/",
    stdin: "null",
  }).outputSync();
  const decoder = new TextDecoder();
  // Python 2 and java tell it on stderr.
  const said = decoder.decode(stdout).trim() || decoder.decode(stderr).trim();
  if (success && said !== "") {
    told.set(key, said);
    return ok(said);
  }
  return fail({
    kind: "no-version",
    what: `Cannot learn the version of ${name}`,
    seen: `${[asked, ...args].join(" ")}: exit code ${code}${
      said && `, ${said}`
    }`,
    hint: "correct version in the declaration, or leave it out",
  });
}
