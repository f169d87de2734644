/** What a job asks the queue for, in the words of sbatch and srun. */
import type { SlurmSettings } from "../../config/executor.ts";
import type { Failure } from "../../failure.ts";
import type { Resources } from "../../stage/declaration.ts";

/** MiB that the job's own program takes, beside the stage's process. */
const OVERHEAD = 200;

/** What a job asks the queue for. */
export function demand(
  { cpus = 1, memory, gpu = 0, time }: Resources,
  settings: Pick<SlurmSettings, "memory" | "time">,
): string[] {
  const minutes = time ?? settings.time;
  return [
    `--cpus-per-task=${Math.max(1, Math.ceil(cpus))}`,
    `--mem=${Math.ceil(memory || settings.memory) + OVERHEAD}M`,
    ...(gpu > 0 ? [`--gres=gpu:${Math.ceil(gpu)}`] : []),
    ...(minutes === undefined ? [] : [`--time=${Math.ceil(minutes)}`]),
  ];
}

/** Which part of the cluster it asks. */
export function target(
  { partition, account, qos, extra }: SlurmSettings,
): string[] {
  return [
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(qos === undefined ? [] : [`--qos=${qos}`]),
    ...extra,
  ];
}

/**
 * Where a job's output goes. Slurm replaces what follows a percent sign, in the
 * folder that it is told to begin in, too; so the path is whole, and the sign doubled.
 *
 * @param file may have Slurm's own signs, as `%a`
 */
export function output(folder: string, file: string): string[] {
  return ["--chdir=/", `--output=${folder.replaceAll("%", "%%")}/${file}`];
}

/** Why Slurm could not write into a folder, if it could not. */
export function unwritable(folder: string): Failure | undefined {
  if (!folder.includes("\\")) return undefined;
  return {
    kind: "slurm-path",
    what: "Cannot have Slurm write into a folder with a backslash in its path",
    seen: `its backslash is left out of ${folder}`,
    hint: "move the project to another folder",
  };
}

/** Seconds before its limit in which a job is asked to leave; never from its beginning. */
export function leadOf(
  { lead, time }: SlurmSettings,
  resources: Resources,
): number {
  const minutes = resources.time ?? time;
  return minutes === undefined ? lead : Math.min(lead, minutes * 30);
}
