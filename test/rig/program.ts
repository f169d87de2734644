/** A small project as a program of its own: run, watched and killed from outside. */
import { join } from "node:path";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const engine = new URL("../../pipeline/", import.meta.url).pathname;

/** One process of the program. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Four stages: `first` reads a file, `slow[n]` waits for as many files named
 * `go-<n>` as a test lets appear, and `last` joins them.
 */
export class Program implements Disposable {
  readonly root: string;
  /** A command line that becomes the program that follows it. */
  before: readonly string[] = [];

  readonly #above: string;

  /** @param folder what its folder is called */
  constructor(folder = "") {
    this.#above = Deno.realPathSync(
      Deno.makeTempDirSync({ prefix: "program-" }),
    );
    this.root = join(this.#above, folder);
    for (const name of ["data", "stages"]) {
      mkdirSync(join(this.root, name), { recursive: true });
    }
    this.write("data/a.txt", "alpha\n");
    this.write("deno.json", '{ "lock": false }\n');
    this.write(
      "stages/copy.js",
      `
export default function (task) {
  Deno.writeTextFileSync(task.output("out"), Deno.readTextFileSync(task.input("in")));
}
`,
    );
    // Waits by asking for a file: a puppet, moved by the test.
    this.write(
      "stages/slow.js",
      `
export default async function (task) {
  const gate = task.hints.gate + "-" + task.point.n;
  let state = task.checkpoint ? Deno.readTextFileSync(task.checkpoint.path) : "";
  for (let step = (task.checkpoint?.position ?? 0) + 1; step <= task.params.steps; step++) {
    task.progress({ done: step - 1, total: task.params.steps, unit: "steps" });
    while (!there(gate) && !there(gate + "-" + step)) await new Promise((resolve) => setTimeout(resolve, 5));
    state += step + " ";
    const path = task.scratch + "/state";
    Deno.writeTextFileSync(path, state);
    task.keep({ position: step, path });
  }
  Deno.writeTextFileSync(task.output("out"), Deno.readTextFileSync(task.input("in")) + task.point.n + ": " + state + "\\n");
}
function there(path) {
  try { Deno.statSync(path); return true; } catch { return false; }
}
`,
    );
    this.write(
      "stages/join.js",
      `
export default function (task) {
  Deno.writeTextFileSync(task.output("out"), task.inputs("parts").map(({ path }) => Deno.readTextFileSync(path)).join(""));
}
`,
    );
    this.write(
      "main.ts",
      `
import { start } from "${engine}cli/start.ts";
import { every, file, output } from "${engine}stage/declaration.ts";
const module = (name) => ({ kind: "module", module: "stages/" + name + ".js" });
const gate = import.meta.dirname + "/gates/go";
const stages = [
  { name: "first", title: "first", at: () => ({ runs: module("copy"), inputs: { in: file("data/a.txt") }, outputs: { out: { file: "out" } } }) },
  { name: "slow", title: "slow", matrix: () => ({ n: [1, 2] }), environment: ["STEPS"], at: (_, __, { STEPS }) => ({
    runs: module("slow"), params: { steps: Number(STEPS ?? 3) }, hints: { gate },
    inputs: { in: output("first", "out") }, outputs: { out: { file: "out", artifact: undefined } },
    permissions: { read: [import.meta.dirname + "/gates"] }, resume: { along: "steps" },
  }) },
  { name: "last", title: "last", at: () => ({ runs: module("join"), inputs: { parts: every("slow", "out") }, outputs: { out: { file: "out.txt", artifact: "out.txt" } } }) },
];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json"],
  shorthands: [],
})));
`,
    );
    mkdirSync(join(this.root, "gates"));
  }

  /** Lets the stage \`slow[n]\` go, up to one step or to its end. */
  open(n: number, step?: number): void {
    this.write(`gates/go-${n}${step === undefined ? "" : `-${step}`}`, "");
  }

  /** Starts the program, with more variables if they come first; `--json`: events as lines. */
  start(
    ...[first, ...rest]: [{ [name: string]: string } | string, ...string[]]
  ): Deno.ChildProcess {
    const args = typeof first === "string" ? [first, ...rest] : rest;
    const [command = "", ...words] = [
      ...this.before,
      Deno.execPath(),
      // With the engine's own packages; the stages are those of the folder.
      ...["run", "-A", "--config", join(engine, "../deno.json"), "main.ts"],
      ...args,
    ];
    return new Deno.Command(command, {
      args: words,
      cwd: this.root,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", ...(typeof first === "object" && first) },
    }).spawn();
  }

  /** Runs the program to its end. */
  async run(...args: Parameters<Program["start"]>): Promise<Ran> {
    const { code, stdout, stderr } = await this.start(...args).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.#above, { recursive: true, force: true });
  }
}

/** Reads a process's events until one fits; the rest stays to be read. */
export async function until(
  events: AsyncIterator<{ kind: string; instance?: string; result?: string }>,
  fits: (
    event: { kind: string; instance?: string; result?: string },
  ) => boolean,
): Promise<void> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) throw new Error("the program ended before the event came");
    if (fits(value)) return;
  }
}

/** A process's events, one at a time. */
export async function* events(
  process: Deno.ChildProcess,
): AsyncGenerator<{ kind: string; instance?: string; result?: string }> {
  let rest = "";
  for await (
    const chunk of process.stdout.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
