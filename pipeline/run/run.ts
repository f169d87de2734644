/**
 * One invocation: brings every instance of a graph up to date and tells what
 * happens. What is left of it for people to read is the matter of conclusion.ts.
 */
import { join } from "node:path";
import type { Digest } from "../store/digest.ts";
import { diskFailure, isMissing } from "../store/disk.ts";
import type { Outcome, Report } from "./event.ts";
import type { Reason } from "../plan/decision.ts";
import { build, type RunContext } from "./execution.ts";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import { follow, writing } from "./journal.ts";
import { type Lease, take } from "../store/lease.ts";
import { decide, type Decided, type World } from "../plan/decide.ts";
import { Plan } from "../plan/plan.ts";
import {
  type Capacity,
  type Completion,
  criticalPaths,
  makespan,
  schedule,
} from "./schedule.ts";
import type { Origin } from "../store/store.ts";
import { Workdirs } from "./workdir.ts";

/** How a run is to be made. */
export interface RunOptions {
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

/** How an instance ended, with what it gave. */
export interface InstanceResult {
  readonly outcome: Outcome;
  readonly outputs?: { readonly [output: string]: Digest };
  readonly fingerprint?: Digest;
  readonly provisional?: string;
  /** What was said of a result that is used again. */
  readonly remarks?: readonly string[];
  /** Where it comes from, if nobody made it here. */
  readonly from?: Origin;
}

/** What a run did. */
export interface Ran {
  readonly ended: ReadonlyMap<Instance, InstanceResult>;
  readonly aborted: boolean;
}

/** The plan's event, with the predicted time. */
export function announce(plan: Plan, cpus: number, report: Report): void {
  const list = plan.list();
  const seconds = (instance: Instance) =>
    plan.decided.get(instance.id)?.seconds;
  const runs = new Set(plan.graph.instances.filter((instance) => {
    const kind = plan.decided.get(instance.id)?.decision.kind;
    return kind === "run" || kind === "maybe";
  }));
  const known = [...runs].every((one) => seconds(one) !== undefined);
  report({
    kind: "planned",
    plan: list,
    ...(known && { seconds: makespan(plan.graph, runs, seconds, cpus) }),
  });
}

/** Obeys a plan. */
export async function run(plan: Plan, options: RunOptions): Promise<Ran> {
  const { world, report, signal } = options;
  const { graph } = plan;
  const ended = new Map<Instance, InstanceResult>();
  const finish = (instance: Instance, end: InstanceResult, saved?: number) => {
    ended.set(instance, end);
    for (const message of end.remarks ?? []) {
      report({ kind: "warned", instance: instance.id, message });
    }
    report({
      kind: "ended",
      instance: instance.id,
      outcome: end.outcome,
      result: end.outcome.kind,
      ...(saved !== undefined && { saved }),
    });
  };

  for (const instance of graph.instances) {
    const decided = plan.decided.get(instance.id)!; // the plan has every instance
    if (decided.decision.kind === "reuse") {
      finish(instance, reused(decided), decided.seconds);
    }
  }
  const settled = new Set(ended.keys());
  if (settled.size === graph.instances.length) return { ended, aborted: false };

  using workdirs = openWorkdirs(world.store.folder);
  if (workdirs.kind === "failed") {
    const first = graph.instances.find((one) => !settled.has(one))!; // else returned above
    finish(first, failed(workdirs.failure));
    return { ended, aborted: false };
  }
  const context: RunContext = {
    root: options.root,
    store: world.store,
    workdirs: workdirs.workdirs,
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
      let saved: number | undefined;
      try {
        [end, saved] = await bring(instance, ended, world, {
          ...context,
          release,
        });
      } catch (error) {
        const what = `Keep the results of "${instance.id}"`;
        const failure = diskFailure(what, error) ??
          gone(what, error, context.workdirs);
        if (!failure) throw error;
        end = failed(failure);
      }
      if (!end) return "stopped";
      finish(instance, end, saved);
      if (end.outputs) return "usable";
      broken = true;
      return "broken";
    },
  });
  return { ended, aborted: signal.aborted };
}

