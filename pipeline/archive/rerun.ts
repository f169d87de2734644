/**
 * From level 3 on: an archive's results made again by the archive's own code, in a
 * place of its own and behind the kernel's wall, and compared with the record.
 * What keeps it from being tried is no answer about the results.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { digestFile } from "../store/digest.ts";
import type { Lock } from "../published/lock.ts";
import type { Comparison } from "../published/comparison.ts";
import { comparisonLines } from "../render/comparison.ts";
import { duration } from "../text/quantity.ts";
import { style } from "../text/style.ts";
import { type Output, runProgram } from "../sandbox/program/sandbox.ts";
import { denoDir } from "../sandbox/wall/cache.ts";
import { probeWall } from "../sandbox/wall/wall.ts";
import { realPath } from "../store/path.ts";
import type { Rule } from "../sandbox/wall/restriction.ts";
import { readRun } from "./documents.ts";
import { isOfTheMachine } from "./inspection.ts";
import { CODE, VENDOR } from "./layout.ts";
import type { Level } from "./level.ts";
import type { Again } from "../project/project.ts";
import { provide } from "./provisions.ts";
import { type Finished, finishedOf, saidIn } from "./said.ts";
import { type Registry, serveTarballs } from "./registry.ts";
import { select } from "./selection.ts";
import { unpack } from "./unpacking.ts";
import { type Container, Refused } from "./container.ts";

/** What is known besides the archive. */
export interface Circumstances {
  /** Of the ZIP or the folder. */
  readonly path: string;
  /** Settings that the record fixes where the machine would choose. */
  readonly options: { readonly [option: string]: string };
  /** The variable that says where the data is looked for first, and its value here. */
  readonly mirror: Mirror | undefined;
  readonly signal: AbortSignal;
}

/** A variable of the environment that says where the data is; the archive's own comes first. */
interface Mirror {
  readonly variable: string;
  readonly place: string | undefined;
}

/** A level as a project names it. */
interface Deep {
  /** From 3 on. */
  readonly level: number;
  readonly again: Again;
}

/** What came of a level. */
type Found = Pick<Level, "answer" | "seen" | "findings">;

/**
 * Makes a level's part again in an empty folder, and says what came of it. A full
 * disk, or an archive that changed since it was inspected, is no answer about it.
 */
export async function rerun(
  container: Container,
  { level, again }: Deep,
  circumstances: Circumstances,
): Promise<Level> {
  const base = { level, name: again.name };
  const open = (finding: string, seen = "not tried"): Level => ({
    ...base,
    answer: "open",
    seen,
    findings: [finding],
  });
  try {
    const made = await tryToRerun(container, again, circumstances, open);
    return { ...base, ...made };
  } catch (error) {
    if (error instanceof Refused || isOfTheMachine(error)) {
      return open(error.message);
    }
    throw error;
  }
}

async function tryToRerun(
  container: Container,
  again: Again,
  circumstances: Circumstances,
  open: (finding: string, seen?: string) => Found,
): Promise<Found> {
  const began = performance.now();
  const run = readRun(container);
  const { force, artifacts } = select(run, again);
  const place = realPath(
    await Deno.makeTempDir({ prefix: "facsimile-archive-" }),
  );
  const vendored = await serveVendored(container, place);
  try {
    const code = join(place, "code");
    unpack(container, CODE, code);
    for (const folder of ["tmp", "home"]) mkdirSync(join(place, folder));
    const execute = enclosed(container, place, circumstances, vendored?.url);

    if (force !== "all") {
      const archive = realPath(resolve(circumstances.path));
      const restored = await execute(["restore", archive]);
      if (restored.code !== 0) return open(trouble(restored));
    }
    const options = Object.entries(circumstances.options)
      .flatMap(([option, value]) => [`--${option}`, value]);
    // What everything begins with alone first: without the data it would be hours
    // of work on something else.
    const begun = await execute([
      "reproduce",
      "--json",
      ...options,
      ...roots(run),
    ]);
    const [standIn] = finishedOf(begun)?.provisional ?? [];
    if (standIn) {
      return open(
        `${standIn.instance} could not be had: ${standIn.reason}`,
        "the data is missing",
      );
    }
    const made = await execute([
      "reproduce",
      "--json",
      ...options,
      ...force === "all" ? [] : force.flatMap((stage) => ["--force", stage]),
    ]);
    const finished = finishedOf(made);
    if (!finished) return open(trouble(made));
    const [broken] = saidIn(made).flatMap((said) =>
      said.kind === "ended" && said.outcome.failure
        ? [`${said.instance}: ${failureText(said.outcome.failure)}`]
        : []
    );
    if (broken !== undefined) return open(broken, "a stage could not run");
    const wall = probeWall();
    const where = wall === "none"
      ? "without a wall of the kernel around it"
      : `behind ${wall === "landlock" ? "Landlock" : "bubblewrap"}`;
    const time = duration((performance.now() - began) / 1000);
    return judge(
      run,
      artifacts,
      join(code, "artifacts"),
      finished,
      (count) =>
        `${count} of ${artifacts.length} artifacts identical, made again ${where} in ${time}`,
    );
  } finally {
    vendored?.close();
    await Deno.remove(place, { recursive: true });
  }
}

