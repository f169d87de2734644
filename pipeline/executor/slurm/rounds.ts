/**
 * Looks after the jobs that are in the queue. Each round asks the queue once for all
 * of them, listens to those that run, and judges each (verdict.ts). Rounds come each
 * second while something happens, and rarely while nothing does.
 */
import { join } from "node:path";
import type { SlurmSettings } from "../../config/executor.ts";
import type { Failure } from "../../failure.ts";
import { cancel } from "./cancel.ts";
import type { Durations } from "./chunk.ts";
import { now } from "./clock.ts";
import { demand, target } from "./demand.ts";
import type { Job, JobArray } from "./job.ts";
import { jobName, lastLines, readEnd } from "./layout.ts";
import { account, isActive, type Listed, queue } from "./queue.ts";
import { idOf, isAtWork } from "./submission.ts";
import { judge } from "./verdict.ts";

/** Seconds between two rounds, at least and at most. */
export const SOON = 1;
export const LATE = 15;
/** Rounds in which the queue may answer with what is none, before that is believed. */
const STRANGE = 5;
/** What Slurm writes where it ends a job for its memory. */
const OVERRUN = /exceeded (?:job |step )?memory limit|oom[-_ ]kill/i;

/** Those that are in the queue, or were, and have not been settled. */
export class Rounds {
  readonly #settings: SlurmSettings;
  readonly #durations: Durations;
  readonly #live = new Set<Job>();
  #pause = SOON;
  /** Rounds in a row that got an answer which is none. */
  #strange = 0;
  #wake: (() => void) | undefined;
  #watching = false;

  /** @param durations learns what instances took */
  constructor(settings: SlurmSettings, durations: Durations) {
    this.#settings = settings;
    this.#durations = durations;
  }

  /** How many there are. */
  get size(): number {
    return this.#live.size;
  }

  /** Watches these, too. */
  add(jobs: Iterable<Job>): void {
    for (const job of jobs) this.#live.add(job);
    this.soon();
  }

  /** Watches this one no longer. */
  drop(job: Job): void {
    this.#live.delete(job);
    this.#wake?.();
  }

  /** Rounds, as long as there is something to be watched. */
  soon(): void {
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
      // Silence passes; another program of that name, or another Slurm, does not.
      this.#strange = said.failure.kind === "slurm-silent"
        ? 0
        : this.#strange + 1;
      if (this.#strange >= STRANGE) this.#giveUp(said.failure);
      for (const job of this.#live) {
        job.listen();
        job.unreachable(said.failure);
      }
      return this.#strange > 0;
    }
    this.#strange = 0;
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
    const all = [...this.#live];
    for (const job of all) {
      const listed = seen(job);
      const ended = this.#judge(job, listed, accounted.get(job), all);
      moved ||= ended;
      job.listed = listed;
    }
    return moved;
  }

  /** Fails all, since nobody can be asked about them; the next run finds their jobs. */
  #giveUp(failure: Failure): void {
    for (const job of this.#live) {
      const { instance } = job.work.confinement;
      job.fail(
        { ...failure, what: `Cannot follow the job of ${instance}` },
        [],
      );
    }
    this.#live.clear();
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
    all: readonly Job[],
  ): boolean {
    const { work, place, folder, ticket } = job;
    const { array, element } = place!;
    // An intent of a head that was killed while sbatch was at work.
    if (array.id === undefined && isAtWork(array)) return false;
    const ended = !listed || !isActive(listed.state) ||
      job.endSince !== undefined;
    const end = ended ? readEnd(folder, ticket) : undefined;
    // Where no cgroup holds it, Slurm says so in the log alone.
    const overrun = listed?.state === "FAILED" &&
      lastLines(array.folder, element).some((line) => OVERRUN.test(line));
    const verdict = judge({
      instance: work.confinement.instance,
      job: job.id ?? jobName(array.token, array.attempt),
      listed,
      before: job.listed,
      accounted,
      end,
      said: job.endSince === undefined ? 0 : now() - job.endSince,
      alone: job.alone,
      suspect: (overrun || listed?.state === "OUT_OF_MEMORY") &&
        all.some((one) =>
          one !== job && one.id === job.id &&
          readEnd(one.folder, one.ticket)?.end.kind !== "done"
        ),
      overrun,
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
          cancel([job]);
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
        cancel([job]);
        job.listen();
        job.fail(verdict.failure, lastLines(array.folder, element));
        break;
      case "lost":
        cancel([job]);
        job.listen();
        job.void();
        job.finish({
          ...verdict,
          begun,
          folder: job.left,
          tail: lastLines(array.folder, element),
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
        this.#durations.note(job.work.stage, seconds);
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
        job.void();
        return job.finish({
          kind: "lost",
          begun: end.kind === "killed" || end.begun,
          // Of several, no one's time was too short.
          time: job.alone,
          folder,
          tail: [],
          failure: end.kind === "left" && end.why === "late"
            ? {
              kind: "job-late",
              what: `${instance} gets a job of its own`,
              seen: "those before it in its job took longer than was expected",
              hint: "run again",
            }
            : {
              kind: "job-timeout",
              what: `${instance} was asked to leave its node`,
              seen:
                `by a time limit, or for somebody with more right, ${where}`,
              hint: "give the stage more time, in minutes: " +
                "resources: { time: 120 }, or executor.slurm.time",
            },
        });
    }
  }
}

function* places(jobs: Iterable<Job>): Iterable<JobArray> {
  for (const { place } of jobs) if (place) yield place.array;
}
