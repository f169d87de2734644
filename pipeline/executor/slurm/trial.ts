/**
 * What a node sees and has, by a probe job (probe.ts) and what it says beside what
 * the head knows of itself.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SlurmSettings } from "../../config/executor.ts";
import { readStored, removeTree } from "../../store/disk.ts";
import type { Finding } from "../../project/finding.ts";
import { wallFinding } from "../finding.ts";
import { demand, output, target, unwritable } from "./demand.ts";
import { arrayFolder, jobName, unique } from "./layout.ts";
import type { Probe } from "./probe.ts";
import { call } from "./programs.ts";
import { isActive, isHopeless, queue } from "./queue.ts";
import { script } from "./script.ts";

/** Seconds that a probe job may take to begin and end. */
const PATIENCE = 120;
/** Seconds by which clocks may differ: files of the one look old to the other. */
const SKEW = 5;

/** What a node sees and has. */
export async function* tryNode(
  store: string,
  settings: SlurmSettings,
): AsyncGenerator<Finding> {
  const token = unique();
  const folder = arrayFolder(store, token);
  const impossible = unwritable(folder);
  if (impossible) {
    const { seen = "", hint = "" } = impossible;
    yield { kind: "bad", subject: "a job", found: seen, hint };
    return;
  }
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "word"), token);
    using held = Deno.openSync(join(folder, "held"), {
      create: true,
      write: true,
      read: true,
    });
    const locks = held.tryLockSync(true);
    writeFileSync(
      join(folder, "job.sh"),
      script(`${import.meta.dirname}/probe.ts`, folder),
    );
    const before = Date.now();
    const said = await call("sbatch", [
      ...["--parsable", `--job-name=${jobName(token, "1")}`, "--no-requeue"],
      ...["--export=NIL", "--ntasks=1", "--nodes=1", "--time=5"],
      ...output(folder, "log-0.txt"),
      ...demand({}, { memory: settings.memory, time: undefined }),
      ...target(settings),
      join(folder, "job.sh"),
    ]);
    if (!said.ok) {
      yield {
        kind: "bad",
        subject: "a job",
        found: said.failure.seen ?? said.failure.what,
        ...(said.failure.hint !== undefined && { hint: said.failure.hint }),
      };
      return;
    }
    const id = said.value.trim().replace(/;.*$/, "");
    const ended = await watch(id, jobName(token, "1"));
    if (!ended.ok) {
      await call("scancel", [id]);
      yield { kind: "bad", subject: "a job", ...ended.failure };
      return;
    }
    const found = await appear(join(folder, "probe.json"));
    if (!found) {
      yield silent(folder, ended.value);
      return;
    }
    yield* compare(found.probe, {
      token,
      locks,
      before,
      after: Date.now(),
      late: found.seconds,
    });
  } finally {
    removeTree(folder);
  }
}

interface Word {
  readonly found: string;
  readonly hint: string;
}

/** Waits for a probe job to end; the node that it had. */
async function watch(
  id: string,
  name: string,
): Promise<{ ok: true; value: string } | { ok: false; failure: Word }> {
  let reason = "";
  for (let waited = 0; waited < PATIENCE; waited++) {
    const listed = await queue();
    const job = listed.ok
      ? listed.value.find((one) => one.id === id && one.name === name)
      : undefined;
    if (job && !isActive(job.state)) return { ok: true, value: job.node };
    if (listed.ok && !job && waited > 10) return { ok: true, value: "" };
    reason = job?.reason ?? reason;
    if (isHopeless(reason)) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return {
    ok: false,
    failure: {
      found: `it did not run: it waits for ${reason || "nobody knows what"}`,
      hint: isHopeless(reason)
        ? "see the limits of the partition, and name another one: executor.slurm.partition"
        : "run this again when the cluster is less busy",
    },
  };
}

/** A file that a node wrote, as soon as it is seen here. */
async function appear(
  path: string,
): Promise<{ probe: Probe; seconds: number } | undefined> {
  const began = performance.now();
  for (let look = 0; look < 60; look++) {
    const text = readStored(path);
    const seconds = (performance.now() - began) / 1000;
    if (text !== undefined) return { probe: JSON.parse(text), seconds };
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // What it printed is there, so what it wrote would be.
    const log = readStored(join(path, "../log-0.txt"));
    if (log?.trim()) return undefined;
    if (look === 10) return undefined;
  }
}

/** A node on which the probe left nothing. */
function silent(folder: string, node: string): Finding {
  const log = readStored(join(folder, "log-0.txt"))?.trim();
  const last = log?.split("\n").at(-1);
  if (last === undefined || last === "") {
    return {
      kind: "bad",
      subject: "shared folder",
      found: `the node ${node} wrote nothing that is seen here`,
      hint: "keep project and store on a file system that all nodes share, " +
        "at the same path",
    };
  }
  return {
    kind: "bad",
    subject: "Deno on a node",
    found: `${node}: ${last}`,
    hint:
      "install the same Deno at the same path on all nodes, or keep it on " +
      "a file system that they share",
  };
}

function* compare(
  probe: Probe,
  { token, locks, before, after, late }: {
    readonly token: string;
    readonly locks: boolean;
    readonly before: number;
    readonly after: number;
    readonly late: number;
  },
): Generator<Finding> {
  const { node } = probe;
  const sees = probe.word === token;
  yield {
    kind: sees ? "good" : "bad",
    subject: "shared folder",
    found: sees
      ? `${node} sees what is written here, and the other way round` +
        (late > 1 ? `, ${late.toFixed(0)} s later` : "")
      : `${node} does not see what is written here`,
    ...(!sees && {
      hint: "keep project and store on a file system that all nodes share, " +
        "at the same path",
    }),
  };
  const holds = locks && probe.locked && probe.exclusive;
  yield {
    kind: holds ? "good" : "bad",
    subject: "locks",
    found: holds
      ? "they hold between the two, and so do names that are taken"
      : !locks || !probe.locked
      ? `a lock that is held here does not keep ${node} out`
      : `a name that is taken here can be taken again on ${node}`,
    ...(!holds && {
      hint: "run only one head at a time on this store, or mount it with " +
        "locks (NFS 4, or local_lock=none; Lustre with -o flock)",
    }),
  };
  const same = probe.deno === Deno.version.deno &&
    probe.arch === Deno.build.arch;
  yield {
    kind: same ? "good" : "bad",
    subject: "Deno on a node",
    found: `${probe.deno} for ${probe.arch}` +
      (same ? "" : `; here ${Deno.version.deno} for ${Deno.build.arch}`),
    ...(!same && { hint: "install the same Deno on all nodes" }),
  };
  yield wallFinding("walls on a node", probe.wall, probe.seccomp);
  const skew = Math.max(before - probe.time, probe.time - after, 0) / 1000;
  yield {
    kind: skew <= SKEW ? "good" : "doubt",
    subject: "clocks",
    found: skew <= 0
      ? "no difference is seen"
      : `${node} differs by at least ${skew.toFixed(0)} s`,
    ...(skew > SKEW && {
      hint: "set the clocks by NTP; results do not depend on them, times do",
    }),
  };
  yield {
    kind: "good",
    subject: "a job's share",
    found: `${probe.cpus} cores, ${probe.memory} MiB in the node, ` +
      `${probe.cards.length} graphics cards`,
  };
}
