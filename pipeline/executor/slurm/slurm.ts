/**
 * Instances as jobs of a Slurm cluster. Slurm runs what it accepted at least once,
 * and not exactly once: a controller that crashes forgets jobs, runs others again and
 * gives their numbers to strangers. So a job counts by number *and* name, its end by
 * what it left, and neither can publish anything.
 *
 *   1. `start` finds the job that an earlier head left, or puts the instance into the
 *      next array (submission.ts).
 *   2. Each round asks the queue once for all jobs, listens to those that run, and
 *      judges each (verdict.ts). Rounds come each second while something happens, and
 *      rarely while nothing does.
 *   3. On Ctrl-C, jobs are cancelled that nobody else waits for; the others stay for
 *      who does.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SlurmSettings } from "../../config/executor.ts";
import { type Failure, ok, type Result } from "../../failure.ts";
import type { Digest } from "../../store/digest.ts";
import { isAwaited } from "../../store/lease.ts";
import type { Executor, Running, Work } from "../executor.ts";
import { cancel, gone } from "./cancel.ts";
import { Durations } from "./chunk.ts";
import { delay, now } from "./clock.ts";
import { Job, type JobArray } from "./job.ts";
import {
  arrayFolder,
  clear,
  discard,
  jobFolder,
  jobPath,
  readArray,
  readAttempt,
  readId,
  readJob,
  unique,
} from "./layout.ts";
import { Pilots } from "./pilots.ts";
import { queue } from "./queue.ts";
import { LATE, Rounds, SOON } from "./rounds.ts";
import {
  anew,
  divide,
  type Element,
  idOf,
  intend,
  largestArray,
  submit,
} from "./submission.ts";

/** Milliseconds in which instances that become ready together come into one array. */
const GATHER = 30;

/** Runs instances on a cluster. */
export class SlurmExecutor implements Executor {
  readonly #store: string;
  readonly #settings: SlurmSettings;
  readonly #durations = new Durations();
  readonly #rounds: Rounds;
  readonly #pilots: Pilots;
  #fresh: Job[] = [];
  readonly #folders = new Map<string, Job>();
  readonly #arrays = new Map<string, JobArray>();
  /** Jobs that stay for another run when this one ends, by their folders. */
  readonly #left = new Map<string, Job>();
  #cancelled: Job[] = [];
  #gathering = false;
  #most: number | undefined;

