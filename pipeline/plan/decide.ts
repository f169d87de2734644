/**
 * The one judge of what to do about an instance, and why. `reproduce` obeys it,
 * `status` and `--dry-run` print it, so none of them can say what another does
 * not do.
 */
import type { Artifacts } from "../artifacts/artifacts.ts";
import type { Instance } from "../graph/graph.ts";
import type { Digest } from "../store/digest.ts";
import { changes, type Facts, fingerprint } from "../store/fingerprint.ts";
import type { Index } from "../store/index.ts";
import type { BuildRecord, Origin } from "../store/record.ts";
import type { Store } from "../store/store.ts";
import type { Decision, Reason } from "./decision.ts";
import { type DigestOf, inputFacts } from "./facts.ts";

/** What deciding needs to know of the world. */
export interface World {
  readonly store: Store;
  readonly index: Index;
  readonly artifacts: Artifacts;
  /** Facts of an instance but for its inputs. */
  readonly own: (instance: Instance) => Facts;
  /** The digest of a file of the project. */
  readonly file: (path: string) => Digest | undefined;
  /** Stages and instances that have to run whatever their records say. */
  readonly force: ReadonlySet<string>;
}

/** A decision, and what it was made from. */
export interface Decided {
  readonly decision: Decision;
  readonly facts: Facts;
  /** Unknown while an input is. */
  readonly fingerprint: Digest | undefined;
  /** The outputs, if they are known. */
  readonly outputs: { readonly [output: string]: Digest } | undefined;
  /** What it took the last time, in seconds. */
  readonly seconds: number | undefined;
  /** What the stage said of the result. */
  readonly remarks?: readonly string[];
  /** Where the result comes from, if nobody made it here. */
  readonly from?: Origin;
}

/**
 * Decides about one instance. `outputs` gives the outputs of a producer, or
 * `undefined` while they are not known.
 */
export function decide(
  instance: Instance,
  world: World,
  outputs: (
    instance: string,
  ) => { readonly [output: string]: Digest } | undefined,
): Decided {
  const { store, index, artifacts } = world;
  const digestOf: DigestOf = (source) =>
    source.kind === "file"
      ? world.file(source.path)
      : outputs(source.instance)?.[source.output];
  const inputs = inputFacts(instance, digestOf);
  const facts: Facts = { ...world.own(instance), ...inputs.facts };
  const forced = world.force.has(instance.stage) ||
    world.force.has(instance.id);

  if (!inputs.known) {
    const latest = store.latest(instance.stage, instance.id);
    return {
      decision: undecided(instance, facts, latest, forced, outputs),
      facts,
      fingerprint: undefined,
      outputs: undefined,
      seconds: latest?.seconds,
    };
  }

  const id = fingerprint(facts);
  const record = index.find(instance.stage, id);
  const run = (because: Reason, seconds = record?.seconds): Decided => ({
    decision: { kind: "run", because },
    facts,
    fingerprint: id,
    outputs: undefined,
    seconds,
  });
  if (forced) return run({ kind: "forced" });
  if (!record) {
    const latest = store.latest(instance.stage, instance.id);
    return latest
      ? run(
        { kind: "changed", changes: changes(latest.facts, facts) },
        latest.seconds,
      )
      : run({ kind: "first-run" });
  }
  if (record.provisional !== undefined) {
    return run({ kind: "provisional", because: record.provisional });
  }
  for (const output of Object.keys(instance.declaration.outputs)) {
    const digest = record.outputs[output];
    if (digest === undefined || !store.holds(digest)) {
      return run({ kind: "result-gone", output });
    }
  }
  const wrong = artifacts.wrong(instance, record.outputs);
  return {
    decision: wrong.length === 0
      ? { kind: "reuse" }
      : { kind: "restore", artifacts: wrong },
    facts,
    fingerprint: id,
    outputs: record.outputs,
    seconds: record.seconds,
    ...(record.remarks && { remarks: record.remarks }),
    ...(record.from && { from: record.from }),
  };
}

/** The decision while an input is still to be made. */
function undecided(
  instance: Instance,
  facts: Facts,
  latest: BuildRecord | undefined,
  forced: boolean,
  outputs: (instance: string) => unknown,
): Decision {
  if (forced) return { kind: "run", because: { kind: "forced" } };
  if (!latest) return { kind: "run", because: { kind: "first-run" } };
  // What is known is compared; an unknown input is no change.
  const changed = changes(latest.facts, facts).filter(({ fact, now }) =>
    !(fact.startsWith("input ") && now === undefined)
  );
  if (changed.length > 0) {
    return { kind: "run", because: { kind: "changed", changes: changed } };
  }
  const upstream = instance.producers.map(({ id }) => id)
    .filter((id) => outputs(id) === undefined);
  return { kind: "maybe", upstream };
}
