/**
 * Bringing one instance up to date when its producers are: it is used again, put
 * back, waited for where another run is at it, or run.
 */
import { join } from "node:path";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import { decide, type Decided, type World } from "../plan/decide.ts";
import { take } from "../store/lease.ts";
import { environmentOf } from "./confine.ts";
import type { RunContext } from "./context.ts";
import { build, type InstanceResult } from "./execution.ts";
import { follow, writing } from "./journal.ts";

/** Brings one instance up to date; nothing if the run was stopped. */
export async function bring(
  instance: Instance,
  ended: ReadonlyMap<Instance, InstanceResult>,
  world: World,
  context: RunContext,
): Promise<InstanceResult | undefined> {
  const { report, signal } = context;
  const byId = new Map(
    instance.producers.map((one) => [one.id, ended.get(one)]),
  );
  const outputs = (id: string) => byId.get(id)?.outputs;
  for (;;) {
    const decided = decide(instance, world, outputs);
    const { decision, facts, fingerprint } = decided;
    switch (decision.kind) {
      case "reuse":
        world.store.point(instance.id, fingerprint!);
        return reused(decided);
      case "restore":
        world.store.point(instance.id, fingerprint!);
        return restored(decided, decision.artifacts);
      case "maybe":
        throw new Error(`${instance.id} started before its producers ended`);
      case "run":
    }
    using lease = take(join(world.store.folder, "leases"), fingerprint!);
    if (lease.kind === "taken") {
      report({ kind: "attached", instance: instance.id, pid: lease.pid });
      await follow(lease, report, lease.released(signal));
      if (signal.aborted) return undefined;
      // What the other run made is found by deciding anew, also if it was forced.
      const again = decide(instance, { ...world, force: new Set() }, outputs);
      if (again.decision.kind === "run") continue;
      return restored(again, world.artifacts.wrong(instance, again.outputs!));
    }
    // Somebody may have finished it between our decision and our lease.
    const late = decide(instance, world, outputs);
    if (late.decision.kind !== "run") continue;
    const { continues } = late;
    const telling = writing(lease, report);
    telling({
      kind: "started",
      instance: instance.id,
      because: decision.because,
    });
    const reporting = { ...context, report: telling };
    const environment = await environmentOf(instance, facts, reporting);
    if (signal.aborted) return undefined;
    if (!environment.ok) return failed(environment.failure);
    return await build(
      instance,
      facts,
      continues,
      (id, output) => outputs(id)![output]!, // producers ended well
      environment.value,
      reporting,
    );
  }
}

/** How an instance ends whose result is used again. */
export function reused(
  { outputs, fingerprint, remarks, from, seconds }: Decided,
): InstanceResult {
  return {
    outcome: { kind: "reused" },
    outputs: outputs!, // a decision to reuse has them
    fingerprint: fingerprint!,
    ...(remarks && { remarks }),
    ...(from && { from }),
    ...(seconds !== undefined && { saved: seconds }),
  };
}

function restored(
  decided: Decided,
  artifacts: readonly string[],
): InstanceResult {
  return { ...reused(decided), outcome: { kind: "restored", artifacts } };
}

/** How an instance ends that did not come to run. */
export function failed(failure: Failure): InstanceResult {
  const log = { tail: [], path: "" };
  return { outcome: { kind: "failed", failure, log, rerun: "" } };
}
