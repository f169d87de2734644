/**
 * `deno task bench train`: images per second of every engine and form of the
 * training graph beside TensorFlow.js and PyTorch. Contestants run interleaved, a
 * short block each and around again, so that a busy moment of the machine meets
 * all of them; medians are shown, and only ratios are worth remembering.
 *
 *   bench train [--json] [--rounds N] [--engines portable,native,…]
 */
import { parseArgs } from "node:util";
import { cpus } from "node:os";
import { REWRITES } from "../../stages/training/rewrite.ts";
import { runs } from "../training/fixture.ts";
import { lines } from "./line.ts";

/** One line of the table. */
export interface Row {
  readonly engine: string;
  readonly form?: string;
  readonly threads: number;
  readonly images_per_s: number;
  /** Against PyTorch with as many threads; null without PyTorch. */
  readonly vs_torch: number | null;
  /** Resident memory of the process. */
  readonly memory_mb?: number;
}

/** Who takes part, and how many steps a block has: about half a second. */
interface Contestant {
  readonly engine: string;
  readonly form?: string;
  readonly threads: number;
  /** So many processes at once. */
  readonly processes: number;
  readonly steps: number;
  /** Takes part in every so many rounds: for the very slow. */
  readonly every?: number;
}

const PYTHON = "/usr/bin/python3";
const here = (file: string) => new URL(file, import.meta.url).pathname;
const root = here("../../");

/** The three learning rates of the experiment. */
const RATES = 3;

function contestants(cores: number, torch: boolean): Contestant[] {
  const alone = { threads: 1, processes: 1 };
  const graph = (engine: string, optimised: number): Contestant[] => [
    { engine, form: "optimised", ...alone, steps: 2 * optimised },
    { engine, form: "one step a call", ...alone, steps: optimised },
    ...REWRITES.slice(0, -1).reverse().map(({ name }) => ({
      engine,
      form: name,
      ...alone,
      steps: optimised,
    })),
    { engine, form: "plain", ...alone, steps: optimised / 2 },
  ];
  const sweep = (engine: string, steps: number): Contestant => ({
    engine: `${engine} sweep`,
    form: "optimised",
    threads: cores,
    processes: RATES,
    steps,
  });
  return [
    ...(torch
      ? [1, cores].map((threads) => ({
        engine: "pytorch",
        threads,
        processes: 1,
        steps: 20,
      }))
      : []),
    ...graph("portable", 20),
    ...graph("native", 40),
    sweep("portable", 20),
    sweep("native", 40),
    { engine: "webgpu", form: "eager", ...alone, steps: 1, every: 3 },
    { engine: "tfjs cpu", form: "eager", ...alone, steps: 1, every: 7 },
  ];
}

/** A process that runs blocks when told. */
class Worker implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: AsyncIterator<string>;

  constructor({ engine, form, threads, steps }: Contestant) {
    const [program, args] = engine === "pytorch"
      ? [PYTHON, [here("torch_worker.py"), `${threads}`, `${steps}`]] as const
      : [Deno.execPath(), [
        "run",
        "-A",
        "--no-check",
        here("train-worker.ts"),
        engine.replace(" sweep", ""),
        form ?? "",
        `${steps}`,
      ]] as const;
    this.#child = new Deno.Command(program, {
      args: [...args],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(lines())
      [Symbol.asyncIterator]();
  }

  /** The next answer; undefined when the process is gone. */
  async answer(): Promise<
    { seconds: number; images: number; rss?: number } | undefined
  > {
    const { value, done } = await this.#answers.next();
    return done ? undefined : JSON.parse(value);
  }

  async block() {
    await this.#writer.write(new TextEncoder().encode("go\n"));
    return await this.answer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.status;
  }
}

