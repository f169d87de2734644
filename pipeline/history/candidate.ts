/** Compares a run with the published one, or the present results with a lock. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ok, type Result } from "../failure.ts";
import type { Graph, Instance } from "../graph/graph.ts";
import type { Opened } from "../plan/open.ts";
import type { Json } from "../stage/json.ts";
import type { InstanceResult } from "../run/execution.ts";
import type { Verdict } from "../stage/declaration.ts";
import type { Store } from "../store/store.ts";
import {
  type Candidate,
  type Compared,
  compareRun,
  type Comparison,
} from "../published/comparison.ts";
import { LOCK, type Lock, readPublished } from "../published/lock.ts";
import type { Publication } from "../project/publication.ts";

/** How an instance ended, as far as a comparison asks. */
type Reached = Pick<
  InstanceResult,
  "outputs" | "fingerprint" | "provisional"
>;

/** The candidate of the instances that ended well; `undefined` if one did not. */
export function candidate(
  graph: Graph,
  results: ReadonlyMap<Instance, Reached>,
  { store, metrics, verdicts, whole }: {
    readonly store: Store;
    /** The artifact with the measured numbers. */
    readonly metrics: string | undefined;
    readonly verdicts: readonly Verdict[];
    readonly whole: boolean;
  },
): Candidate | undefined {
  const instances: Compared[] = [];
  let measured: string | undefined;
  for (const instance of graph.instances) {
    const { outputs, fingerprint, provisional } = results.get(instance) ?? {};
    if (!outputs || !fingerprint) return undefined;
    const compared: Record<string, Compared["outputs"][string]> = {};
    for (
      const [name, { artifact, determinism }] of Object.entries(
        instance.declaration.outputs,
      )
    ) {
      const digest = outputs[name]!; // it ended well
      compared[name] = { digest, artifact, determinism };
      if (artifact !== undefined && artifact === metrics) {
        measured = store.object(digest);
      }
    }
    instances.push({
      id: instance.id,
      fingerprint,
      facts: () => store.record(instance.stage, fingerprint)?.facts ?? {},
      outputs: compared,
      provisional: provisional !== undefined,
    });
  }
  return {
    instances,
    whole,
    verdicts,
    metrics: () =>
      measured === undefined
        ? undefined
        : JSON.parse(readFileSync(measured, "utf8")) as Json,
  };
}

/** Compares a run with `results.lock.json`; `undefined` if there is none. */
export function compareToLock(
  root: string,
  graph: Graph,
  results: ReadonlyMap<Instance, Reached>,
  { store, publication: { metrics, means }, verdicts, whole }: {
    readonly store: Store;
    readonly publication: Pick<Publication, "metrics" | "means">;
    readonly verdicts: readonly Verdict[];
    readonly whole: boolean;
  },
): Result<Comparison | undefined> {
  const lock = readPublished(join(root, LOCK));
  if (!lock.ok) return lock;
  if (!lock.value) return ok(undefined);
  const run = candidate(graph, results, { store, metrics, verdicts, whole });
  return ok(run && compareRun(lock.value, run, means));
}

/** Compares the present run of a project, as a lock, with another lock. */
export function comparePresent(
  lock: Lock,
  { graph, store }: Opened,
  present: Lock,
  { metrics, means }: Publication,
): Comparison {
  const results = new Map(
    graph.instances.map((instance) => {
      const { fingerprint, outputs } = present.instances[instance.id]!; // it has all
      const digests = Object.fromEntries(
        Object.entries(outputs).map(([name, { digest }]) => [name, digest]),
      );
      return [instance, { fingerprint, outputs: digests }];
    }),
  );
  const { verdicts } = present;
  const run = candidate(graph, results, {
    store,
    metrics,
    verdicts,
    whole: true,
  });
  return compareRun(lock, run!, means); // every instance has outputs
}