/** Brings one instance up to date, its producers being so. */
async function bring(
  instance: Instance,
  ended: ReadonlyMap<Instance, InstanceResult>,
  world: World,
  context: RunContext,
): Promise<[end: InstanceResult | undefined, saved: number | undefined]> {
  const byId = new Map(
    instance.producers.map((one) => [one.id, ended.get(one)]),
  );
  const outputs = (id: string) => byId.get(id)?.outputs;
  for (;;) {
    const decided = decide(instance, world, outputs);
    const { decision, fingerprint } = decided;
    switch (decision.kind) {
      case "reuse":
        world.store.point(instance.id, fingerprint!);
        return [reused(decided), decided.seconds];
      case "restore": {
        world.store.point(instance.id, fingerprint!);
        const { artifacts } = decision;
        return [
          { ...reused(decided), outcome: { kind: "restored", artifacts } },
          decided.seconds,
        ];
      }
      case "maybe":
        throw new Error(`${instance.id} started before its producers ended`);
      case "run":
    }
    const lease = take(join(world.store.folder, "leases"), fingerprint!);
    if (lease.kind === "taken") {
      context.report({
        kind: "attached",
        instance: instance.id,
        pid: lease.pid,
      });
      await follow(lease, context.report, lease.released(context.signal));
      if (context.signal.aborted) return [undefined, undefined];
      // What the other run made is found by deciding anew, also if it was forced.
      const again = decide(instance, { ...world, force: new Set() }, outputs);
      if (again.decision.kind === "run") continue;
      const artifacts = world.artifacts.wrong(instance, again.outputs!);
      return [
        { ...reused(again), outcome: { kind: "restored", artifacts } },
        again.seconds,
      ];
    }
    using held = lease;
    // Somebody may have finished it between our decision and our lease.
    const late = decide(instance, world, outputs);
    if (late.decision.kind !== "run") continue;
    return [
      await work(instance, decided, outputs, held, context),
      undefined,
    ];
  }
}

async function work(
  instance: Instance,
  { decision, facts, fingerprint }: Decided,
  outputs: (id: string) => InstanceResult["outputs"],
  lease: Lease,
  context: RunContext,
): Promise<InstanceResult | undefined> {
  const report = writing(lease, context.report);
  const because = (decision as { because: Reason }).because;
  report({ kind: "started", instance: instance.id, because });
  const built = await build(
    instance,
    facts,
    (id, output) => outputs(id)![output]!, // producers ended well
    { ...context, report },
  );
  switch (built.kind) {
    case "aborted":
      return undefined;
    case "failed":
      return {
        outcome: {
          kind: "failed",
          failure: built.failure,
          log: built.log,
          rerun: built.rerun,
        },
      };
    case "built":
      return {
        outcome: { kind: "built", seconds: built.seconds },
        outputs: built.outputs,
        fingerprint: fingerprint!,
        ...(built.provisional !== undefined &&
          { provisional: built.provisional }),
      };
  }
}

function reused(
  { outputs, fingerprint, remarks, from }: Decided,
): InstanceResult {
  return {
    outcome: { kind: "reused" },
    outputs: outputs!, // a decision to reuse has them
    fingerprint: fingerprint!,
    ...(remarks && { remarks }),
    ...(from && { from }),
  };
}

function failed(failure: Failure): InstanceResult {
  return {
    outcome: {
      kind: "failed",
      failure,
      log: { tail: [], path: "" },
      rerun: "",
    },
  };
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

function openWorkdirs(store: string):
  & Disposable
  & (
    | { readonly kind: "open"; readonly workdirs: Workdirs }
    | { readonly kind: "failed"; readonly failure: Failure }
  ) {
  try {
    const workdirs = new Workdirs(store);
    return {
      kind: "open",
      workdirs,
      [Symbol.dispose]: () => workdirs[Symbol.dispose](),
    };
  } catch (error) {
    const failure = diskFailure(`Write to the store "${store}"`, error);
    if (!failure) throw error;
    return { kind: "failed", failure, [Symbol.dispose]: () => {} };
  }
}
