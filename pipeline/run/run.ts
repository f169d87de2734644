/**
 * One invocation: brings every instance of a graph up to date and tells what
 * happens. What is left of it for people to read is the matter of conclusion.ts.
 */
import { join } from "node:path";
import type { Digest } from "../store/digest.ts";
import { diskFailure, isMissing } from "../store/disk.ts";
import type { Outcome, Report } from "./event.ts";
import type { Reason } from "../plan/decision.ts";
import { type Bench, build } from "./execution.ts";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import { follow, writing } from "./journal.ts";
import { type Lease, take } from "../store/lease.ts";
import { decide, type Decided, type World } from "../plan/decide.ts";
import { Plan } from "../plan/plan.ts";
import {
  type Capacity,
  criticalPaths,
  type Fate,
  makespan,
  schedule,
} from "./schedule.ts";
import type { Origin } from "../store/store.ts";
import { Workshop } from "./workdir.ts";

/** How a run is to be made. */
export interface RunOptions {
  readonly root: string;
  readonly world: World;
  readonly code: Bench["code"];
  readonly stat: Bench["stat"];
  readonly require: Bench["require"];
  readonly capacity: Capacity;
  /** Start nothing new after a failure. */
  readonly failFast: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** How an instance ended, with what it gave. */
export interface Ended {
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
  readonly ended: ReadonlyMap<Instance, Ended>;
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
  const ended = new Map<Instance, Ended>();
  const finish = (instance: Instance, end: Ended, saved?: number) => {
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

  using workshop = openWorkshop(world.store.folder);
  if (workshop.kind === "failed") {
    const first = graph.instances.find((one) => !settled.has(one))!; // else returned above
    finish(first, failed(workshop.failure));
    return { ended, aborted: false };
  }
  const bench: Bench = {
    root: options.root,
    store: world.store,
    workshop: workshop.workshop,
    code: options.code,
    stat: options.stat,
    file: world.file,
    require: options.require,
    report,
    signal,
    vacate: () => {},
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
    run: async (instance, vacate): Promise<Fate> => {
      let end: Ended | undefined;
      let saved: number | undefined;
      try {
        [end, saved] = await bring(instance, ended, world, {
          ...bench,
          vacate,
        });
      } catch (error) {
        const what = `Keep the results of "${instance.id}"`;
        const failure = diskFailure(what, error) ??
          gone(what, error, bench.workshop);
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
  ended: ReadonlyMap<Instance, Ended>,
  world: World,
  bench: Bench,
): Promise<[end: Ended | undefined, saved: number | undefined]> {
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
      bench.report({ kind: "attached", instance: instance.id, pid: lease.pid });
      await follow(lease, bench.report, lease.released(bench.signal));
      if (bench.signal.aborted) return [undefined, undefined];
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
      await work(instance, decided, outputs, held, bench),
      undefined,
    ];
  }
}

async function work(
  instance: Instance,
  { decision, facts, fingerprint }: Decided,
  outputs: (id: string) => Ended["outputs"],
  lease: Lease,
  bench: Bench,
): Promise<Ended | undefined> {
  const report = writing(lease, bench.report);
  const because = (decision as { because: Reason }).because;
  report({ kind: "started", instance: instance.id, because });
  const built = await build(
    instance,
    facts,
    (id, output) => outputs(id)![output]!, // producers ended well
    { ...bench, report },
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

function reused({ outputs, fingerprint, remarks, from }: Decided): Ended {
  return {
    outcome: { kind: "reused" },
    outputs: outputs!, // a decision to reuse has them
    fingerprint: fingerprint!,
    ...(remarks && { remarks }),
    ...(from && { from }),
  };
}

function failed(failure: Failure): Ended {
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
  workshop: Workshop,
): Failure | undefined {
  if (!isMissing(error) || workshop.stands) return undefined;
  return {
    kind: "store-gone",
    what,
    seen: "somebody removed the store while the run went on",
    hint: "run again: what is missing is made anew",
  };
}

function openWorkshop(store: string):
  & Disposable
  & (
    | { readonly kind: "open"; readonly workshop: Workshop }
    | { readonly kind: "failed"; readonly failure: Failure }
  ) {
  try {
    const workshop = new Workshop(store);
    return {
      kind: "open",
      workshop,
      [Symbol.dispose]: () => workshop[Symbol.dispose](),
    };
  } catch (error) {
    const failure = diskFailure(`Write to the store "${store}"`, error);
    if (!failure) throw error;
    return { kind: "failed", failure, [Symbol.dispose]: () => {} };
  }
}
