/**
 * Programs of the machine that command stages run: where they are, and what of
 * them a result depends on.
 */
import { digestFile } from "../digest.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { JsonObject } from "../json.ts";
import type { Runs } from "../stage.ts";
import { ENVIRONMENT } from "./flags.ts";
import { SYSTEM_PATH } from "./machine.ts";

type Command = Extract<Runs, { kind: "command" }>;

/** Besides what every stage gets: what makes interpreters give equal bytes. */
export const PROGRAM_ENVIRONMENT = {
  ...ENVIRONMENT,
  PATH: SYSTEM_PATH,
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  SOURCE_DATE_EPOCH: "946684800",
} as const;

/**
 * Where a program is: on PATH, unless its path is given. A failure for `wanted`
 * if it is nowhere.
 */
export function findProgram(
  name: string,
  wanted: string,
): Result<string> {
  const path = Deno.env.get("PATH") ?? SYSTEM_PATH;
  const isPath = name.startsWith("/");
  const places = isPath
    ? [name]
    : path.split(":").filter((folder) => folder.startsWith("/"))
      .map((folder) => `${folder}/${name}`);
  const found = places.find(isExecutable);
  if (found !== undefined) return ok(found);
  return fail({
    kind: "missing-program",
    what: `Cannot find the program "${name}" for ${wanted}`,
    seen: isPath ? `no executable file has this path` : `PATH: ${path}`,
    hint: isPath
      ? "Correct the path, or make the file executable"
      : `Install ${name}, or add its folder to PATH`,
  });
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0o111) & 0o111) !== 0;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.PermissionDenied
    ) return false;
    throw error;
  }
}

const known = new Map<string, Result<JsonObject>>();

/**
 * What of the machine a command's result depends on: what its interpreter says
 * of its version, or the program's own bytes if it was not told how to ask.
 * Asked once per process.
 */
export function programFacts(runs: Command): Result<JsonObject> {
  const key = JSON.stringify([runs.command[0], runs.version ?? null]);
  let facts = known.get(key);
  if (facts === undefined) {
    facts = askProgram(runs);
    known.set(key, facts);
  }
  return facts;
}

function askProgram({ command, version }: Command): Result<JsonObject> {
  const [name] = command;
  const program = findProgram(name, `the command ${command.join(" ")}`);
  if (!program.ok) return program;
  if (version === undefined) {
    return ok({ [`program ${name}`]: digestFile(program.value) });
  }
  const [asked, ...args] = version;
  const teller = findProgram(asked, `the version of ${name}`);
  if (!teller.ok) return teller;
  const { success, code, stdout, stderr } = new Deno.Command(teller.value, {
    args,
    clearEnv: true,
    env: PROGRAM_ENVIRONMENT,
    cwd: "/",
    stdin: "null",
  }).outputSync();
  const decoder = new TextDecoder();
  // Python 2 and java tell it on stderr.
  const said = decoder.decode(stdout).trim() || decoder.decode(stderr).trim();
  if (success && said !== "") return ok({ [`program ${name}`]: said });
  return fail({
    kind: "no-version",
    what: `Cannot learn the version of ${name}`,
    seen: `${version.join(" ")}: exit code ${code}${said && `, ${said}`}`,
    hint: "Correct version in the declaration, or leave it out",
  });
}
