/**
 * The cluster's own programs, called through zx, which quotes every argument; what
 * they complain of as failures of ours. Text is read and not JSON: that has another
 * form in each version, and takes six times as long.
 */
import { spawn } from "node:child_process";
import { $ } from "zx";
import { fail, ok, type Result, short } from "../../failure.ts";

/** What they are called. */
export type Program = "sbatch" | "squeue" | "scancel" | "scontrol" | "sacct";

/** Seconds after which a program is given up; the controller's own patience is less. */
const PATIENCE = 60;

/** zx lets a shell read its quoted line; Deno would warn of each such call. */
const shell =
  ((line: string, _args: unknown, options: object) =>
    spawn("bash", ["-c", line], { ...options, shell: false })) as typeof spawn;

/**
 * Calls one program to its end; its standard output. Failures: `no-slurm`, there is
 * none of that name; `slurm-silent`, the controller does not answer or is busy, so
 * that nobody knows what became of it; `slurm-refused`.
 *
 * @param lock a file that stays locked until the program has ended, whatever becomes
 * of this process
 */
export async function call(
  program: Program,
  args: readonly string[],
  lock?: string,
): Promise<Result<string>> {
  const words = [
    ...(lock === undefined ? [] : ["flock", lock]),
    ...["timeout", "-k", "5", String(PATIENCE), program],
    ...args,
  ];
  const run = $({
    nothrow: true,
    quiet: true,
    spawn: shell,
    env: environment(),
  });
  const { exitCode, signal, stdout, stderr } = await run`${words}`;
  if (exitCode === 0) return ok(stdout);
  const seen = complaint(stderr) || `exit code ${exitCode}`;
  // Without a code and a signal: there was no shell to ask.
  if (exitCode === 127 || exitCode === null && signal === null) {
    return fail({
      kind: "no-slurm",
      what: `Cannot find the program ${program} of Slurm`,
      seen: "nothing of that name is on PATH",
      hint:
        "run on a machine that submits to a cluster (deno task doctor says " +
        "what is missing), or without --executor slurm",
    });
  }
  if (exitCode === 124 || exitCode === null || SILENT.test(stderr)) {
    return fail({
      kind: "slurm-silent",
      what: `Cannot reach the controller of Slurm by ${program}`,
      seen,
    });
  }
  return fail({
    kind: "slurm-refused",
    what: `Cannot use ${program} as it was asked to: Slurm refused`,
    seen,
    hint: advice(stderr),
  });
}

/** What passes: nobody answers, or there is no room for more now. */
const SILENT = new RegExp(
  [
    "Unable to contact slurm controller",
    "Socket timed out",
    "Zero Bytes were transmitted",
    "temporarily unable to accept job",
    "Resource temporarily unavailable",
    "Slurm backup controller in standby",
    "Connection (refused|reset|timed out)",
    "(MaxSubmitJob|MaxSubmitPU|MaxJobCount|Job violates accounting/QOS policy)",
    "Communication connection failure",
    "Transport endpoint is not connected",
    "munge.*(Failed to access|No such file|timed out)",
    "Message receive failure",
    "Insane message length",
  ].join("|"),
  "i",
);

/** What can be done about a refusal. */
function advice(text: string): string {
  // Of an account it speaks together with the partition.
  if (/account/i.test(text)) {
    return "name an account of yours (sacctmgr show associations user=$USER): " +
      "executor.slurm.account";
  }
  if (/qos/i.test(text)) {
    return "name a quality of service of yours: executor.slurm.qos";
  }
  if (/partition/i.test(text)) {
    return "name a partition that sinfo lists: executor.slurm.partition";
  }
  if (/time/i.test(text)) {
    return "ask for less time, in the stage's resources or executor.slurm.time";
  }
  if (/node configuration|memory|gres|cpu/i.test(text)) {
    return "let the stage ask for less (its resources), or name a partition " +
      "with larger nodes: executor.slurm.partition";
  }
  return "see what the cluster allows: deno task doctor";
}

/** What was said first that is a complaint. */
function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const first = lines.find((line) => /fatal/i.test(line)) ??
    lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "";
  const [, rest = first] = /^\w+: (?:error: |fatal: )?(.*)$/.exec(first) ?? [];
  return short(rest, 200);
}

/**
 * The environment, but for what would change what the programs do or print: the
 * variables with which sites and shells set options, and those of a job in which
 * this process may run itself.
 */
function environment(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject()).filter(([name]) =>
    name === "SLURM_CONF" || name === "SLURM_CONF_SERVER" ||
    !/^(SLURM|SBATCH|SQUEUE|SCANCEL|SCONTROL|SACCT|SRUN|SALLOC)_/.test(name)
  );
  return { ...Object.fromEntries(all), LC_ALL: "C" };
}
