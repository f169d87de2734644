/**
 * The shipped experiment from clean: how long, where its time goes, module by
 * module, and against another commit, the two in turn.
 *
 * What the processes take is read from `/proc` again and again: of each, what it took
 * in the last hundredth of a second is missing.
 */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { median } from "./median.ts";
import { Copy, data } from "../project/copy.ts";

const root = new URL("../../", import.meta.url).pathname;

/** What was measured. */
export interface Measured {
  readonly options: readonly string[];
  /** By name, the one that others are compared with first. */
  readonly runs: readonly Series[];
  /** Of the present state. */
  readonly modules: readonly Module[];
}

/** The runs of one state of the project. */
interface Series {
  readonly name: string;
  readonly runs: readonly Took[];
  /** Where there is nothing to do. */
  readonly answers: readonly number[];
}

/** A run, in seconds. */
interface Took {
  readonly wall: number;
  /** Of all cores together. */
  readonly cpu: number;
}

/** What the processes of one module took together. */
interface Module extends Took {
  readonly name: string;
  readonly processes: number;
}

/** Measures runs with these options, so many, and as many of another commit between them. */
export async function measure(
  options: readonly string[],
  rounds: number,
  commit: string | undefined,
  say: (line: string) => void,
): Promise<Measured> {
  using now = new Copy("now", data);
  using before = commit === undefined ? undefined : checkout(commit);
  const states = [...before ? [before] : [], { name: "now", root: now.root }];
  const series = states.map((state) => ({
    ...state,
    runs: [] as Took[],
    answers: [] as number[],
  }));
  for (const { root } of states) {
    await task(root, "help"); // installs the packages
    unlink(join(root, "node_modules"));
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { name, root, runs } of turned(series, round)) {
      clean(root);
      const took = await task(root, "reproduce", ...options);
      // The first run reads and compiles code that no other does.
      if (round > 0) runs.push(took);
      say(
        `${name}: ${shown(took.wall)} s, of all cores ${shown(took.cpu)} s${
          round > 0 ? "" : " (does not count)"
        }`,
      );
    }
  }
  for (let round = 0; round < ANSWERS; round++) {
    for (const { root, answers } of turned(series, round)) {
      const { wall } = await task(root, "reproduce", ...options);
      if (round > 0) answers.push(wall); // the first writes down what it looked at
    }
  }
  clean(now.root);
  say("where it goes");
  return { options, runs: series, modules: await watch(now.root, options) };
}

const ANSWERS = 12;

/** Each begins every other round: what comes second may find a warmer or a busier machine. */
function turned<One>(all: readonly One[], round: number): readonly One[] {
  return round % 2 === 0 ? all : all.toReversed();
}

