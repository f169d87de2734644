/**
 * A project whose instances say that they begin, and wait until the test lets them
 * go: `first` → `work[n]` → `last`. How often each began is counted where they say
 * so, outside of all that they could write.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Program } from "../../rig/program.ts";
import { until, within } from "../../rig/wait.ts";
import type { Cluster } from "../../rig/cluster.ts";

const engine = new URL("../../../pipeline/", import.meta.url).pathname;

const WORK = `
const say = async (what) => {
  const response = await fetch(task.hints.puppet + "/" + encodeURIComponent(what));
  return await response.text();
};
let state = task.checkpoint ? Deno.readTextFileSync(task.checkpoint.path) : "";
const from = task.checkpoint?.position ?? 0;
const name = "work" + task.point.n;
const { steps } = task.params;
if (task.params.warning) task.warn(task.params.warning);
for (let step = from + 1; step <= steps; step++) {
  console.log("step " + step);
  task.progress({ done: step - 1, total: steps, unit: "steps", values: { step } });
  const told = await say(name + (steps > 1 ? "/" + step : ""));
  if (told === "fail") throw new Error("told to fail");
  if (told === "eat") {
    const eaten = [];
    for (let i = 0; i < 40; i++) {
      eaten.push(new Uint8Array(50e6).fill(i + 1));
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  state += step + " ";
  const path = task.scratch + "/state";
  Deno.writeTextFileSync(path, state);
  if (steps > 1) task.keep({ position: step, path });
}
Deno.writeTextFileSync(task.output("out"), Deno.readTextFileSync(task.input("in")) + task.point.n + ": " + state + "\\n");
`;

/** What happened. */
export interface Told {
  readonly kind: string;
  readonly instance?: string;
  readonly [key: string]: unknown;
}

/** How a run ended. */
export interface End {
  readonly code: number;
  readonly err: string;
  readonly events: readonly Told[];
}

/** The project, and who lets its instances go. */
export class Jobs implements AsyncDisposable {
  readonly program: Program;
  /** What has begun, in order: `work1`, or `work1/3` for its third step. */
  readonly begun: string[] = [];
  /** What an instance is told that begins. */
  answer: (name: string) => string | Promise<string> = () => "go";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #heads = new Set<Deno.ChildProcess>();
  readonly #ended = Promise.withResolvers<string>();

  /**
   * @param stages `count` of them, each of so many steps, with these resources
   */
  constructor(
    readonly cluster: Cluster | undefined,
    stages: {
      readonly count?: number;
      /** Where the stage before them runs. */
      readonly first?: "head" | "job";
      readonly steps?: number;
      readonly resources?: object;
      readonly params?: object;
      readonly settings?: object;
      /** Its first stage is a command that the kernel must hold. */
      readonly walled?: boolean;
      /** What the project's folder is called. */
      readonly folder?: string;
    } = {},
  ) {
    const {
      count = 3,
      first = "job",
      walled = false,
      steps = 1,
      resources = {},
      params = {},
    } = stages;
    this.program = new Program(stages.folder);
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
        this.begun.push(name);
        // Who was never let go is, when the test has ended, well or not.
        const told = Promise.race([this.answer(name), this.#ended.promise]);
        return new Response(await told);
      },
    );
    const host = `127.0.0.1:${this.#server.addr.port}`;
    const n = JSON.stringify(Array.from({ length: count }, (_, at) => at + 1));
    const settings = JSON.stringify({ slurm: stages.settings ?? {} });
    this.program.write(
      "stages/work.js",
      `export default async function (task) {${WORK}}\n`,
    );
    this.program.write(
      "main.ts",
      `
import { start } from "${engine}cli/start.ts";
import { every, file, output } from "${engine}stage/declaration.ts";
const module = (name) => ({ kind: "module", module: "stages/" + name + ".js" });
const stages = [
  { name: "first", title: "first", at: () => ({ runs: ${
        walled
          ? '{ kind: "command", command: ["cp", "{input in}", "{output out}"] }'
          : 'module("copy")'
      }, place: "${first}", inputs: { in: file("data/a.txt") }, outputs: { out: { file: "out" } } }) },
  { name: "work", title: "work", matrix: () => ({ n: ${n} }), at: () => ({
    runs: module("work"), place: "job", params: { steps: ${steps}, ...${
        JSON.stringify(params)
      } }, hints: { puppet: "http://${host}" },
    inputs: { in: output("first", "out") }, outputs: { out: { file: "out" } },
    permissions: { net: ["${host}"] }, ${
        steps > 1 ? 'resume: { along: "steps" },' : ""
      }
    resources: ${JSON.stringify({ memory: 300, ...resources })},
  }) },
  { name: "last", title: "last", at: () => ({ runs: module("join"), place: "head", inputs: { parts: every("work", "out") }, outputs: { out: { file: "out.txt", artifact: "out.txt" } } }) },
];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  executor: () => Promise.resolve({ ok: true, value: ${settings} }),
  sandbox: () => "${walled ? "kernel" : "deno"}",
  sources: ["main.ts", "deno.json"],
  shorthands: [],
})));
`,
    );
  }