  constructor(store: string, settings: SlurmSettings) {
    this.#store = store;
    this.#settings = settings;
    this.#rounds = new Rounds(settings, this.#durations);
    this.#pilots = new Pilots(
      this.#durations,
      settings.chunk,
      (jobs) => this.#submit(jobs),
    );
  }

  open(_stage: string, fingerprint: Digest): string {
    const folder = jobFolder(this.#store, fingerprint);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  start(work: Work, signal: AbortSignal): Result<Running> {
    const { folder } = work.confinement;
    const found = this.#find(work);
    const job = new Job(work, found?.ticket ?? unique(), now);
    this.#folders.set(folder, job);
    if (found) {
      job.enter(found, found.sharers);
      this.#rounds.add([job]);
    } else {
      clear(folder);
      job.tell({ kind: "standing", state: "submitting" });
      this.#fresh.push(job);
      this.#gather();
    }
    const abort = () => this.#abandon(job);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    const ended = job.ended.finally(() =>
      signal.removeEventListener("abort", abort)
    );
    return ok({ messages: job.messages, ended });
  }

  close(folder: string): void {
    const job = this.#folders.get(folder);
    this.#folders.delete(folder);
    if (this.#left.delete(folder)) return;
    // First what says that it counts.
    rmSync(jobPath(folder), { force: true });
    discard(folder);
    const array = job?.place?.array;
    if (array && --array.left <= 0) {
      this.#arrays.delete(array.token);
      discard(array.folder);
    }
  }

  /** The job that an earlier head left for this instance, if it is one of the same. */
  #find(work: Work):
    | { ticket: string; array: JobArray; element: number; sharers: number }
    | undefined {
    const left = readJob(work.confinement.folder);
    if (!left) return undefined;
    // A file that was touched since: nobody knows which text the job has read.
    const then = new Map(left.given.map((one) => [one.path, one]));
    const same = work.given.length === left.given.length &&
      work.given.every(({ path, digest, state }) =>
        then.get(path)?.digest === digest && then.get(path)?.state === state
      );
    const array = same ? this.#arrayOf(left.array) : undefined;
    if (!array) return undefined;
    const { ticket, element } = left;
    const { length = 1 } = readArray(array.folder)?.elements[element] ?? [];
    return { ticket, element, array, sharers: length };
  }

  /** An array that an earlier head has submitted, or was about to. */
  #arrayOf(token: string): JobArray | undefined {
    const known = this.#arrays.get(token);
    if (known) return known;
    const folder = arrayFolder(this.#store, token);
    const file = readArray(folder);
    const attempt = readAttempt(folder);
    if (!file || attempt === undefined) return undefined;
    const left =
      file.elements.flat().filter(({ fingerprint, ticket }) =>
        readJob(jobFolder(this.#store, fingerprint))?.ticket === ticket
      ).length;
    const array = { token, folder, attempt, id: readId(folder), left };
    this.#arrays.set(token, array);
    return array;
  }

  /** Submits what has come together, a moment after the first. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      const fresh = this.#fresh;
      this.#fresh = [];
      this.#submit(this.#pilots.admit(fresh));
    }, GATHER);
  }

  async #submit(jobs: readonly Job[]): Promise<void> {
    this.#most ??= await largestArray();
    const arrays = divide(
      jobs.filter(({ over }) => !over),
      this.#settings,
      Math.min(this.#most, this.#settings.jobs),
      this.#durations,
      this.#rounds.size,
    );
    for (const elements of arrays) await this.#hand(elements);
  }

  /** Hands an array to the queue, as soon as somebody takes it. */
  async #hand(elements: readonly Element[]): Promise<void> {
    const all = elements.flatMap(({ jobs }) => jobs);
    const array = intend(this.#store, elements);
    this.#arrays.set(array.token, array);
    for (let pause = SOON;; pause = Math.min(LATE, pause * 2)) {
      if (all.every(({ over }) => over)) return;
      const said = await submit(this.#store, array, elements, this.#settings);
      if (said.ok) {
        array.id = said.value;
        break;
      }
      if (said.failure.kind !== "slurm-silent") {
        for (const job of all) job.fail(refused(job, said.failure), []);
        return;
      }
      // Nobody knows whether it was taken: the queue is asked for its name first.
      for (const job of all) job.unreachable(said.failure);
      await delay(pause);
      const listed = await queue();
      if (!listed.ok) continue;
      array.id = idOf(listed.value, array);
      if (array.id !== undefined) break;
      anew(array);
    }
    this.#rounds.add(all.filter(({ over }) => !over));
  }

  /** Gives a job up, or leaves it to who waits for it. */
  #abandon(job: Job): void {
    if (job.over) return;
    const { fingerprint, confinement: { folder } } = job.work;
    this.#rounds.drop(job);
    const awaited = job.place?.array.id !== undefined &&
      isAwaited(join(this.#store, "leases"), fingerprint);
    if (awaited) {
      this.#left.set(folder, job);
      job.kill();
      return;
    }
    job.void();
    // All that are given up together come into one call.
    if (this.#cancelled.push(job) === 1) {
      setTimeout(() => {
        const all = this.#cancelled;
        this.#cancelled = [];
        this.#cancel(all).finally(() => all.forEach((job) => job.kill()));
      }, 0);
    }
  }

  async #cancel(jobs: readonly Job[]): Promise<void> {
    // A job that runs other instances, too, for whom somebody waits, goes on with those.
    const kept = new Set([...this.#left.values()].map(({ id }) => id));
    const all = jobs.filter(({ id }) => !kept.has(id));
    await cancel(all);
    await gone(all);
  }
}

function refused(job: Job, failure: Failure): Failure {
  return {
    ...failure,
    what: `Cannot submit ${job.work.confinement.instance}`,
  };
}
