/**
 * `deno task bench train`: images per second of every engine and form of the
 * training graph beside the frameworks that the machine has. Contestants run
 * interleaved, a short block each and around again.
 *
 * Only ratios are worth remembering, and a machine changes its speed within seconds. So
 * a block of the fastest framework with as many threads runs right before each block of
 * a contestant, and the ratio is the median over rounds of such pairs. On one thread
 * it is one of processor time, since others may be at work on that core.
 *
 *   bench train [--json] [--rounds N] [--engines portable,native,torch,…]
 */
import { median } from "./median.ts";
import { parseArgs } from "node:util";
import { type Contestant, contestants, Worker } from "./train/contestant.ts";

/** One line of the table. */
interface Row {
  readonly engine: string;
  readonly form: string;
  readonly threads: number;
  readonly images_per_s: number;
  /** Median of the ratios to the fastest framework with as many threads, each to the block before; null without one. */
  readonly vs_fastest: number | null;
  /** Resident memory of the process. */
  readonly memory_mb: number;
}

/** A contestant with its processes, and what was measured so far. */
interface Entry {
  readonly contestant: Contestant;
  readonly workers: readonly Worker[];
  /** Images per second of each block. */
  readonly speeds: number[];
  /** Against the block of the fastest framework before it. */
  readonly ratios: number[];
  rss: number;
}

/** Blocks that compile and fill caches: WebAssembly gets fast while it runs. */
const WARM_UP = 4;

/** Blocks that tell which framework is the fastest. */
const HEATS = 5;

/** Runs the blocks of one contestant; images per second. */
async function block(entry: Entry): Promise<number> {
  const begin = performance.now();
  const blocks = await Promise.all(
    entry.workers.map((worker) => worker.block()),
  );
  const [first] = blocks;
  if (!first) throw new Error(`${name(entry.contestant)} is gone`);
  const seconds = entry.contestant.threads === 1
    ? first.processor
    : (performance.now() - begin) / 1000;
  entry.rss = Math.max(entry.rss, first.rss);
  return blocks.reduce((sum, block) => sum + (block?.images ?? 0), 0) / seconds;
}

/** Starts the processes of a contestant; undefined if it is not available here. */
async function enter(contestant: Contestant): Promise<Entry | undefined> {
  const workers = Array.from(
    { length: contestant.processes },
    () => new Worker(contestant),
  );
  const ready = await Promise.all(workers.map((worker) => worker.ready()));
  if (ready.every(Boolean) && await workers[0]?.block()) {
    const entry = { contestant, workers, speeds: [], ratios: [], rss: 0 };
    const times = contestant.every === undefined ? WARM_UP : 0;
    for (let time = 0; time < times; time++) await block(entry);
    return entry;
  }
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  return undefined;
}

/** The fastest framework for each number of threads. */
async function yardsticks(entries: readonly Entry[]) {
  const frameworks = entries.filter(({ contestant }) => contestant.framework);
  const heats = new Map(frameworks.map((entry) => [entry, [] as number[]]));
  for (let heat = 0; heat < HEATS; heat++) {
    for (const [entry, speeds] of heats) speeds.push(await block(entry));
  }
  const fastest = new Map<number, Entry>();
  for (const [entry, speeds] of heats) {
    const { threads } = entry.contestant;
    const best = heats.get(fastest.get(threads) ?? entry) ?? [];
    if (!fastest.has(threads) || median(speeds) > median(best)) {
      fastest.set(threads, entry);
    }
  }
  return fastest;
}

/** All contestants, round by round. */
async function race(
  all: readonly Contestant[],
  { rounds, say }: { rounds: number; say: (line: string) => void },
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const contestant of all) {
    const entry = await enter(contestant);
    if (entry) entries.push(entry);
    else say(`${name(contestant)}: not available here`);
  }
  const fastest = await yardsticks(entries);
  for (const { contestant } of fastest.values()) {
    say(`the yardstick: ${name(contestant)}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const { threads, every = 1 } = entry.contestant;
      if (round % every !== 0) continue;
      const yardstick = fastest.get(threads);
      const reference = yardstick ? await block(yardstick) : NaN;
      const speed = await block(entry);
      entry.speeds.push(speed);
      entry.ratios.push(speed / reference);
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  for (const { workers } of entries) {
    for (const worker of workers) await worker[Symbol.asyncDispose]();
  }
  return entries;
}

const name = ({ engine, form, threads }: Contestant) =>
  `${engine}, ${form}, ${threads} ${threads === 1 ? "thread" : "threads"}`;

function row({ contestant, speeds, ratios, rss }: Entry): Row {
  const { engine, form, threads } = contestant;
  const ratio = median(ratios);
  return {
    engine,
    form,
    threads,
    images_per_s: Math.round(median(speeds)),
    vs_fastest: Number.isNaN(ratio) ? null : Math.round(100 * ratio) / 100,
    memory_mb: Math.round(rss / 1e6),
  };
}

/** The rows as a Markdown table. */
function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.engine,
    row.form,
    `${row.threads}`,
    row.images_per_s.toLocaleString("en"),
    row.vs_fastest === null ? "" : `${row.vs_fastest.toFixed(2)} ×`,
    `${row.memory_mb} MB`,
  ]);
  return [
    ["engine", "form", "threads", "images/s", "× the fastest", "memory"],
    ["---", "---", "---:", "---:", "---:", "---:"],
    ...cells,
  ].map((line) => `| ${line.join(" | ")} |`).join("\n") + "\n\n" +
    "× the fastest: the median of the ratios to the block of the fastest framework right before, " +
    "with as many threads; on one thread, of processor time.\n";
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
  const chosen = values.engines?.split(",");
  const entries = await race(
    contestants().filter(({ engine }) =>
      !chosen || chosen.includes(engine.replace(" sweep", ""))
    ),
    { rounds: Number(values.rounds), say: (line) => console.error(line) },
  );
  const rows = entries.map(row);
  console.log(values.json ? JSON.stringify({ rows }) : table(rows));
}
