/**
 * Examines a cluster before somebody counts on it: its programs, its controller, the
 * limits of its partition, and by a probe job (trial.ts) what a node sees and has.
 * Each finding says what to do about it.
 */
import type { SlurmSettings } from "../../config/executor.ts";
import type { Finding } from "../../project/finding.ts";
import { call } from "./programs.ts";
import { queue } from "./queue.ts";
import { tryNode } from "./trial.ts";

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
  yield* tryNode(store, settings);
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
