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
import { type Failure, ok, type Result } from "../../failure.ts";
import { codeOf, names, readStored, removeTree } from "../../store/disk.ts";
import type { Digest } from "../../store/digest.ts";
import { hold, isAwaited } from "../../store/lease.ts";
import type { Executor, Running, Work } from "../executor.ts";
import { Job, type JobArray } from "./job.ts";
import {
  arrayFolder,
  jobFolder,
  jobName,
  jobPath,
  readArray,
  readAttempt,
  readEnd,
  readId,
  readJob,
  unique,
} from "./layout.ts";
import { call } from "./programs.ts";
import { account, isActive, type Listed, queue } from "./queue.ts";
import type { SlurmSettings } from "../../config/executor.ts";
import { anew, demand, divide, intend, submit, target } from "./submission.ts";
import { judge } from "./verdict.ts";

/** Seconds between two rounds, at least and at most. */
const SOON = 1;
const LATE = 15;
/** Milliseconds in which instances that become ready together come into one array. */
const GATHER = 30;
/** Numbers for one call of scancel. */
const MANY = 200;
/** What Slurm writes where it ends a job for its memory. */
const OVERRUN = /exceeded (?:job |step )?memory limit|oom[-_ ]kill/i;
/** Seconds that cancelled jobs are given to end. */
const DYING = 8;
/** Lines of a log that are shown. */
const TAIL = 20;

/** Runs instances on a cluster. */
export class SlurmExecutor implements Executor {
  readonly #store: string;
  readonly #settings: SlurmSettings;
  /** Those that are in the queue, or were. */
  readonly #live = new Set<Job>();
  #fresh: Job[] = [];
  readonly #folders = new Map<string, Job>();
  readonly #arrays = new Map<string, JobArray>();
  /** Jobs that stay for another run when this one ends. */
  readonly #left = new Set<string>();
  #cancelled: Job[] = [];
  #gathering = false;
  #most: number | undefined;
  #pause = SOON;
  #wake: (() => void) | undefined;
  #watching = false;

