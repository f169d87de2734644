/**
 * Hands instances to the queue: those with equal resources as one array, for one
 * call a thousand of them, and short ones several to an element.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../../failure.ts";
import { denoDir } from "../../sandbox/wall/cache.ts";
import type { Resources } from "../../stage/declaration.ts";
import { writeDurably, writeWhole } from "../../store/write.ts";
import { cpuName } from "./cpu.ts";
import type { Job, JobArray } from "./job.ts";
import {
  type ArrayFile,
  arrayFolder,
  type JobFile,
  jobName,
  jobPath,
  unique,
} from "./layout.ts";
import { call } from "./programs.ts";
import type { SlurmSettings } from "../../config/executor.ts";

/** Seconds of work that make a job worth its start, which takes one or two. */
const WORTH = 20;
/** Into no fewer elements are short instances put: some cluster is this large. */
const SPREAD = 16;

/** Instances as arrays: equal resources together, each array of at most `most` elements. */
export function divide(
  jobs: readonly Job[],
  settings: Pick<SlurmSettings, "chunk" | "memory" | "time">,
  most: number,
): (readonly (readonly Job[])[])[] {
  const groups = Map.groupBy(
    jobs,
    ({ work, alone }) =>
      JSON.stringify([demand(work.resources, settings), alone]),
  );
  return [...groups.values()].flatMap((group) => {
    const size = group[0]!.alone ? 1 : chunkOf(group, settings.chunk);
    const elements = cut(group, size);
    return cut(elements, most);
  });
}

/** How many instances one element runs. */
function chunkOf(group: readonly Job[], chunk: number | undefined): number {
  const declared = group[0]!.work.resources.chunk;
  if (declared !== undefined) return Math.max(1, declared);
  if (chunk !== undefined) return chunk;
  const known = group.flatMap(({ work }) => work.seconds ?? []);
  if (known.length < group.length) return 1;
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
  return Math.max(
    1,
    Math.min(Math.floor(WORTH / mean), Math.floor(group.length / SPREAD)),
  );
}

function cut<One>(all: readonly One[], size: number): One[][] {
  const parts: One[][] = [];
  for (let at = 0; at < all.length; at += size) {
    parts.push(all.slice(at, at + size));
  }
  return parts;
}

/** MiB that the job's own program takes, beside the stage's process. */
const OVERHEAD = 200;

/** What an element asks the queue for. */
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
 * Writes down what is about to be submitted: the intent. Each instance learns where
 * it is.
 */
export function intend(
  store: string,
  elements: readonly (readonly Job[])[],
): JobArray {
  const token = unique();
  const folder = arrayFolder(store, token);
  mkdirSync(folder, { recursive: true });
  const array: JobArray = {
    token,
    folder,
    attempt: "1",
    id: undefined,
    left: elements.reduce((sum, { length }) => sum + length, 0),
  };
  for (const [element, jobs] of elements.entries()) {
    for (const job of jobs) {
      const { confinement, given, machine } = job.work;
      job.place = { array, element };
      job.alone = jobs.length === 1;
      const file: JobFile = {
        ticket: job.ticket,
        array: token,
        element,
        confinement,
        given,
        deno: Deno.version.deno,
        arch: Deno.build.arch,
        ...(machine && { cpu: cpuName() }),
        resumes: job.work.resumes,
      };
      writeWhole(jobPath(job.folder), JSON.stringify(file));
    }
  }
  const file: ArrayFile = {
    elements: elements.map((jobs) =>
      jobs.map(({ work, ticket }) => ({
        fingerprint: work.fingerprint,
        ticket,
      }))
    ),
  };
  writeWhole(join(folder, "attempt"), array.attempt);
  writeDurably(join(folder, "array.json"), JSON.stringify(file));
  return array;
}

/** Submits an intent; its number in the queue. */
export async function submit(
  store: string,
  array: JobArray,
  elements: readonly (readonly Job[])[],
  settings: SlurmSettings,
): Promise<Result<string>> {
  const { folder, token, attempt } = array;
  const { resources } = elements[0]![0]!.work; // no array is empty
  writeWhole(join(folder, "job.sh"), script(NODE, store, token, attempt));
  const said = await call("sbatch", [
    "--parsable",
    `--job-name=${jobName(token, attempt)}`,
    `--array=0-${elements.length - 1}`,
    ...["--no-requeue", "--export=NIL", "--ntasks=1", "--nodes=1"],
    // Relative names: in a path, sbatch would replace some characters.
    ...[`--chdir=${folder}`, "--output=log-%a.txt", "--open-mode=append"],
    `--signal=B:TERM@${leadOf(settings, resources)}`,
    ...demand(resources, settings),
    ...target(settings),
    join(folder, "job.sh"),
  ], join(folder, "lock"));
  if (!said.ok) return said;
  const [, id = ""] = /^(\d+)(?:;.*)?$/m.exec(said.value) ?? [];
  writeDurably(join(folder, "id"), id);
  return { ok: true, value: id };
}

/** Seconds before its limit in which a job is asked to leave; never from its beginning. */
function leadOf(
  { lead, time }: SlurmSettings,
  resources: Resources,
): number {
  const minutes = resources.time ?? time;
  return minutes === undefined ? lead : Math.min(lead, minutes * 30);
}

/** Makes the submission before void: a job of it that comes after all ends at once. */
export function anew(array: JobArray): void {
  array.attempt = String(Number(array.attempt) + 1);
  array.id = undefined;
  writeDurably(join(array.folder, "attempt"), array.attempt);
}

/** Variables of the head that a node's programs are found and kept by. */
const KEPT = ["PATH", "HOME", "USER", "LOGNAME", "XDG_CACHE_HOME"];
/** Variables of the job that its program asks for. */
const PASSED = [
  ...["SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT"],
  ...["SLURMD_NODENAME", "CUDA_VISIBLE_DEVICES", "TMPDIR"],
];

/** The module that a job runs. */
const NODE = `${import.meta.dirname}/node.ts`;

/** What a job executes: Deno with a module and its arguments, in an environment of our own. */
export function script(...words: readonly string[]): string {
  const deno = quote(Deno.execPath());
  const kept = KEPT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [`${name}=${quote(value)}`];
  });
  const passed = PASSED.map((name) => `\${${name}+${name}="$${name}"}`);
  return `#!/bin/sh
# Made by the engine: one element of an array of instances.
if ! [ -x ${deno} ]; then
  echo "there is no Deno here: "${deno} >&2
  exit 127
fi
exec env -i ${kept.join(" ")} ${passed.join(" ")} \\
  DENO_DIR=${
    quote(denoDir())
  } DENO_NO_UPDATE_CHECK=1 DENO_CACHE_DB_MODE=memory NO_COLOR=1 \\
  ${deno} run --quiet --no-prompt --no-config --no-lock --no-check --cached-only --allow-all \\
  ${words.map(quote).join(" ")}
`;
}

/** A word of a shell's. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
