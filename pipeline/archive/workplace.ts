/**
 * A place for an archive's code: its files in an empty folder, its packages, and a
 * way to run its program there, behind the kernel's wall.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Output, runProgram } from "../sandbox/program/sandbox.ts";
import { reachOf } from "../sandbox/program/strange.ts";
import { denoDir } from "../sandbox/wall/cache.ts";
import type { Rule } from "../sandbox/wall/restriction.ts";
import { realPath } from "../store/path.ts";
import type { Container } from "./container.ts";
import { readRun } from "./documents.ts";
import { CODE, VENDOR } from "./layout.ts";
import { provide } from "./provisions.ts";
import { type Registry, serveTarballs } from "./registry.ts";
import { type Said, saidOn } from "./said.ts";
import { unpack } from "./unpacking.ts";

/** A variable of the environment that says where the data is; the archive's own comes first. */
export interface Mirror {
  readonly variable: string;
  readonly place: string | undefined;
}

/** What is known besides the archive. */
interface Surroundings {
  /** Of the ZIP or the folder. */
  readonly path: string;
  /** The variable that says where the data is looked for first, and its value here. */
  readonly mirror: Mirror | undefined;
  readonly signal: AbortSignal;
}

/** The archive's program in its place. */
export interface Workplace extends AsyncDisposable {
  /** Where the code lies, and what it makes. */
  readonly code: string;
  /** Runs a command of it; `hear` gets what it tells as soon as it does, and `stop` ends it. */
  readonly execute: (
    args: readonly string[],
    hear?: (said: Said) => void,
    stop?: AbortSignal,
  ) => Promise<Output>;
}

/** Unpacks an archive's code, its data and its packages. */
export async function workplace(
  container: Container,
  surroundings: Surroundings,
): Promise<Workplace> {
  const place = realPath(
    await Deno.makeTempDir({ prefix: "facsimile-archive-" }),
  );
  const vendored = await serveVendored(container, place);
  const leave = async () => {
    vendored?.close();
    await Deno.remove(place, { recursive: true });
  };
  try {
    const code = join(place, "code");
    unpack(container, CODE, code);
    for (const folder of ["tmp", "home"]) mkdirSync(join(place, folder));
    return {
      code,
      execute: enclosed(container, place, surroundings, vendored?.url),
      [Symbol.asyncDispose]: leave,
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Runs commands of the archive's code behind the wall. */
function enclosed(
  container: Container,
  place: string,
  { path, mirror, signal }: Surroundings,
  registry: string | undefined,
): Workplace["execute"] {
  const data = join(place, "data");
  const hasData = unpack(container, "data/", data) > 1; // the list alone is none
  const cache = join(place, "deno");
  if (registry === undefined) provide(container, denoDir(), cache);
  const from = !mirror
    ? undefined
    : hasData
    ? data
    : mirror.place && absolute(mirror.place);
  const programs = programsOf(container);
  const reach = programs.length > 0 ? reachOf(programs) : undefined;
  const rules: Rule[] = [
    ...reach?.rules ?? [],
    { path: place, access: "write" },
    { path: realPath(Deno.execPath()), access: "run" },
    { path: realPath(resolve(path)), access: "read" },
    ...(from?.startsWith("/") && existsSync(from)
      ? [{ path: realPath(from), access: "read" } as const]
      : []),
  ];
  const env: { [name: string]: string } = {
    ...reach?.env,
    HOME: join(place, "home"),
    TMPDIR: join(place, "tmp"),
    DENO_DIR: cache,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    ...(mirror && from && { [mirror.variable]: from }),
    ...(registry === undefined
      ? passed("NPM_CONFIG_REGISTRY")
      : { NPM_CONFIG_REGISTRY: registry }),
  };
  return async (args, hear, stop) =>
    await runProgram(
      {
        program: Deno.execPath(),
        args: ["run", "-A", "main.ts", ...args],
        cwd: join(place, "code"),
        env,
        rules,
      },
      stop ? AbortSignal.any([signal, stop]) : signal,
      hear && ((line) => {
        const said = saidOn(line);
        if (said) hear(said);
      }),
    );
}

/** The programs that the record's commands begin with. */
function programsOf(container: Container): string[] {
  return Object.values(readRun(container).instances).flatMap(({ facts }) => {
    const { command } = facts;
    const [name] = Array.isArray(command) ? command : [];
    return typeof name === "string" ? [name] : [];
  });
}

function passed(name: string): { [name: string]: string } {
  const value = Deno.env.get(name);
  return value === undefined ? {} : { [name]: value };
}

function absolute(place: string): string {
  return /^https?:/.test(place) ? place : resolve(place);
}

/** A registry of the archive's packages, if it brings them along. */
async function serveVendored(
  container: Container,
  place: string,
): Promise<Registry | undefined> {
  const folder = join(place, "vendor");
  return unpack(container, VENDOR, folder) > 0
    ? await serveTarballs(join(folder, "npm"))
    : undefined;
}