  constructor(store: string, settings: SlurmSettings) {
    this.#store = store;
    this.#settings = settings;
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
    job.alone = work.alone;
    this.#folders.set(folder, job);
    if (found) {
      job.place = { array: found.array, element: found.element };
      job.alone = found.alone;
      this.#live.add(job);
      this.#soon();
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
    | { ticket: string; array: JobArray; element: number; alone: boolean }
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
    const alone = readArray(array.folder)?.elements[element]?.length === 1;
    return { ticket, element, array, alone };
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
    setTimeout(async () => {
      this.#gathering = false;
      const fresh = this.#fresh.filter(({ over }) => !over);
      this.#fresh = [];
      if (fresh.length === 0) return;
      this.#most ??= await largestArray();
      const most = Math.min(this.#most, this.#settings.jobs);
      for (const elements of divide(fresh, this.#settings, most)) {
        await this.#hand(elements);
      }
    }, GATHER);
  }

  /** Hands an array to the queue, as soon as somebody takes it. */
  async #hand(elements: readonly (readonly Job[])[]): Promise<void> {
    const jobs = elements.flat();
    const array = intend(this.#store, elements);
    this.#arrays.set(array.token, array);
    for (let pause = SOON;; pause = Math.min(LATE, pause * 2)) {
      if (jobs.every(({ over }) => over)) return;
      const said = await submit(this.#store, array, elements, this.#settings);
      if (said.ok) {
        array.id = said.value;
        break;
      }
      if (said.failure.kind !== "slurm-silent") {
        for (const job of jobs) job.fail(refused(job, said.failure), []);
        return;
      }
      // Nobody knows whether it was taken: the queue is asked for its name first.
      for (const job of jobs) {
        job.tell({
          kind: "standing",
          state: "unreachable",
          ...(said.failure.seen !== undefined && { reason: said.failure.seen }),
        });
      }
      await delay(pause);
      const listed = await queue();
      if (!listed.ok) continue;
      array.id = idOf(listed.value, array);
      if (array.id !== undefined) break;
      anew(array);
    }
    for (const job of jobs) if (!job.over) this.#live.add(job);
    this.#soon();
  }

  /** Rounds, as long as there is something to be watched. */
  #soon(): void {
    this.#pause = SOON;
    this.#wake?.();
    if (this.#watching) return;
    this.#watching = true;
    this.#watch().finally(() => this.#watching = false);
  }

  async #watch(): Promise<void> {
    while (this.#live.size > 0) {
      const moved = await this.#round();
      this.#pause = moved ? SOON : Math.min(LATE, this.#pause * 1.5);
      // What runs is listened to meanwhile: that asks nobody but the disk.
      for (let left = this.#pause; left > 0 && this.#live.size > 0; left--) {
        const woken = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), SOON * 1000);
          this.#wake = () => {
            clearTimeout(timer);
            resolve(true);
          };
        });
        if (woken || left > 1 && this.#listen()) break;
      }
    }
  }

  /** Takes in what jobs say; whether one has said its end. */
  #listen(): boolean {
    let ended = false;
    for (const job of this.#live) {
      if (job.listed?.state !== "RUNNING") continue;
      const before = job.endSince;
      job.listen();
      ended ||= before !== job.endSince;
    }
    return ended;
  }

  /** Asks the queue once, and judges all jobs; whether anything has changed. */
  async #round(): Promise<boolean> {
    const said = await queue();
    if (!said.ok) {
      for (const job of this.#live) {
        job.listen();
        job.tell({
          kind: "standing",
          state: "unreachable",
          ...(job.id !== undefined && { job: job.id }),
          ...(said.failure.seen !== undefined && { reason: said.failure.seen }),
        });
      }
      return false;
    }
    // By number and by name: a controller that crashed gives numbers again.
    const found = new Map(
      said.value.map((one) => [`${one.id} ${one.name}`, one]),
    );
    for (const array of new Set(places(this.#live))) {
      if (array.id !== undefined) continue;
      array.id = idOf(said.value, array);
    }
    const seen = (job: Job) => {
      const { array } = job.place!; // set before it is watched
      const name = jobName(array.token, array.attempt);
      return job.id === undefined ? undefined : found.get(`${job.id} ${name}`);
    };
    let position = 0;
    let moved = false;
    const unknown: Job[] = [];
    for (const job of [...this.#live]) {
      const listed = seen(job);
      const waits = listed?.state === "PENDING" ? ++position : undefined;
      moved ||= listed?.state !== job.listed?.state;
      if (!listed || !isActive(listed.state)) job.goneSince ??= now();
      else job.goneSince = undefined;
      job.note(listed, waits);
      // A file that is asked for before it is there may stay unseen for long: what
      // waits is left alone.
      if (waits === undefined && job.listen()) moved = true;
      if (!listed && !job.endSince) unknown.push(job);
    }
    const accounted = await this.#account(unknown);
    for (const job of [...this.#live]) {
      const listed = seen(job);
      const ended = this.#judge(job, listed, accounted.get(job));
      moved ||= ended;
      job.listed = listed;
    }
    return moved;
  }

  /** What accounting says of jobs that the queue has not known for a while. */
  async #account(jobs: readonly Job[]): Promise<Map<Job, Listed>> {
    const old = jobs.filter(({ goneSince = Infinity, id }) =>
      id !== undefined && now() - goneSince > SOON * 5
    );
    const found = new Map<Job, Listed>();
    if (old.length === 0) return found;
    const listed = await account([
      ...new Set(old.map((job) => job.place!.array.id!)),
    ]);
    const byId = new Map(listed.map((one) => [`${one.id} ${one.name}`, one]));
    for (const job of old) {
      const { array } = job.place!;
      const one = byId.get(
        `${job.id} ${jobName(array.token, array.attempt)}`,
      );
      if (one) found.set(job, one);
    }
    return found;
  }

  /** Settles a job if its time has come; whether it has. */
  #judge(
    job: Job,
    listed: Listed | undefined,
    accounted: Listed | undefined,
  ): boolean {
    const { work, place, folder, ticket } = job;
    const { array, element } = place!;
    // An intent of a head that was killed while sbatch was at work.
    if (array.id === undefined && isAtWork(array)) return false;
    const ended = !listed || !isActive(listed.state) ||
      job.endSince !== undefined;
    const end = ended ? readEnd(folder, ticket) : undefined;
    const verdict = judge({
      instance: work.confinement.instance,
      job: job.id ?? jobName(array.token, array.attempt),
      listed,
      before: job.listed,
      accounted,
      end,
      said: job.endSince === undefined ? 0 : now() - job.endSince,
      alone: job.alone,
      // Where no cgroup holds it, Slurm says so in the log alone.
      overrun: listed?.state === "FAILED" &&
        lastLines(array, element).some((line) => OVERRUN.test(line)),
      begun: job.execution !== undefined,
      mute: job.mute,
      gone: job.goneSince === undefined ? 0 : now() - job.goneSince,
    });
    const begun = job.execution !== undefined;
    switch (verdict.kind) {
      case "wait":
        return false;
      case "believe":
        if (verdict.stale) {
          this.#cancel([job]);
          job.messages.put({
            kind: "warning",
            message: "the cluster still calls its job RUNNING, which ended a " +
              "minute ago: the result is kept, and the job cancelled",
          });
        }
        job.listen();
        this.#believe(job, end!); // believed only where there is one
        break;
      case "failed":
        this.#cancel([job]);
        job.listen();
        job.fail(verdict.failure, lastLines(array, element));
        break;
      case "lost":
        this.#cancel([job]);
        job.listen();
        this.#void(job);
        job.finish({
          ...verdict,
          begun,
          folder: job.left,
          tail: lastLines(array, element),
        });
    }
    this.#live.delete(job);
    return true;
  }

  /** Ends a job as it says that it ended. */
  #believe(
    job: Job,
    { end, execution, node, seconds }: NonNullable<ReturnType<typeof readEnd>>,
  ): void {
    const folder = join(job.folder, execution, "work");
    const where = `on node ${node}, job ${job.id}`;
    const { resources, confinement: { instance } } = job.work;
    switch (end.kind) {
      case "done":
        return job.finish({ ...end, folder, seconds });
      case "failed": {
        const { failure } = end;
        const seen = failure.seen === undefined
          ? where
          : `${failure.seen} (${where})`;
        const before = [
          ...["srun", "--ntasks=1", ...demand(resources, this.#settings)],
          ...target(this.#settings),
        ].join(" ");
        return job.finish({
          ...end,
          failure: { ...failure, seen },
          folder,
          seconds,
          before,
        });
      }
      case "killed":
      case "left":
        this.#void(job);
        return job.finish({
          kind: "lost",
          begun: end.kind === "killed" || end.begun,
          time: true,
          folder,
          tail: [],
          failure: {
            kind: "job-timeout",
            what: `${instance} was asked to leave its node`,
            seen: `by a time limit, or for somebody with more right, ${where}`,
            hint: "give the stage more time, in minutes: " +
              "resources: { time: 120 }, or executor.slurm.time",
          },
        });
    }
  }

  /** Takes an instance's ticket away: what comes too late finds nothing to do. */
  #void(job: Job): void {
    rmSync(jobPath(job.folder), { force: true });
  }

  /** Gives a job up, or leaves it to who waits for it. */
  #abandon(job: Job): void {
    if (job.over) return;
    const { fingerprint, confinement: { folder } } = job.work;
    this.#live.delete(job);
    const awaited = job.place?.array.id !== undefined &&
      isAwaited(join(this.#store, "leases"), fingerprint);
    if (awaited) this.#left.add(folder);
    else {
      this.#void(job);
      if (this.#cancelled.push(job) === 1) {
        setTimeout(() => {
          const all = this.#cancelled;
          this.#cancelled = [];
          this.#cancel(all).then(() => gone(all))
            .finally(() => all.forEach(killed));
        }, 0);
      }
    }
    if (awaited) killed(job);
    this.#wake?.();
  }

  /** Cancels jobs; one that cannot be reached finds its ticket gone. */
  async #cancel(jobs: readonly Job[]): Promise<void> {
    const ids = jobs.flatMap(({ id }) => id ?? []);
    for (let at = 0; at < ids.length; at += MANY) {
      const some = ids.slice(at, at + MANY);
      const said = await call("scancel", some);
      if (!said.ok && said.failure.kind === "slurm-silent") return;
      // A program that may go on for its grace has nobody to do it for.
      await call("scancel", ["--signal=KILL", "--full", ...some]);
    }
  }
}

/**
 * Waits a moment until cancelled jobs have ended: one that is about to die still
 * writes into the folder that is to be removed.
 */
async function gone(jobs: readonly Job[]): Promise<void> {
  const ids = new Set(jobs.flatMap(({ id }) => id ?? []));
  if (ids.size === 0) return;
  const end = now() + DYING;
  for (let pause = 0.1; now() < end; pause *= 2) {
    const said = await queue();
    if (!said.ok) return;
    if (!said.value.some(({ id, state }) => ids.has(id) && isActive(state))) {
      return;
    }
    await delay(pause);
  }
}

/** Seconds that only go forward. */
function now(): number {
  return performance.now() / 1000;
}

function delay(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function* places(jobs: Iterable<Job>): Iterable<JobArray> {
  for (const { place } of jobs) if (place) yield place.array;
}

function killed(job: Job): void {
  const folder = job.folder;
  job.finish({ kind: "killed", wall: "none", log: "", folder });
}

/** The number of an array by its name, if the queue has it. */
function idOf(
  listed: readonly Listed[],
  { token, attempt }: JobArray,
): string | undefined {
  const name = jobName(token, attempt);
  return listed.find((one) => one.name === name)?.id.replace(/_.*$/, "");
}

/** Whether sbatch is still at work for an array: it holds the lock until it has ended. */
function isAtWork({ folder }: JobArray): boolean {
  const path = join(folder, "lock");
  if (readStored(path) === undefined) return false;
  const lock = hold(folder, path);
  lock?.close();
  return lock === undefined;
}

/** How many elements an array may have. */
async function largestArray(): Promise<number> {
  const said = await call("scontrol", ["show", "config"]);
  const [, most] =
    /^MaxArraySize\s*= (\d+)$/m.exec(said.ok ? said.value : "") ??
      [];
  // Slurm's own default, where nobody answers.
  return Math.max(1, Number(most ?? 1001) - 1);
}

/** The last lines of what an element's program printed. */
function lastLines({ folder }: JobArray, element: number): string[] {
  const text = readStored(join(folder, `log-${element}.txt`)) ?? "";
  return text.split("\n").filter(Boolean).slice(-TAIL);
}

function refused(job: Job, failure: Failure): Failure {
  return {
    ...failure,
    what: `Cannot submit ${job.work.confinement.instance}`,
  };
}

/** Empties the folder of an earlier job whose result nobody wants. */
function clear(folder: string): void {
  // First what says that it counts.
  rmSync(jobPath(folder), { force: true });
  for (const name of names(folder)) discard(join(folder, name));
}

/**
 * Removes what nobody counts on. On a network file system a folder may hold what is
 * not seen here yet, or what a node still has open: `clean` gets it later.
 */
function discard(path: string): void {
  try {
    removeTree(path);
  } catch (error) {
    if (!/^(ENOTEMPTY|EBUSY|EEXIST)$/.test(codeOf(error) ?? "")) throw error;
  }
}