  /** Starts a head; its events come as lines. */
  head(
    executor = "slurm",
    env: { [name: string]: string } = {},
  ): Deno.ChildProcess {
    const head = this.program.start(
      { ...this.cluster?.env, ...env },
      ...["reproduce", "--json", "--executor", executor],
    );
    this.#heads.add(head);
    return head;
  }

  /** Runs a head to its end. */
  run(executor?: string, env?: { [name: string]: string }): Promise<End> {
    return this.end(this.head(executor, env));
  }

  /** Waits for a head, for three minutes at most. */
  async end(head: Deno.ChildProcess): Promise<End> {
    const { code, stdout, stderr } = await within(
      180,
      "the end of a head",
      head.output(),
    );
    this.#heads.delete(head);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      code,
      err: text(stderr),
      events: text(stdout).split("\n").filter(Boolean)
        .map((line) => JSON.parse(line)),
    };
  }

  /** Waits until so many have begun. */
  arrivals(count: number): Promise<void> {
    return until(
      60,
      () => `the beginning of ${count} instances (begun: ${this.begun})`,
      () => this.begun.length >= count,
    );
  }

  /** How an instance failed, in the words of its failure. */
  static failure({ events }: End, instance: string): {
    what: string;
    seen: string;
    hint: string;
    tail: readonly string[];
    rerun: string;
  } {
    const ended = events.find((event) =>
      event.kind === "ended" && event.instance === instance
    );
    const { failure, log, rerun } = ended?.outcome as {
      failure: { what: string; seen: string; hint: string };
      log: { tail: readonly string[] };
      rerun: string;
    };
    return { ...failure, tail: log.tail, rerun };
  }

  /** How the instances of a stage ended. */
  static results(
    { events }: End,
    stage: string,
  ): { [instance: string]: unknown } {
    return Object.fromEntries(
      events.filter(({ kind, instance }) =>
        kind === "ended" && instance?.startsWith(`${stage}[`)
      ).map(({ instance, result }) => [instance, result]),
    );
  }

  /** Gives jobs that wait no time for more than what they have begun. */
  hurry(): void {
    const arrays = join(this.program.root, ".store/arrays");
    for (const { name } of Deno.readDirSync(arrays)) {
      const path = join(arrays, name, "array.json");
      const text = Deno.readTextFileSync(path);
      Deno.writeTextFileSync(
        path,
        text.replaceAll('"ticket":', '"budget":0,"ticket":'),
      );
    }
  }

  /** What the last stage made. */
  get result(): string {
    return this.program.read("artifacts/out.txt");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const head of this.#heads) {
      try {
        head.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended
      }
      await within(10, "the end of a killed head", head.status);
    }
    this.#ended.resolve("go");
    await within(10, "the end of all requests", this.#server.shutdown());
    this.program[Symbol.dispose]();
  }
}

/** A folder to be all of PATH: with what a shell needs, and without Slurm. */
export function withoutSlurm(): string {
  const folder = Deno.makeTempDirSync();
  for (const name of ["bash", "timeout", "flock", "deno", "sh", "env"]) {
    const path = ["/usr/bin", "/bin"].map((folder) => join(folder, name))
      .find(existsSync) ?? Deno.execPath();
    Deno.symlinkSync(path, join(folder, name));
  }
  return folder;
}

/** A gate that the test opens. */
export function gate(): {
  readonly passed: Promise<string>;
  open(told?: string): void;
} {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { passed: promise, open: (told = "go") => resolve(told) };
}
