/**
 * Examines a cluster before somebody counts on it: its programs, its controller, the
 * limits of its partition, and by a probe job what a node sees and has. Each finding
 * says what to do about it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SlurmSettings } from "../../config/executor.ts";
import { readStored, removeTree } from "../../store/disk.ts";
import { type Finding, wallFinding } from "../finding.ts";
import { arrayFolder, jobName, unique } from "./layout.ts";
import type { Probe } from "./probe.ts";
import { call } from "./programs.ts";
import { isActive, isHopeless, queue } from "./queue.ts";
import { demand, script, target } from "./submission.ts";

/** Seconds that a probe job may take to begin and end. */
const PATIENCE = 120;
/** Seconds by which clocks may differ: files of the one look old to the other. */
const SKEW = 5;

/** Examines the cluster that the settings describe, from this machine. */
export async function* examine(
  store: string,
  settings: SlurmSettings,
): AsyncGenerator<Finding> {
  const version = await call("sbatch", ["--version"]);
  if (!version.ok) {
    const none = version.failure.kind === "no-slurm";
    yield {
      // A machine that needs no cluster lacks nothing.
      kind: none ? "doubt" : "bad",
      subject: "Slurm",
      found: none ? "there is none here" : version.failure.seen ?? "",
      hint: "for --executor slurm, log in to a machine that submits to the " +
        "cluster, or load its module, so that sbatch is on PATH",
    };
    return;
  }
  yield { kind: "good", subject: "Slurm", found: version.value.trim() };
  const began = performance.now();
  const listed = await queue();
  if (!listed.ok) {
    yield {
      kind: "bad",
      subject: "controller",
      found: listed.failure.seen ?? listed.failure.what,
      hint: listed.failure.hint ??
        "see scontrol ping, and ask whoever runs the cluster",
    };
    return;
  }
  const took = Math.round(performance.now() - began);
  yield {
    kind: "good",
    subject: "controller",
    found: `answers in ${took} ms; ${listed.value.length} jobs of this user`,
  };
  yield* limits();
  yield* partition(settings);
  yield* probe(store, settings);
}

/** What the controller allows. */
async function* limits(): AsyncGenerator<Finding> {
  const said = await call("scontrol", ["show", "config"]);
  const value = (name: string) =>
    new RegExp(`^${name}\\s*= *(.*?) *$`, "m").exec(said.ok ? said.value : "")
      ?.[1] ?? "";
  const most = Number(value("MaxArraySize"));
  yield {
    kind: most > 1 ? "good" : "doubt",
    subject: "arrays",
    found: most > 1
      ? `of up to ${most - 1} jobs`
      : "it does not say how large they may be",
    ...(!(most > 1) && { hint: "expect arrays of up to 1000 jobs" }),
  };
  const memory = Number.parseInt(value("MinJobAge"));
  const accounting = !/none|^$/.test(value("AccountingStorageType"));
  // Two rounds at their rarest.
  const short = memory < 30 && !accounting;
  yield {
    kind: short ? "doubt" : "good",
    subject: "memory of ended jobs",
    found: `${memory} s${accounting ? ", and accounting (sacct)" : ""}`,
    ...(short && {
      hint:
        "ask for MinJobAge=300: without accounting, why a job ended can be missed",
    }),
  };
}

/** The partition to which jobs would go. */
async function* partition(settings: SlurmSettings): AsyncGenerator<Finding> {
  const said = await call("scontrol", ["show", "partition", "--oneliner"]);
  const all = (said.ok ? said.value : "").split("\n").filter(Boolean)
    .map((line) =>
      Object.fromEntries(
        line.trim().split(/ +/).map((word) => {
          const at = word.indexOf("=");
          return [word.slice(0, at), word.slice(at + 1)];
        }),
      )
    );
  const names = all.map(({ PartitionName }) => PartitionName).join(", ");
  const chosen = settings.partition === undefined
    ? all.find(({ Default }) => Default === "YES")
    : all.find(({ PartitionName }) => PartitionName === settings.partition);
  if (!chosen) {
    yield {
      kind: "bad",
      subject: "partition",
      found: settings.partition === undefined
        ? `the cluster has no default; there are ${names}`
        : `there is no "${settings.partition}"; there are ${names}`,
      hint: "name one: executor.slurm.partition",
    };
    return;
  }
  const { PartitionName, State, MaxTime, DefaultTime, TotalNodes } = chosen;
  yield {
    kind: State === "UP" ? "good" : "bad",
    subject: "partition",
    found:
      `${PartitionName}: ${TotalNodes} nodes, ${State}, at most ${MaxTime}` +
      (DefaultTime === "NONE"
        ? ""
        : `, ${DefaultTime} unless a stage says more`),
    ...(State !== "UP" && {
      hint: "name one that is up: executor.slurm.partition",
    }),
  };
  const minutes = minutesOf(MaxTime ?? "");
  if (settings.time !== undefined && settings.time > minutes) {
    yield {
      kind: "bad",
      subject: "time limit",
      found:
        `executor.slurm.time is ${settings.time}, the partition's limit ${minutes} minutes`,
      hint: "ask for less",
    };
  }
}

/** Minutes of a time limit as Slurm writes it: `1-00:00:00`, `UNLIMITED`. */
export function minutesOf(text: string): number {
  const [, days, hours, minutes, seconds] =
    /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text) ?? [];
  if (seconds === undefined) return Infinity;
  return Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes) +
    Number(seconds) / 60;
}

/** What a node sees and has. */
async function* probe(
  store: string,
  settings: SlurmSettings,
): AsyncGenerator<Finding> {
  const token = unique();
  const folder = arrayFolder(store, token);
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
      ...["--export=NIL", "--ntasks=1", "--nodes=1", `--chdir=${folder}`],
      ...["--output=log-0.txt", "--time=5"],
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
