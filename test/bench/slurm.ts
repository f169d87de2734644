/**
 * Many trivial instances through a real Slurm of three nodes of four slots on this
 * machine, against the cluster's own time for an array of as many `true`; and what a
 * round of the head costs while so many jobs are in the queue.
 */
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { Cluster, hasSlurm } from "../rig/cluster.ts";
import { Program } from "../rig/program.ts";
import { median } from "./median.ts";

const engine = new URL("../../pipeline/", import.meta.url).pathname;

/** How many instances a job runs: so many, or what the program finds. */
export type Chunk = number | "auto";

/** What was measured: seconds, a value a round. */
export interface Measured {
  readonly instances: number;
  /** An array of as many `true`, from its submission to the end of the last. */
  readonly cluster_s: readonly number[];
  /** A run from clean to its end, by instances of one job. */
  readonly rows: readonly {
    readonly chunk: Chunk;
    readonly run_s: readonly number[];
    /** CPU of the head, with the programs that it called. */
    readonly head_s: readonly number[];
  }[];
  /** CPU of the head for one look at all jobs in the queue, its squeue included. */
  readonly round_ms: number;
  /** Jobs in the queue during it. */
  readonly round_jobs: number;
}

/** Measures with so many instances, one after the other in each round. */
export async function measure(
  instances: number,
  chunks: readonly Chunk[],
  rounds: number,
  say: (line: string) => void,
): Promise<Measured | undefined> {
  if (!hasSlurm("deno task bench slurm")) return undefined;
  const cluster_s: number[] = [];
  const rows = chunks.map((chunk) => ({
    chunk,
    run_s: [] as number[],
    head_s: [] as number[],
  }));
  for (let at = 0; at < rounds; at++) {
    // What ran before would be in each squeue.
    await using cluster = await Cluster.start();
    const took = await own(cluster, instances);
    cluster_s.push(round(took));
    say(`an array of ${instances} × true: ${took.toFixed(1)} s`);
    for (const { chunk, run_s, head_s } of rows) {
      await using cluster = await Cluster.start();
      const { wall, cpu } = await run(cluster, instances, chunk);
      run_s.push(round(wall));
      head_s.push(round(cpu));
      say(
        `${instances} trivial instances, ${chunk} to a job: ` +
          `${wall.toFixed(1)} s, the head's CPU ${cpu.toFixed(1)} s`,
      );
    }
  }
  await using cluster = await Cluster.start();
  const { ms, jobs } = await look(cluster, instances);
  say(`a round of ${jobs} jobs: ${ms.toFixed(1)} ms`);
  return {
    instances,
    cluster_s,
    rows,
    round_ms: round(ms),
    round_jobs: jobs,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The cluster's own time. */
async function own(cluster: Cluster, count: number): Promise<number> {
  const began = performance.now();
  const id = (await cluster.call(
    "sbatch",
    ...["--parsable", `--array=0-${count - 1}`, "--output=/dev/null"],
    ...["--mem=100M", "--wrap=true"],
  )).trim();
  await ended(cluster, id, count);
  return (performance.now() - began) / 1000;
}

async function ended(
  cluster: Cluster,
  id: string,
  count: number,
): Promise<void> {
  const end = performance.now() + 900_000;
  for (;;) {
    const said = await cluster.call(
      "squeue",
      ...["-h", "-r", "-t", "CD", "-j", id, "-o", "%i"],
    );
    if (said.trim().split("\n").length >= count) return;
    if (performance.now() > end) throw new Error("the array did not end");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The time of a run from clean. */
async function run(
  cluster: Cluster,
  count: number,
  chunk: Chunk,
): Promise<{ wall: number; cpu: number }> {
  using program = new Program();
  mkdirSync(join(program.root, "stages"), { recursive: true });
  program.write(
    "stages/trivial.js",
    'export default (task) => Deno.writeTextFileSync(task.output("out"), String(task.point.n));\n',
  );
  program.write(
    "main.ts",
    `
import { start } from "${engine}cli/start.ts";
const stages = [
  { name: "trivial", title: "trivial", matrix: () => ({ n: Array.from({ length: ${count} }, (_, n) => n) }), at: () => ({
    runs: { kind: "module", module: "stages/trivial.js" }, place: "job",
    resources: { memory: 100${
      chunk === "auto" ? "" : `, chunk: ${chunk}`
    } }, outputs: { out: { file: "out" } },
  }) },
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
  const began = performance.now();
  // What it took, with its children, is in the shell's own account.
  program.before = ["bash", "-c", 'TIMEFORMAT="cpu %U %S"; time "$@"', "sh"];
  const { code, err } = await program.run(
    { ...cluster.env },
    ...["reproduce", "--executor", "slurm"],
  );
  if (code !== 0) throw new Error(err.slice(-2000));
  const [, user, system] = /^cpu (\S+) (\S+)$/m.exec(err) ?? [];
  return {
    wall: (performance.now() - began) / 1000,
    cpu: Number(user) + Number(system),
  };
}

/** The CPU of one look at the queue: this process's and that of its squeue. */
async function look(
  cluster: Cluster,
  count: number,
): Promise<{ ms: number; jobs: number }> {
  const id = (await cluster.call(
    "sbatch",
    ...["--parsable", "--hold", `--array=0-${count - 1}`, "--wrap=true"],
    "--output=/dev/null",
  )).trim();
  const script = join(cluster.folder, "look.ts");
  writeFileSync(
    script,
    `
import process from "node:process";
import { queue } from "${engine}executor/slurm/queue.ts";
import { readFileSync } from "node:fs";
// With the children that it has waited for, in hundredths of a second.
const cpu = () => readFileSync("/proc/self/stat", "utf8").replace(/^.*\\) /, "").split(" ").slice(11, 15).reduce((sum, one) => sum + Number(one), 0) * 10;
await queue(); // loads what it needs
const before = cpu();
let jobs = 0;
for (let round = 0; round < 20; round++) {
  const said = await queue();
  if (!said.ok) throw new Error(JSON.stringify(said.failure));
  jobs = said.value.length;
}
console.log(JSON.stringify({ ms: (cpu() - before) / 20, jobs }));
`,
  );
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--config=${join(engine, "../deno.json")}`, script],
    env: cluster.env,
    stderr: "inherit",
  }).output();
  await cluster.call("scancel", id);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** As BENCHMARKS.md has it: medians, and the medians of what each is of its round's array. */
export function table(
  { instances, cluster_s, rows, round_ms, round_jobs }: Measured,
): string {
  const runs = rows.map(({ chunk, run_s, head_s }) => {
    const parts = run_s.map((one, at) => one / cluster_s[at]!);
    const what = chunk === "auto" ? "as it is by default" : `${chunk} to a job`;
    return `| \`reproduce\` from clean, ${what} | ${median(run_s)} | ${
      median(parts).toFixed(2)
    } | ${median(head_s)} |`;
  });
  return [
    `| ${instances} jobs on three emulated nodes of four slots, medians of ${cluster_s.length} | s | of the cluster's own | the head's CPU, s |`,
    "|---|---:|---:|---:|",
    `| an array of \`true\`, without this program | ${
      median(cluster_s)
    } | 1 | |`,
    ...runs,
    "",
    `CPU of the head for one look at ${round_jobs} jobs, squeue included: ${round_ms} ms`,
  ].join("\n");
}
