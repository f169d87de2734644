/**
 * `deno task bench train`: images per second of every engine and form of the
 * training graph beside TensorFlow.js and PyTorch. Contestants run interleaved, a
 * short block each and around again.
 *
 * Only the ratios to PyTorch are worth remembering, and a machine changes its speed
 * within seconds. So a block of PyTorch with as many threads runs right before each
 * block of a contestant, and the ratio is the median over rounds of such pairs.
 *
 *   bench train [--json] [--rounds N] [--engines portable,native,…]
 */
import { median } from "./median.ts";
import { parseArgs } from "node:util";
import { cpus, loadavg } from "node:os";
import { runs } from "../stages/training/fixture.ts";
import { lines } from "./line.ts";

/** One line of the table. */
export interface Row {
  readonly engine: string;
  readonly form?: string;
  readonly threads: number;
  readonly images_per_s: number;
  /** Median of the ratios to PyTorch with as many threads, each to the block before; null without PyTorch. */
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

/** A contestant with its processes, and what was measured so far. */
interface Entry {
  readonly contestant: Contestant;
  readonly workers: readonly Worker[];
  /** Images per second of each block. */
  readonly speeds: number[];
  /** Against the block of PyTorch before it. */
  readonly ratios: number[];
  rss: number;
}

/** Blocks that compile and fill caches: WebAssembly gets fast while it runs. */
const WARM_UP = 4;

/** Runs the blocks of one contestant; images per second. */
async function block(entry: Entry): Promise<number> {
  const begin = performance.now();
  const blocks = await Promise.all(
    entry.workers.map((worker) => worker.block()),
  );
  const seconds = (performance.now() - begin) / 1000;
  entry.rss = Math.max(entry.rss, blocks[0]?.rss ?? 0);
  const images = blocks.reduce((sum, block) => sum + (block?.images ?? 0), 0);
  return images / seconds;
}

/** All contestants, round by round. */
async function race(
  all: readonly Contestant[],
  { rounds, say }: { rounds: number; say: (line: string) => void },
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const contestant of all) {
    const workers = Array.from(
      { length: contestant.processes },
      () => new Worker(contestant),
    );
    const ready = await Promise.all(workers.map((worker) => worker.answer()));
    if (ready.every(Boolean) && await workers[0]?.block()) {
      const entry = { contestant, workers, speeds: [], ratios: [], rss: 0 };
      entries.push(entry);
      if (contestant.every === undefined) {
        for (let time = 0; time < WARM_UP; time++) await block(entry);
      }
    } else {
      say(`${name(contestant)}: not available here`);
      for (const worker of workers) await worker[Symbol.asyncDispose]();
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const { engine, threads, every = 1 } = entry.contestant;
      if (round % every !== 0) continue;
      const before = engine === "pytorch" ? undefined : entries.find(
        ({ contestant }) =>
          contestant.engine === "pytorch" && contestant.threads === threads,
      );
      const reference = before && await block(before);
      if (before && reference) before.speeds.push(reference);
      const speed = await block(entry);
      entry.speeds.push(speed);
      entry.ratios.push(engine === "pytorch" ? 1 : speed / (reference ?? NaN));
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  for (const { workers } of entries) {
    for (const worker of workers) await worker[Symbol.asyncDispose]();
  }
  return entries;
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
  return results.map(({ contestant, speeds, ratios, rss }) => {
    const { engine, form, threads } = contestant;
    const ratio = median(ratios);
    return {
      engine,
      ...(form !== undefined && { form }),
      threads,
      images_per_s: Math.round(median(speeds)),
      vs_torch: Number.isNaN(ratio) ? null : Math.round(100 * ratio) / 100,
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
  ].map((line) => `| ${line.join(" | ")} |`).join("\n") + "\n\n" +
    "PyTorch: the median of the ratios to the block of PyTorch right before, " +
    "with as many threads.\n";
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
  const [load = 0] = loadavg();
  const rows = await measure({
    rounds: Number(values.rounds),
    ...(values.engines && { engines: values.engines.split(",") }),
    say: (line) => out(Deno.stderr, line + "\n"),
  });
  out(
    Deno.stdout,
    values.json ? JSON.stringify({ rows }) + "\n" : table(rows),
  );
  // The two threads of PyTorch wait for each other, so it suffers most.
  if (load > 1) {
    out(
      Deno.stderr,
      `The machine was busy before (load ${load.toFixed(1)}): ` +
        "ratios to several threads of PyTorch come out too high\n",
    );
  }
}

if (import.meta.main) await bench(Deno.args);
