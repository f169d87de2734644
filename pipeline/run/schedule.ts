/**
 * Which instance runs next: of those whose producers are done and whose
 * resources are free, the one with the longest way to the end behind it.
 *
 * Where so few long instances are left that a round of them would leave cores idle
 * (three trainings, two cores), all of them run at once and share the cores, as the system
 * does with any processes: three that take a minute are done after one and a half, not two.
 *
 * Cores that are left over then go to instances at work that can use more than their own
 * (`threads` of a declaration), until somebody else wants them.
 */
import type { Graph, Instance } from "../graph/graph.ts";
import type { Capacity } from "../executor/machine.ts";
import type { Resources } from "../stage/declaration.ts";
import type { CoreClock } from "./core-clock.ts";
import { Seat, share } from "./seat.ts";

/** What there is to be occupied: of this machine, and of a cluster's queue. */
export interface Slots extends Capacity {
  /** Instances that may be in a queue at once. */
  readonly jobs: number;
}

type Demand = Omit<Slots, "shares">;

/** The cores, and whether long instances may share them. */
export type Cores = Pick<Capacity, "cpus" | "shares">;

/** An instance that is worth sharing cores for takes at least so long, in seconds. */
const LONG = 5;

/**
 * Whether an instance takes long enough to share cores: predicted, or, where it never ran,
 * if its stage says what its time grows with.
 */
export function isLong(
  { declaration }: Instance,
  seconds: number | undefined,
): boolean {
  return seconds === undefined
    ? declaration.work !== undefined
    : seconds >= LONG;
}

/** What an instance occupies; never more than there is, else it could not run at all. */
function demand(
  { cpus = 1, gpu = 0, memory = 0 }: Resources,
  capacity: Slots,
  queues: boolean,
): Demand {
  if (queues) return { cpus: 0, gpu: 0, memory: 0, jobs: 1 };
  return {
    cpus: Math.min(cpus, capacity.cpus),
    gpu: Math.min(gpu, capacity.gpu),
    memory: Math.min(memory, capacity.memory),
    jobs: 0,
  };
}

/**
 * For each instance the predicted seconds from its start to the end of the last
 * thing that waits for it: the critical path. An instance that never ran counts
 * as one second, so that depth decides between strangers.
 */
export function criticalPaths(
  graph: Graph,
  seconds: (instance: Instance) => number | undefined,
): Map<Instance, number> {
  const lengths = new Map<Instance, number>();
  const after = new Map<Instance, number>();
  for (const instance of graph.instances.toReversed()) {
    const length = (seconds(instance) ?? 1) + (after.get(instance) ?? 0);
    lengths.set(instance, length);
    for (const producer of instance.producers) {
      after.set(producer, Math.max(after.get(producer) ?? 0, length));
    }
  }
  return lengths;
}

/** How an instance ended, as far as its users care. */
export type Completion = "usable" | "broken" | "stopped";

/**
 * Runs instances as soon as they can. `run` throws for bugs only. How it completes
 * decides about the users of the instance: they run, or are skipped with the
 * instance that blocks them, or are left alone if it was stopped. An instance that
 * no longer needs its resources, since only its results are to be kept, leaves its
 * seat, and the next one starts at once.
 */
