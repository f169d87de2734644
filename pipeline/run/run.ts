/**
 * Obeys a plan: brings every instance of a graph up to date and tells what happens.
 * What is left of it for people to read is the matter of history/conclusion.ts.
 */
import { fail, type Failure, ok, type Result } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import type { World } from "../plan/decide.ts";
import type { Plan } from "../plan/plan.ts";
import { diskFailure, isMissing } from "../store/disk.ts";
import { bring, failed, reused } from "./bring.ts";
import type { RunContext } from "./context.ts";
import { originsOf, type Report } from "./event.ts";
import type { InstanceResult } from "./execution.ts";
import {
  type Capacity,
  type Completion,
  criticalPaths,
  makespan,
  schedule,
} from "./schedule.ts";
import { Workdirs } from "./workdir.ts";

/** How a run is to be made. */
interface RunOptions {
  readonly root: string;
  readonly world: World;
  readonly code: RunContext["code"];
  readonly stat: RunContext["stat"];
  readonly require: RunContext["require"];
  readonly capacity: Capacity;
  /** Start nothing new after a failure. */
  readonly failFast: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** What a run did. */
export interface Ran {
  readonly ended: ReadonlyMap<Instance, InstanceResult>;
  readonly aborted: boolean;
}

/**
 * The plan's event, with the predicted time; where of some nothing is known, the rest
 * is the least that it takes.
 */
export function announce(plan: Plan, cpus: number, report: Report): void {
  const list = plan.list();
  const seconds = (instance: Instance) =>
    plan.decided.get(instance.id)?.seconds;
  const runs = new Set(plan.graph.instances.filter((instance) => {
    const kind = plan.decided.get(instance.id)?.decision.kind;
    return kind === "run" || kind === "maybe";
  }));
  const known = [...runs].filter((one) => seconds(one) !== undefined).length;
  const time = makespan(plan.graph, runs, seconds, cpus);
  report({
    kind: "planned",
    plan: list,
    cpus,
    ...(known === runs.size
      ? { seconds: time }
      : known > 0
      ? { least: time }
      : {}),
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
    });
  };

  for (const instance of graph.instances) {
    const decided = plan.decided.get(instance.id)!; // the plan has every instance
    if (decided.decision.kind === "reuse") {
      finish(instance, reused(decided));
    }
  }
  const settled = new Set(ended.keys());
  if (settled.size === graph.instances.length) return { ended, aborted: false };

  const opened = openWorkdirs(world.store.folder);
  if (!opened.ok) {
    const first = graph.instances.find((one) => !settled.has(one))!; // else returned above
    finish(first, failed(opened.failure));
    return { ended, aborted: false };
  }
  using workdirs = opened.value;
  const context: RunContext = {
    root: options.root,
    store: world.store,
    workdirs,
    code: options.code,
    stat: options.stat,
    file: world.file,
    require: options.require,
    report,
    signal,
    release: () => {},
  };
  const seconds = (instance: Instance) =>
    plan.decided.get(instance.id)?.seconds;
  let broken = false;
  await schedule(graph, {
    settled,
    capacity: options.capacity,
    priority: criticalPaths(graph, seconds),
    stopped: () => signal.aborted || (broken && options.failFast),
    skip: (instance, blocker) =>
      finish(instance, { outcome: { kind: "skipped", blocker: blocker.id } }),
    run: async (instance, release): Promise<Completion> => {
      let end: InstanceResult | undefined;
      try {
        end = await bring(instance, ended, world, { ...context, release });
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
