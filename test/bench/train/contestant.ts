/**
 * Who takes part in the training benchmark: our engines and forms of the training
 * graph, and the frameworks of an interpreter, each as a process that runs blocks
 * when told. `FACSIMILE_PYTHON` names the interpreter.
 */
import { availableParallelism } from "node:os";
import { skip } from "../../rig/skip.ts";
import { lines } from "../line.ts";

/** An engine or a framework, in one of its forms, with so many threads. */
export interface Contestant {
  readonly engine: string;
  readonly form: string;
  /** Of a sweep, the cores that it has for its processes. */
  readonly threads: number;
  /** So many processes at once. */
  readonly processes: number;
  /** Steps of a block, which takes about half a second. */
  readonly steps: number;
  /** The module that Python imports; ours have none. */
  readonly framework?: string;
  /** Takes part in every so many rounds: for the very slow. */
  readonly every?: number;
}

/** The learning rates of the experiment. */
const RATES = 3;

/** The fastest forms of each framework on one thread or another. */
const FORMS: { readonly [framework: string]: readonly string[] } = {
  tensorflow: ["tf.function"],
  torch: ["channels_last", "compile", "eager"],
  jax: ["jit"],
};

const PYTHON = Deno.env.get("FACSIMILE_PYTHON") ?? "/usr/bin/python3";
const here = (file: string) => new URL(file, import.meta.url).pathname;

/** All that this machine has; says which frameworks it has not. */
export function contestants(): Contestant[] {
  const cores = availableParallelism();
  const frameworks = Object.keys(FORMS).filter(has).flatMap((framework) =>
    [...new Set([1, cores])].flatMap((threads) =>
      (FORMS[framework] ?? []).map((form) => ({
        engine: framework,
        form,
        threads,
        processes: 1,
        steps: 20,
        framework,
      }))
    )
  );
  const alone = { threads: 1, processes: 1 };
  const graph = (engine: string, steps: number): Contestant[] => [
    { engine, form: "optimised", ...alone, steps: 2 * steps },
    { engine, form: "one step a call", ...alone, steps },
    { engine, form: "plain", ...alone, steps: steps / 2 },
  ];
  const sweep = (engine: string, steps: number): Contestant => ({
    engine: `${engine} sweep`,
    form: "optimised",
    threads: cores,
    processes: RATES,
    steps,
  });
  return [
    ...frameworks,
    ...graph("portable", 40),
    { engine: "portable", form: "whole batches", ...alone, steps: 80 },
    ...(cores > 1
      ? [{
        engine: "portable",
        form: "optimised",
        threads: cores,
        processes: 1,
        steps: 160,
      }]
      : []),
    ...graph("native", 80),
    sweep("portable", 40),
    sweep("native", 80),
    { engine: "webgpu", form: "optimised", ...alone, steps: 1, every: 3 },
  ];
}

/** Whether the interpreter has a framework; asked without loading it, which takes seconds. */
function has(framework: string): boolean {
  const look =
    `import sys, importlib.util as i; sys.exit(i.find_spec("${framework}") is None)`;
  try {
    const { success } = new Deno.Command(PYTHON, {
      args: ["-c", look],
      stderr: "null",
    }).outputSync();
    if (success) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  skip(
    `${framework} in the benchmark`,
    `${PYTHON} has no module of that name (FACSIMILE_PYTHON names another interpreter)`,
  );
  return false;
}

/** What a block took. */
interface Block {
  readonly seconds: number;
  /** Of all its threads. */
  readonly processor: number;
  readonly images: number;
  readonly rss: number;
}

/** A process that runs blocks when told. */
export class Worker implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: AsyncIterator<string>;

  constructor(
    { engine, form, threads, processes, steps, framework }: Contestant,
  ) {
    const program = framework
      ? [PYTHON, here(`${framework}_worker.py`)]
      : [Deno.execPath(), "run", "-A", "--no-check", here("worker.ts")];
    // On one core, so that helpers which a runtime starts unasked have none more.
    const pin = threads === 1 && Deno.build.os === "linux"
      ? ["taskset", "--cpu-list", "0"]
      : [];
    const [command = "", ...args] = [
      ...pin,
      ...program,
      ...(framework ? [] : [engine.replace(" sweep", "")]),
      form,
      `${processes > 1 ? 1 : threads}`,
      `${steps}`,
    ];
    this.#child = new Deno.Command(command, {
      args,
      env: { OMP_NUM_THREADS: `${threads}` },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(lines())
      [Symbol.asyncIterator]();
  }

  /** Whether it has set itself up. */
  async ready(): Promise<boolean> {
    return !(await this.#answers.next()).done;
  }

  /** Runs a block; undefined when the process is gone. */
  async block(): Promise<Block | undefined> {
    try {
      await this.#writer.write(new TextEncoder().encode("go\n"));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return undefined;
      throw error;
    }
    const { value, done } = await this.#answers.next();
    return done ? undefined : JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.status;
  }
}