export function schedule(
  graph: Graph,
  options: {
    readonly settled: ReadonlySet<Instance>;
    readonly capacity: Slots;
    /** Whether an instance waits in a queue, and takes nothing of this machine. */
    readonly queues: (instance: Instance) => boolean;
    readonly priority: ReadonlyMap<Instance, number>;
    /** Whether an instance is worth sharing cores for. */
    readonly long: (instance: Instance) => boolean;
    /** Is told how many run, so that it goes slower while they share cores. */
    readonly clock: CoreClock;
    readonly run: (instance: Instance, seat: Seat) => Promise<Completion>;
    readonly skip: (instance: Instance, blocker: Instance) => void;
    /** After this nothing new starts. */
    readonly stopped: () => boolean;
  },
): Promise<void> {
  const { settled, capacity, queues, priority, run, skip, stopped } = options;
  const { long, clock } = options;
  const completions = new Map<Instance, Completion | "skipped">();
  for (const instance of settled) completions.set(instance, "usable");
  const free = { ...capacity };
  const users = new Map<Instance, Instance[]>();
  const missing = new Map<Instance, number>();
  const ready: Instance[] = [];
  /** Of those at work that can use more cores than their own. */
  const seats = new Map<Seat, Instance>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let running = 0;

  for (const instance of graph.instances) {
    if (settled.has(instance)) continue;
    const open = instance.producers.filter((one) => !settled.has(one));
    missing.set(instance, open.length);
    if (open.length === 0) ready.push(instance);
    for (const producer of open) {
      const list = users.get(producer);
      if (list) list.push(instance);
      else users.set(producer, [instance]);
    }
  }
  const first = (a: Instance, b: Instance) =>
    (priority.get(b) ?? 0) - (priority.get(a) ?? 0);

  function end(instance: Instance, completion: Completion): void {
    completions.set(instance, completion);
    // Nothing is wrong with its users: another run brings them.
    if (completion === "stopped") return;
    // No recursion: a chain of what is skipped may be longer than the stack.
    const over = [instance];
    for (let one = over.pop(); one; one = over.pop()) {
      for (const user of users.get(one) ?? []) {
        const open = missing.get(user)! - 1; // set for every unsettled instance
        missing.set(user, open);
        if (open > 0) continue;
        const blocker = user.producers.find((one) =>
          completions.get(one) !== "usable"
        );
        if (blocker) {
          skip(user, blocker);
          completions.set(user, "skipped");
          over.push(user);
        } else ready.push(user);
      }
    }
  }

  function fits(instance: Instance, need: Demand): boolean {
    return (need.cpus <= free.cpus || mayShare(instance, need)) &&
      need.gpu <= free.gpu && need.memory <= free.memory &&
      need.jobs <= free.jobs;
  }

  /** Of those that are left, all long and of one core each, the next round would leave cores idle. */
  function mayShare(instance: Instance, need: Demand): boolean {
    if (!capacity.shares || need.cpus !== 1 || !long(instance)) return false;
    // Counted no further than it takes to know: thousands may wait.
    let left = capacity.cpus - free.cpus;
    for (const one of ready) {
      if (left >= 2 * capacity.cpus) return false;
      if (!queues(one) && long(one)) left++;
    }
    return left < 2 * capacity.cpus;
  }

  function pump(): void {
    ready.sort(first);
    for (let i = 0; i < ready.length && !stopped();) {
      const instance = ready[i]!;
      const need = demand(
        instance.declaration.resources ?? {},
        capacity,
        queues(instance),
      );
      if (!fits(instance, need)) {
        i++;
        continue;
      }
      ready.splice(i, 1);
      running++;
      free.cpus -= need.cpus;
      clock.occupy(capacity.cpus - free.cpus);
      free.gpu -= need.gpu;
      free.memory -= need.memory;
      free.jobs -= need.jobs;
      let released = false;
      const release = () => {
        if (released) return;
        released = true;
        free.cpus += need.cpus;
        clock.occupy(capacity.cpus - free.cpus);
        free.gpu += need.gpu;
        free.memory += need.memory;
        free.jobs += need.jobs;
        seats.delete(seat);
        seat.close();
      };
      const most = need.cpus === 0 ? 0 : threadsOf(instance, capacity);
      const seat = new Seat(need.cpus, most, () => {
        release();
        pump();
      });
      if (most > need.cpus) seats.set(seat, instance);
      run(instance, seat).then((completion) => {
        running--;
        release();
        end(instance, completion);
        pump();
      }).catch(reject);
    }
    spread();
    if (running === 0 && (ready.length === 0 || stopped())) resolve();
  }

  /** Gives the cores that are left, first to those with the longest way to the end. */
  function spread(): void {
    const wanting = [...seats.keys()].sort((a, b) =>
      first(seats.get(a)!, seats.get(b)!)
    );
    const given = share(free.cpus, wanting);
    wanting.forEach((seat, at) => seat.give(seat.own + given[at]!));
  }

  pump();
  return promise;
}

/** Cores that an instance can use. */
function threadsOf(
  { declaration: { runs } }: Instance,
  { cpus }: Pick<Capacity, "cpus">,
): number {
  return Math.min(cpus, runs.kind === "module" ? runs.threads ?? 1 : 1);
}

/**
 * The predicted seconds of all that may run, from what each takes on one core. Of cores that
 * long instances share, or use in threads, none is idle for longer than a short one takes.
 */
export function makespan(
  graph: Graph,
  runs: ReadonlySet<Instance>,
  seconds: (instance: Instance) => number | undefined,
  { cpus, shares }: Cores,
): number {
  // More than there are instances would change nothing but take their time.
  const cores = new Array<number>(Math.max(1, Math.min(cpus, runs.size)))
    .fill(0);
  const ends = new Map<Instance, number>();
  /** Ends if there were a core for each. */
  const alone = new Map<Instance, number>();
  let work = 0;
  let even = shares;
  const latest = (ends: Map<Instance, number>, among: Iterable<Instance>) => {
    let latest = 0;
    for (const one of among) latest = Math.max(latest, ends.get(one) ?? 0);
    return latest;
  };
  for (const instance of graph.instances) {
    if (!runs.has(instance)) continue;
    const { producers } = instance;
    const takes = seconds(instance) ?? 0;
    let core = 0;
    for (let i = 1; i < cores.length; i++) {
      if (cores[i]! < cores[core]!) core = i;
    }
    const end = Math.max(latest(ends, producers), cores[core]!) + takes;
    cores[core] = end;
    ends.set(instance, end);
    const threads = threadsOf(instance, { cpus });
    // Enough for all cores, and so for those that a last round leaves.
    if (threads > 1 && threads >= cores.length) even = true;
    alone.set(instance, latest(alone, producers) + takes / threads);
    work += takes;
  }
  const end = latest(ends, runs);
  if (!even) return end;
  const least = Math.max(latest(alone, runs), work / Math.max(1, cpus));
  return Math.min(end, least + LONG);
}
