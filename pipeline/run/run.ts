/**
 * Obeys a plan: brings every instance of a graph up to date and tells what happens.
 * What is left of it for people to read is the matter of history/conclusion.ts.
 */
import type { Executor } from "../executor/executor.ts";
import type { Capacity } from "../executor/machine.ts";
import { localExecutor } from "../executor/local.ts";
import { queues } from "../executor/placement.ts";
import { fail, type Failure, ok, type Result } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import type { Decided, World } from "../plan/decide.ts";
import type { Plan } from "../plan/plan.ts";
import type { Digest } from "../store/digest.ts";
import { diskFailure, isMissing } from "../store/disk.ts";
import { side, TRANSFERS } from "../cache/side.ts";
import {
  bring,
  brought,
  failed,
  isRechecked,
  restored,
  reused,
} from "./bring.ts";
import type { RunContext } from "./context.ts";
import { CoreClock } from "./core-clock.ts";
import { originsOf, type Report } from "./event.ts";
import type { InstanceResult } from "./execution.ts";
import {
  type Completion,
  type Cores,
  criticalPaths,
  isLong,
  makespan,
  schedule,
} from "./schedule.ts";
import { Seat } from "./seat.ts";
import { Workdirs } from "./workdir.ts";

/** How a run is to be made. */
interface RunOptions {
  readonly root: string;
  readonly world: World;
  readonly code: RunContext["code"];
  readonly stat: RunContext["stat"];
  readonly require: RunContext["require"];
  readonly capacity: Capacity;
  /** The cluster, if instances go to one. */
  readonly cluster?: Cluster | undefined;
  /** Start nothing new after a failure. */
  readonly failFast: boolean;
  /** Instances whose results from a cache are made here once more, and compared. */
  readonly recheck?: ReadonlySet<string>;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Where instances go that do not run here. */
export interface Cluster {
  readonly executor: Executor;
  /** How many may be in its queue at once. */
  readonly jobs: number;
  /** How often one may begin anew whose machine was taken from it. */
  readonly retries: number;
}

/** What a run did. */
export interface Ran {
  readonly ended: ReadonlyMap<Instance, InstanceResult>;
  readonly aborted: boolean;
}

/** The predicted time of a plan, in seconds: all of it, or where of some nothing is known the least. */
export function predicted(
  { graph, decided }: Plan,
  cores: Cores,
): { readonly seconds?: number; readonly least?: number } {
  const seconds = (instance: Instance) => decided.get(instance.id)?.seconds;
  const runs = new Set(graph.instances.filter((instance) => {
    const kind = decided.get(instance.id)?.decision.kind;
    return kind === "run" || kind === "maybe";
  }));
  const known = [...runs].filter((one) => seconds(one) !== undefined).length;
  const time = makespan(graph, runs, seconds, cores);
  return known === runs.size
    ? { seconds: time }
    : known > 0
    ? { least: time }
    : {};
}

/** The plan's event, with the predicted time. */
export function announce(plan: Plan, cores: Cores, report: Report): void {
  report({
    kind: "planned",
    plan: plan.list(),
    cpus: cores.cpus,
    ...predicted(plan, cores),
    ...originsOf(plan.decided.values()),
  });
}

/** Obeys a plan. */
export async function run(plan: Plan, options: RunOptions): Promise<Ran> {
  const { world, report, signal } = options;
  const { graph } = plan;
  const ended = new Map<Instance, InstanceResult>();
  const finish = (instance: Instance, end: InstanceResult) => {
    ended.set(instance, end);
    for (const message of end.remarks ?? []) {
      report({ kind: "warned", instance: instance.id, message });
    }
    report({
      kind: "ended",
      instance: instance.id,
      outcome: end.outcome,
      result: end.outcome.kind,
      ...(end.saved !== undefined && { saved: end.saved }),
      ...artifactsOf(instance, end),
    });
  };

  const recheck = options.recheck ?? new Set();
  settle(
    plan,
    ended,
    ({ id }, { decision }) => decision.kind === "reuse" && !recheck.has(id),
    finish,
  );
  if (ended.size === graph.instances.length) return { ended, aborted: false };

  const opened = openWorkdirs(world.store.folder);
  if (!opened.ok) {
    const first = graph.instances.find((one) => !ended.has(one))!; // else returned above
    finish(first, failed(opened.failure));
    return { ended, aborted: false };
  }
  using workdirs = opened.value;
  const seconds = (instance: Instance) =>
    plan.decided.get(instance.id)?.seconds;
  const { cluster } = options;
  const clock = new CoreClock(options.capacity.cpus);
  const local = localExecutor(workdirs);
  const totals = cluster ? totalSeconds(plan) : undefined;
  const isQueued = (instance: Instance) =>
    cluster !== undefined &&
    queues(instance.declaration, totals?.get(instance.stage));
  const context: RunContext = {
    root: options.root,
    store: world.store,
    workdirs,
    code: options.code,
    stat: options.stat,
    file: world.file,
    require: options.require,
    executor: (instance) => isQueued(instance) ? cluster!.executor : local,
    cores: (instance) =>
      isQueued(instance)
        ? instance.declaration.resources?.cpus ?? 1
        : options.capacity.cpus,
    retries: cluster?.retries ?? 0,
    seconds,
    clock: () => clock.read(),
    cache: world.cache,
    recheck,
    report,
    signal,
    seat: new Seat(0, 0, () => {}),
  };
  const here = await bringAll(plan, context);
  settle(plan, ended, (instance, decided) => {
    const { kind } = decided.decision;
    return kind === "reuse" && !recheck.has(instance.id) || here.has(instance);
  }, finish);
  const settled = new Set(ended.keys());
  let broken = false;
  await schedule(graph, {
    settled,
    capacity: { ...options.capacity, jobs: cluster?.jobs ?? 0 },
    queues: isQueued,
    priority: criticalPaths(graph, seconds),
    long: (instance) => isLong(instance, seconds(instance)),
    clock,
    stopped: () => signal.aborted || (broken && options.failFast),
    skip: (instance, blocker) =>
      finish(instance, { outcome: { kind: "skipped", blocker: blocker.id } }),
    run: async (instance, seat): Promise<Completion> => {
      let end: InstanceResult | undefined;
      try {
        end = await bring(instance, ended, world, { ...context, seat });
      } catch (error) {
        const what = `Cannot keep the results of "${instance.id}"`;
        const failure = diskFailure(what, error) ??
          gone(what, error, context.workdirs);
        if (!failure) throw error;
        end = failed(failure);
      }
      if (!end) return "stopped";
      finish(instance, end);
      if (end.outputs) return "usable";
      broken = true;
      return "broken";
    },
  });
  return { ended, aborted: signal.aborted };
}

/**
 * Ends what is here already, and whatever it was made from: of what reads from a
 * result that a cache only promises, nobody knows yet whether it is what is wanted.
 */
function settle(
  { graph, decided }: Plan,
  ended: ReadonlyMap<Instance, InstanceResult>,
  isHere: (instance: Instance, decided: Decided) => boolean,
  finish: (instance: Instance, end: InstanceResult) => void,
): void {
  const open = new Set<Instance>();
  for (const instance of graph.instances) {
    if (ended.has(instance)) continue;
    const one = decided.get(instance.id)!; // the plan has every instance
    const { decision } = one;
    const certain = !instance.producers.some((producer) => open.has(producer));
    if (certain && isHere(instance, one)) {
      finish(
        instance,
        decision.kind === "restore"
          ? restored(one, decision.artifacts)
          : reused(one),
      );
    } else if (decision.kind !== "restore" || decision.from || !certain) {
      open.add(instance);
    }
  }
}

/** Brings all that a cache has, many at a time, before anything runs; says what is here now. */
async function bringAll(
  { graph, decided }: Plan,
  context: RunContext,
): Promise<ReadonlySet<Instance>> {
  const here = new Set<Instance>();
  const wanted = graph.instances.filter(({ id }) => {
    const { decision } = decided.get(id)!; // the plan has every instance
    return decision.kind === "restore" && decision.from !== undefined;
  });
  const { cache, report } = context;
  if (!cache || wanted.length === 0) return here;
  report({
    kind: "bringing",
    cache: cache.transport.name,
    instances: wanted.length,
    bytes: cache.cost(
      wanted.map(({ id }) => decided.get(id)!.fingerprint!), // decided by a record
    ),
  });
  await side(wanted, TRANSFERS, async (instance) => {
    const one = decided.get(instance.id)!; // as above
    if (context.signal.aborted) return;
    if (
      await brought(instance, one, context) &&
      !isRechecked(instance, one, context)
    ) here.add(instance);
  });
  return here;
}

/** What the instances of each stage that may run took together, where that is known of all. */
function totalSeconds(plan: Plan): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { id, stage } of plan.graph.instances) {
    const { decision, seconds = NaN } = plan.decided.get(id)!; // the plan has every instance
    if (decision.kind === "reuse" || decision.kind === "restore") continue;
    totals.set(stage, (totals.get(stage) ?? 0) + seconds);
  }
  // Unknown is not a number, and stays so whatever is added.
  return new Map([...totals].filter(([, total]) => !Number.isNaN(total)));
}

/** What an instance gave that will stand in the folder of the artifacts. */
function artifactsOf(
  { declaration }: Instance,
  { outputs }: InstanceResult,
): { readonly artifacts?: { readonly [path: string]: Digest } } {
  const found = Object.entries(declaration.outputs)
    .flatMap(([name, { artifact }]): [string, Digest][] => {
      const digest = outputs?.[name];
      return artifact === undefined || digest === undefined
        ? []
        : [[artifact, digest]];
    });
  return found.length > 0 ? { artifacts: Object.fromEntries(found) } : {};
}

/** Somebody removed the store under the run. */
function gone(
  what: string,
  error: unknown,
  workdirs: Workdirs,
): Failure | undefined {
  if (!isMissing(error) || workdirs.stands) return undefined;
  return {
    kind: "store-gone",
    what,
    seen: "somebody removed the store while the run went on",
    hint: "run again: what is missing is made anew",
  };
}

function openWorkdirs(store: string): Result<Workdirs> {
  try {
    return ok(new Workdirs(store));
  } catch (error) {
    const failure = diskFailure(`Cannot write to the store "${store}"`, error);
    if (!failure) throw error;
    return fail(failure);
  }
}