/** Compares the files by our own eyes; the archive's comparison only explains. */
function judge(
  run: Lock,
  artifacts: readonly string[],
  folder: string,
  { comparison }: Finished,
  seen: (identical: number) => string,
): Found {
  const different = artifacts.filter((path) => {
    const file = join(folder, path);
    return !existsSync(file) ||
      digestFile(file) !== run.artifacts[path]?.digest;
  });
  const base = { seen: seen(artifacts.length - different.length) };
  if (different.length === 0) {
    return { ...base, answer: "yes", findings: [] };
  }
  const [first = ""] = different;
  const why = comparison
    ? comparisonLines(comparison as Comparison, style(false))
    : [];
  const findings = [
    ...(different.length > 0
      ? [
        `the first that differs: ${first} of ${run.artifacts[first]?.instance}`,
      ]
      : []),
    ...why.map((line) => line.trim()).filter((line) => line !== ""),
  ];
  // Another class of machine may honestly give other bits, within a tolerance; but
  // only where the record says so, whatever the archive's program says.
  const honest = different.every((path) => mayDiffer(run, path));
  if (comparison?.kind === "equivalent" && honest) {
    return { ...base, answer: "yes", findings };
  }
  const open = comparison?.kind === "not comparable";
  return { ...base, answer: open ? "open" : "no", findings };
}

/** Whether an artifact, or one that it is made from, is promised less than bits. */
function mayDiffer({ artifacts, instances }: Lock, path: string): boolean {
  const loose = new Set(
    Object.values(artifacts).filter(({ determinism }) =>
      determinism.kind !== "bits"
    ).map(({ instance }) => instance),
  );
  const from = (id: string): boolean =>
    loose.has(id) || (instances[id]?.from ?? []).some(from);
  return from(artifacts[path]?.instance ?? "");
}

/** Runs a command of the archive's code behind the wall. */
function enclosed(
  container: Container,
  place: string,
  { path, mirror, signal }: Circumstances,
  registry: string | undefined,
): (args: readonly string[]) => Promise<Output> {
  const code = join(place, "code");
  const data = join(place, "data");
  const hasData = unpack(container, "data/", data) > 1; // the list alone is none
  const cache = join(place, "deno");
  if (registry === undefined) provide(container, denoDir(), cache);
  const from = !mirror
    ? undefined
    : hasData
    ? data
    : mirror.place && absolute(mirror.place);
  const rules: Rule[] = [
    { path: place, access: "write" },
    { path: realPath(Deno.execPath()), access: "run" },
    { path: realPath(resolve(path)), access: "read" },
    ...(from?.startsWith("/") && existsSync(from)
      ? [{ path: realPath(from), access: "read" } as const]
      : []),
  ];
  const env: { [name: string]: string } = {
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
  return async (args) =>
    await runProgram({
      program: Deno.execPath(),
      args: ["run", "-A", "main.ts", ...args],
      cwd: code,
      env,
      rules,
    }, signal);
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

/** The stages that read from no other. */
function roots({ instances }: Lock): string[] {
  const found = Object.values(instances).filter(({ from }) => from.length === 0)
    .map(({ stage }) => stage);
  return [...new Set(found)].sort();
}

function failureText(
  { what, seen }: { what: string; seen?: string | undefined },
): string {
  return seen === undefined ? what : `${what} (${seen})`;
}

/** What a program said before it gave up. */
function trouble({ code, err }: Output): string {
  const lines = err.trim().split("\n").slice(-6).join("\n         ");
  return `the archive's program ended with exit code ${code}: ${lines}`;
}