/** A commit of this repository in a folder of its own. */
function checkout(
  commit: string,
): Disposable & { readonly name: string; readonly root: string } {
  const folder = Deno.makeTempDirSync({ prefix: "before-" });
  for (
    const args of [
      ["clone", "--quiet", "--shared", root, folder],
      ["-C", folder, "checkout", "--quiet", commit],
    ]
  ) {
    const { success, stderr } = new Deno.Command("git", { args }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }
  return {
    name: commit,
    root: folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Gives a folder files of its own. Deno links packages with those of other projects: an
 * installation elsewhere touches them, and older engines keep no result then.
 */
function unlink(folder: string): void {
  const copy = `${folder}.copy`;
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  rmSync(folder, { recursive: true });
  renameSync(copy, folder);
}

function clean(root: string): void {
  for (const folder of [".store", "artifacts"]) {
    rmSync(join(root, folder), { recursive: true, force: true });
  }
}

function command(
  root: string,
  args: readonly string[],
  streams: "piped" | "null",
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: root,
    stdin: "null",
    stdout: streams,
    stderr: streams,
    env: { NO_COLOR: "1", ...data },
  });
}

async function task(root: string, ...args: string[]): Promise<Took> {
  const before = ofChildren();
  const began = performance.now();
  const { code, stdout, stderr } = await command(root, args, "piped").output();
  const wall = (performance.now() - began) / 1000;
  if (code !== 0) {
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    throw new Error(text(stdout) + text(stderr));
  }
  return { wall, cpu: ofChildren() - before };
}

/** What all processes took that this one has waited for, and those that they have. */
function ofChildren(): number {
  const { waited } = statOf("self")!; // it runs
  return waited;
}

/** Kernels count processor time for programs in hundredths of a second (USER_HZ). */
const TICKS = 100;

function statOf(
  pid: string,
): { readonly own: number; readonly waited: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  // Behind the name, which may hold anything: utime and stime are the 14th and 15th word.
  const words = text?.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  if (!words) return undefined;
  const [utime = 0, stime = 0, ofWaited = 0, sOfWaited = 0] = words.slice(11);
  return {
    own: (utime + stime) / TICKS,
    waited: (ofWaited + sOfWaited) / TICKS,
  };
}

/** Runs it once more and looks at every process. */
async function watch(
  root: string,
  options: readonly string[],
): Promise<Module[]> {
  const child = command(root, ["reproduce", ...options], "null").spawn();
  let over = false;
  const end = child.status.then(() => over = true);
  const seen = new Map<
    string,
    { name: string; first: number; last: number; cpu: number }
  >();
  while (!over) {
    const now = performance.now() / 1000;
    for (const pid of descendants(String(child.pid))) {
      const stat = statOf(pid);
      const name = nameOf(read(`/proc/${pid}/cmdline`) ?? "");
      // One that has ended has no command line until it is waited for.
      if (!stat || name === undefined) continue;
      const known = seen.get(pid);
      // setsid and its like become the program that they start.
      if (known) Object.assign(known, { name, last: now, cpu: stat.own });
      else seen.set(pid, { name, first: now, last: now, cpu: stat.own });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await end;
  return Array.from(
    Map.groupBy(seen.values(), ({ name }) => name),
    ([name, all]) => ({
      name,
      processes: all.length,
      wall: sum(all.map(({ first, last }) => last - first)),
      cpu: sum(all.map(({ cpu }) => cpu)),
    }),
  ).toSorted((a, b) => b.cpu - a.cpu);
}

/** A process and all that came of it. */
function descendants(pid: string): string[] {
  let tasks: string[];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has ended
  }
  const children = tasks.flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`)?.split(" ").filter((one) =>
      one !== ""
    ) ?? []
  );
  return [pid, ...children.flatMap(descendants)];
}

/** What a command line runs. */
function nameOf(commandLine: string): string | undefined {
  if (commandLine === "") return undefined;
  const words = commandLine.split("\0");
  const other = ["info", "cache", "install"].find((name) => words[1] === name);
  if (other !== undefined) return `\`deno ${other}\``;
  const stage = words.map((word) =>
    /import\("[^"]*\/(stages\/[^"]+)"\)/.exec(decoded(word))?.[1]
  ).find((name) => name !== undefined);
  if (stage !== undefined) return `\`${stage}\``;
  if (words.includes("main.ts")) return "the engine";
  return words[0]?.split("/").at(-1) === "esbuild" ? "`esbuild`" : "others";
}

function decoded(word: string): string {
  return word.startsWith("data:") ? decodeURIComponent(word) : "";
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // it has ended
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function shown(value: number): string {
  return value.toFixed(2);
}

/** As BENCHMARKS.md has it. */
export function table({ options, runs, modules }: Measured): string {
  const [first] = runs;
  const columns: readonly [string, (one: Series) => readonly number[]][] = [
    ["from clean, s", ({ runs }) => runs.map(({ wall }) => wall)],
    ["the same, s of all cores", ({ runs }) => runs.map(({ cpu }) => cpu)],
    ["nothing to do, s", ({ answers }) => answers],
  ];
  const command = ["reproduce", ...options].join(" ");
  const all = modules.reduce((sum, { cpu }) => sum + cpu, 0);
  return [
    `| \`${command}\` | ${columns.map(([title]) => title).join(" | ")} |`,
    `|---${"|---:".repeat(columns.length)}|`,
    ...runs.map((one) =>
      `| ${one.name} | ${
        columns.map(([, of]) => shown(median(of(one)))).join(" | ")
      } |`
    ),
    ...runs.slice(1).map((one) =>
      `| ratio of each pair, median (range) | ${
        columns.map(([, of]) => {
          const before = of(first!); // there are several
          const ratios = of(one).map((value, at) => value / before[at]!); // in pairs
          return `${shown(median(ratios))} (${shown(Math.min(...ratios))} to ${
            shown(Math.max(...ratios))
          })`;
        }).join(" | ")
      } |`
    ),
    "",
    "| where it goes | processes | s each | s of all cores | of all |",
    "|---|---:|---:|---:|---:|",
    ...modules.map(({ name, processes, wall, cpu }) =>
      `| ${name} | ${processes} | ${shown(wall / processes)} | ${
        shown(cpu)
      } | ${Math.round(100 * cpu / all)} % |`
    ),
  ].join("\n");
}