/** Images per second of all blocks, round by round. */
async function race(
  all: readonly Contestant[],
  { rounds, say }: { rounds: number; say: (line: string) => void },
): Promise<{ contestant: Contestant; speeds: number[]; rss: number }[]> {
  const entries: {
    contestant: Contestant;
    workers: Worker[];
    speeds: number[];
    rss: number;
  }[] = [];
  for (const contestant of all) {
    const workers = Array.from(
      { length: contestant.processes },
      () => new Worker(contestant),
    );
    const ready = await Promise.all(workers.map((worker) => worker.answer()));
    // The first block compiles and fills caches.
    if (ready.every(Boolean) && await workers[0]?.block()) {
      entries.push({ contestant, workers, speeds: [], rss: 0 });
    } else {
      say(`${name(contestant)}: not available here`);
      for (const worker of workers) await worker[Symbol.asyncDispose]();
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      if (round % (entry.contestant.every ?? 1) !== 0) continue;
      const begin = performance.now();
      const blocks = await Promise.all(
        entry.workers.map((worker) => worker.block()),
      );
      const seconds = (performance.now() - begin) / 1000;
      const images = blocks.reduce(
        (sum, block) => sum + (block?.images ?? 0),
        0,
      );
      entry.speeds.push(images / seconds);
      entry.rss = Math.max(entry.rss, blocks[0]?.rss ?? 0);
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  for (const { workers } of entries) {
    for (const worker of workers) await worker[Symbol.asyncDispose]();
  }
  return entries;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? sorted[middle] ?? NaN
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

const name = ({ engine, form, threads }: Contestant) =>
  [engine, form, `${threads} threads`].filter(Boolean).join(", ");

/** Runs the benchmark; `say` is told how far it is. */
export async function measure(
  { rounds, engines, say }: {
    rounds: number;
    /** Those that take part; all without it. */
    engines?: readonly string[];
    say: (line: string) => void;
  },
): Promise<Row[]> {
  const torch = runs(PYTHON, ["-c", "import torch"], "PyTorch is left out");
  const cores = cpus().length;
  const chosen = contestants(cores, torch).filter(({ engine }) =>
    !engines || engines.includes(engine.replace(" sweep", ""))
  );
  const results = await race(chosen, { rounds, say });
  const speed = (engine: string, threads: number) => {
    const found = results.find(({ contestant }) =>
      contestant.engine === engine && contestant.threads === threads
    );
    return found && median(found.speeds);
  };
  return results.map(({ contestant, speeds, rss }) => {
    const { engine, form, threads } = contestant;
    const images = median(speeds);
    const other = speed("pytorch", threads);
    return {
      engine,
      ...(form !== undefined && { form }),
      threads,
      images_per_s: Math.round(images),
      vs_torch: other ? Math.round(100 * images / other) / 100 : null,
      ...(rss > 0 && { memory_mb: Math.round(rss / 1e6) }),
    };
  });
}

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.engine,
    row.form ?? "",
    `${row.threads}`,
    row.images_per_s.toLocaleString("en"),
    row.vs_torch === null ? "" : `${row.vs_torch.toFixed(2)} ×`,
    row.memory_mb === undefined ? "" : `${row.memory_mb} MB`,
  ]);
  return [
    ["engine", "form", "threads", "images/s", "PyTorch", "memory"],
    ["---", "---", "---:", "---:", "---:", "---:"],
    ...cells,
  ].map((line) => `| ${line.join(" | ")} |`).join("\n") + "\n";
}

/** `deno task bench train`. */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "7" },
      engines: { type: "string" },
    },
  });
  const out = (target: typeof Deno.stdout | typeof Deno.stderr, text: string) =>
    target.writeSync(new TextEncoder().encode(text));
  const rows = await measure({
    rounds: Number(values.rounds),
    ...(values.engines && { engines: values.engines.split(",") }),
    say: (line) => out(Deno.stderr, line + "\n"),
  });
  out(
    Deno.stdout,
    values.json ? JSON.stringify({ rows }) + "\n" : table(rows),
  );
}

if (import.meta.main) await bench(Deno.args);
