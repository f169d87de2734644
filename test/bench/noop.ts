/**
 * How long it takes to find that there is nothing to do, and to do one thing:
 * synthetic pipelines of several sizes, ours beside other tools, in turn within
 * each round so that a machine that slows down slows all of them.
 */
import { median } from "./median.ts";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { writeProject } from "./noop/ours.ts";
import { type Peer, PEERS } from "./noop/peers.ts";
import { edited, type Node, nodes } from "./noop/shape.ts";

/** One tool at one size. Times in milliseconds, medians of whole processes. */
export interface Row {
  readonly name: string;
  readonly instances: number;
  readonly median_ms: number;
  readonly one_edit_ms: number;
}

/** What is compared. */
export interface Report {
  readonly ours: readonly Omit<Row, "name">[];
  readonly peers: readonly Row[];
  /** From clean, 200 trivial stages: milliseconds a stage. */
  readonly overhead: readonly {
    readonly name: string;
    readonly ms_per_stage: number;
  }[];
}

interface Contender {
  readonly name: string;
  readonly root: string;
  readonly command: readonly string[];
  readonly nodes: readonly Node[];
}

/** With the engine's own packages. */
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

const SIZES = [20, 1_000, 10_000];
const OVERHEAD = 200;
const OVERHEAD_ROUNDS = 5;
const ROUNDS = 7;

/** Measures everything; `sizes` and `rounds` are for a quick look. */
export async function measure(
  { sizes = SIZES, rounds = ROUNDS, say }: {
    sizes?: readonly number[];
    rounds?: number;
    say: (line: string) => void;
  },
): Promise<Report> {
  const base = await Deno.makeTempDir({ prefix: "bench-noop-" });
  try {
    const rows: Row[] = [];
    for (const size of sizes) {
      const contenders = await prepare(base, size, say);
      for (const contender of contenders) {
        say(`build ${contender.name} ${size}`);
        await once(contender);
        await once(contender); // the second warms what the first made
      }
      const noop = await rounded(contenders, rounds, () => {});
      const edit = await rounded(
        contenders,
        rounds,
        ({ root, nodes }, round) =>
          writeFileSync(
            join(root, edited(nodes)),
            `edit ${round} ${Math.random()}\n`,
          ),
      );
      for (const { name } of contenders) {
        rows.push({
          name,
          instances: size,
          median_ms: round(median(noop.get(name)!)),
          one_edit_ms: round(median(edit.get(name)!)),
        });
      }
    }
    return {
      ours: rows.filter(({ name }) => name === "ours").map((
        { name: _, ...row },
      ) => row),
      peers: rows.filter(({ name }) => name !== "ours"),
      overhead: await overhead(base, say),
    };
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** A new folder each time: nothing may be up to date. */
async function overhead(
  base: string,
  say: (line: string) => void,
): Promise<Report["overhead"]> {
  const times = new Map<string, number[]>();
  for (let round = 0; round < OVERHEAD_ROUNDS; round++) {
    const folder = join(base, `overhead-${round}`);
    say(`overhead ${round + 1} of ${OVERHEAD_ROUNDS}`);
    const contenders = await prepare(folder, OVERHEAD, () => {});
    for (const contender of [...contenders, emptyProcesses(folder)]) {
      const list = times.get(contender.name) ?? [];
      list.push(await once(contender) / OVERHEAD);
      times.set(contender.name, list);
    }
  }
  return [...times].map(([name, list]) => ({
    name,
    ms_per_stage: round(median(list)),
  }));
}

/** As many processes of Deno that do nothing, two at a time: what a process each costs at least. */
function emptyProcesses(folder: string): Contender {
  writeFileSync(join(folder, "empty.js"), "");
  const run = "deno run --quiet --no-config --no-lock --cached-only empty.js";
  return {
    name: "nothing but `deno run`",
    root: folder,
    command: ["sh", "-c", `seq ${OVERHEAD} | xargs -P 2 -I {} ${run}`],
    nodes: [],
  };
}

async function prepare(
  base: string,
  size: number,
  say: (line: string) => void,
): Promise<Contender[]> {
  const shape = nodes(size);
  const root = join(base, `ours-${size}`);
  await Deno.mkdir(root, { recursive: true });
  writeProject(root, shape);
  writeFileSync(
    join(root, "deno.json"),
    JSON.stringify({
      lock: false,
      tasks: { reproduce: `deno run -A --config ${CONFIG} main.ts reproduce` },
    }),
  );
  const contenders: Contender[] = [{
    name: "ours",
    root,
    command: ["deno", "task", "-q", "reproduce"],
    nodes: shape,
  }];
  for (const peer of PEERS) {
    if (size > peer.most) continue;
    if (!await there(peer)) {
      say(`${peer.name} is not installed: left out`);
      continue;
    }
    const root = join(base, `${peer.name}-${size}`);
    await Deno.mkdir(root, { recursive: true });
    peer.write(root, shape);
    contenders.push({
      name: peer.name,
      root,
      command: peer.command,
      nodes: shape,
    });
  }
  return contenders;
}

async function there({ program }: Peer): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

async function rounded(
  contenders: readonly Contender[],
  rounds: number,
  before: (contender: Contender, round: number) => void,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      before(contender, round);
      const list = times.get(contender.name) ?? [];
      list.push(await once(contender));
      times.set(contender.name, list);
    }
  }
  return times;
}

async function once(
  { name, root, command: [program, ...args] }: Contender,
): Promise<number> {
  const start = performance.now();
  const { success, stderr } = await new Deno.Command(program!, {
    args,
    cwd: root,
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  const time = performance.now() - start;
  if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
  return time;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
