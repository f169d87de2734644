/** What a job asks the queue for, in the words of sbatch and srun. */
import type { SlurmSettings } from "../../config/executor.ts";
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

/** Seconds before its limit in which a job is asked to leave; never from its beginning. */
export function leadOf(
  { lead, time }: SlurmSettings,
  resources: Resources,
): number {
  const minutes = resources.time ?? time;
  return minutes === undefined ? lead : Math.min(lead, minutes * 30);
}
