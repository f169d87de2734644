/**
 * Hands instances to the queue: those with equal resources as one array, for one
 * call a thousand of them, and short ones several to an element.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SlurmSettings } from "../../config/executor.ts";
import { fail, type Result } from "../../failure.ts";
import { readStored } from "../../store/disk.ts";
import { hold } from "../../store/lease.ts";
import { writeDurably, writeWhole } from "../../store/write.ts";
import { BUDGET, chunkOf, type Durations } from "./chunk.ts";
import { cpuName } from "./cpu.ts";
import { demand, leadOf, output, target, unwritable } from "./demand.ts";
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
import type { Listed } from "./queue.ts";
import { script } from "./script.ts";

/** Instances of one job, that run one after the other. */
export interface Element {
  readonly jobs: readonly Job[];
  /** What each is expected to take, if that is why they share a job. */
  readonly seconds?: number;
}

/**
 * Instances as arrays: equal resources together, each array of at most `most` elements.
 *
 * @param queued instances that are in the queue already
 */
export function divide(
  jobs: readonly Job[],
  settings: Pick<SlurmSettings, "chunk" | "memory" | "time">,
  most: number,
  durations: Durations,
  queued: number,
): (readonly Element[])[] {
  const groups = Map.groupBy(
    jobs,
    ({ work, alone }) =>
      JSON.stringify([demand(work.resources, settings), alone]),
  );
  return [...groups.values()].flatMap((group) => {
    const stages = Map.groupBy(group, ({ work }) => work.stage);
    const elements = [...stages.values()].flatMap((some): Element[] => {
      const { size, seconds } = some[0]!.alone ? { size: 1 } : chunkOf(
        some.map(({ work }) => work),
        settings.chunk,
        durations,
        queued,
      );
      return cut(some, size).map((jobs) => ({
        jobs,
        ...(seconds !== undefined && { seconds }),
      }));
    });
    return cut(elements, most);
  });
}

function cut<One>(all: readonly One[], size: number): One[][] {
  const parts: One[][] = [];
  for (let at = 0; at < all.length; at += size) {
    parts.push(all.slice(at, at + size));
  }
  return parts;
}

/**
 * Writes down what is about to be submitted: the intent. Each instance learns where
 * it is.
 */
export function intend(
  store: string,
  elements: readonly Element[],
): JobArray {
  const token = unique();
  const folder = arrayFolder(store, token);
  mkdirSync(folder, { recursive: true });
  const array: JobArray = {
    token,
    folder,
    attempt: "1",
    id: undefined,
    left: elements.reduce((sum, { jobs }) => sum + jobs.length, 0),
  };
  for (const [element, { jobs, seconds }] of elements.entries()) {
    for (const job of jobs) {
      const { confinement, given, machine } = job.work;
      job.enter({ array, element }, jobs.length, seconds);
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
    elements: elements.map(({ jobs, seconds }) =>
      jobs.map(({ work, ticket }) => ({
        fingerprint: work.fingerprint,
        ticket,
        ...(seconds !== undefined && { budget: BUDGET }),
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
  elements: readonly Element[],
  settings: SlurmSettings,
): Promise<Result<string>> {
  const { folder, token, attempt } = array;
  const { resources } = elements[0]!.jobs[0]!.work; // no array is empty
  const impossible = unwritable(folder);
  if (impossible) return fail(impossible);
  writeWhole(join(folder, "job.sh"), script(NODE, store, token, attempt));
  const said = await call("sbatch", [
    "--parsable",
    `--job-name=${jobName(token, attempt)}`,
    `--array=0-${elements.length - 1}`,
    ...["--no-requeue", "--export=NIL", "--ntasks=1", "--nodes=1"],
    ...[...output(folder, "log-%a.txt"), "--open-mode=append"],
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

/** Makes the submission before void: a job of it that comes after all ends at once. */
export function anew(array: JobArray): void {
  array.attempt = String(Number(array.attempt) + 1);
  array.id = undefined;
  writeDurably(join(array.folder, "attempt"), array.attempt);
}

/** The module that a job runs. */
const NODE = `${import.meta.dirname}/node.ts`;

/** The number of an array by its name, if the queue has it. */
export function idOf(
  listed: readonly Listed[],
  { token, attempt }: JobArray,
): string | undefined {
  const name = jobName(token, attempt);
  return listed.find((one) => one.name === name)?.id.replace(/_.*$/, "");
}

/** Whether sbatch is still at work for an array: it holds the lock until it has ended. */
export function isAtWork({ folder }: JobArray): boolean {
  const path = join(folder, "lock");
  if (readStored(path) === undefined) return false;
  const lock = hold(folder, path);
  lock?.close();
  return lock === undefined;
}

/** How many elements an array may have. */
export async function largestArray(): Promise<number> {
  const said = await call("scontrol", ["show", "config"]);
  const [, most] =
    /^MaxArraySize\s*= (\d+)$/m.exec(said.ok ? said.value : "") ??
      [];
  // Slurm's own default, where nobody answers.
  return Math.max(1, Number(most ?? 1001) - 1);
}
