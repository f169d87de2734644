/**
 * Bringing one instance up to date when its producers are: it is used again, put
 * back, waited for where another run is at it, or run.
 */
import { join } from "node:path";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";
import { decide, type Decided, type World } from "../plan/decide.ts";
import { take } from "../store/lease.ts";
import type { CacheOrigin } from "../store/record.ts";
import { environmentOf } from "./confine.ts";
import type { RunContext } from "./context.ts";
import { build, type InstanceResult } from "./execution.ts";
import { follow, writing } from "./journal.ts";
import { contradiction } from "./recheck.ts";

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
      case "restore": {
        const fetched = await brought(instance, decided, context);
        if (signal.aborted) return undefined;
        if (!fetched) continue;
        if (isRechecked(instance, decided, context)) {
          return await recheck(instance, decided, outputs, context);
        }
        world.store.point(instance.id, fingerprint!);
        return decision.kind === "reuse"
          ? reused(decided)
          : restored(decided, decision.artifacts);
      }
      case "maybe":
        throw new Error(`${instance.id} started before its producers ended`);
      case "run":
    }
    if (
      context.cache && !world.force.has(instance.id) &&
      !context.cache.asked(fingerprint!)
    ) {
      await context.cache.look([fingerprint!]);
      continue;
    }
    using lease = take(join(world.store.folder, "leases"), fingerprint!);
    if (lease.kind === "taken") {
      report({ kind: "attached", instance: instance.id, pid: lease.pid });
      await follow(lease, report, lease.released(signal));
      if (signal.aborted) return undefined;
      // What the other run made is found by deciding anew, also if it was forced.
      const again = decide(instance, { ...world, force: new Set() }, outputs);
      const { kind } = again.decision;
      if (kind === "run" || kind === "restore" && again.decision.from) continue;
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

/** How an instance ends whose result was put back, or brought from a cache. */
export function restored(
  decided: Decided,
  artifacts: readonly string[],
): InstanceResult {
  const { decision } = decided;
  const from = decision.kind === "restore" ? decision.from : undefined;
  return {
    ...reused(decided),
    outcome: { kind: "restored", artifacts, ...(from && { from }) },
  };
}

/** Brings a result from a cache, if it is there; says whether it is here now. */
export async function brought(
  { stage, id, declaration }: Instance,
  { decision, fingerprint }: Decided,
  { cache, workdirs, signal }: RunContext,
): Promise<boolean> {
  if (decision.kind !== "restore" || !decision.from) return true;
  const names = Object.keys(declaration.outputs);
  const found = cache?.found(fingerprint!, names); // it was decided by this
  if (!cache || !found) return false;
  return await cache.bring(
    { stage, id },
    found,
    () => workdirs.draft(),
    signal,
  );
}

/** Whether a result from a cache is to be made here, too. */
export function isRechecked(
  { id }: Instance,
  { from }: Decided,
  { recheck }: RunContext,
): boolean {
  return recheck.has(id) && from !== undefined && "cache" in from;
}

/** Makes a result once more that a cache gave; a failure if it is another. */
async function recheck(
  instance: Instance,
  { facts, outputs: given, from }: Decided,
  outputs: (id: string) => Decided["outputs"],
  context: RunContext,
): Promise<InstanceResult | undefined> {
  const { report, signal } = context;
  const origin = from as CacheOrigin; // isRechecked says so
  report({
    kind: "started",
    instance: instance.id,
    because: { kind: "recheck", who: origin.who },
  });
  const environment = await environmentOf(instance, facts, context);
  if (signal.aborted) return undefined;
  if (!environment.ok) return failed(environment.failure);
  const end = await build(
    instance,
    facts,
    undefined, // all of it, and not from where somebody left it
    (id, output) => outputs(id)![output]!, // producers ended well
    environment.value,
    context,
  );
  if (!end?.outputs) return end;
  const wrong = contradiction(instance, given!, end.outputs, origin); // it had been decided to use them
  return wrong ? failed(wrong) : end;
}

/** How an instance ends that did not come to run. */
export function failed(failure: Failure): InstanceResult {
  const log = { tail: [], path: "" };
  return { outcome: { kind: "failed", failure, log, rerun: "" } };
}
