/**
 * The one judge of what to do about an instance, and why. `reproduce` obeys it,
 * `status` and `--dry-run` print it, so none of them can say what another does
 * not do.
 */
import type { Artifacts } from "../artifacts/artifacts.ts";
import type { SharedCache } from "../cache/shared.ts";
import type { Instance } from "../graph/graph.ts";
import type { Digest } from "../store/digest.ts";
import { type Facts, fingerprint } from "../store/fingerprint.ts";
import type { Index } from "../store/index.ts";
import { digestsOf, type Origin } from "../store/record.ts";
import type { Store } from "../store/store.ts";
import { type Continuation, continuation, shareLeft } from "./continuation.ts";
import type { Decision, Reason } from "./decision.ts";
import { estimate, LITTLE } from "./estimate.ts";
import { type DigestOf, inputFacts } from "./facts.ts";
import type { Earlier, Nearest } from "./nearest.ts";

/** What deciding needs to know of the world. */
export interface World {
  readonly store: Store;
  readonly index: Index;
  readonly artifacts: Artifacts;
  readonly nearest: Nearest;
  /** Facts of an instance but for its inputs. */
  readonly own: (instance: Instance) => Facts;
  /** The digest of a file of the project. */
  readonly file: (path: string) => Digest | undefined;
  /** Instances that have to run whatever their records say. */
  readonly force: ReadonlySet<string>;
  /** A cache that is shared with others; what it was asked about counts. */
  readonly cache?: SharedCache | undefined;
}

/** A decision, and what it was made from. */
export interface Decided {
  readonly decision: Decision;
  readonly facts: Facts;
  /** The facts that are not there yet: of inputs that are still to be made. */
  readonly pending?: ReadonlySet<string>;
  /** Unknown while an input is. */
  readonly fingerprint: Digest | undefined;
  /** The outputs, if they are known. */
  readonly outputs: { readonly [output: string]: Digest } | undefined;
  /** What it took, or is predicted to take, in seconds. */
  readonly seconds: number | undefined;
  /** The time is an estimate: scaled, of another instance, or made under other facts. */
  readonly about?: boolean;
  /** Where it goes on, if it runs and need not begin anew. */
  readonly continues?: Continuation;
  /** The earlier record that this one is compared with, if it has none of its own. */
  readonly nearest?: Digest;
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
  const forced = world.force.has(instance.id);

  if (inputs.unknown.size > 0) {
    const earlier = world.nearest.find(instance, facts, inputs.unknown);
    return {
      decision: undecided(instance, earlier, forced, outputs),
      facts,
      pending: inputs.unknown,
      fingerprint: undefined,
      outputs: undefined,
      ...predicted(instance, earlier, undefined),
    };
  }

  const id = fingerprint(facts);
  const record = index.find(instance.stage, id);
  const run = (why: (earlier: Earlier | undefined) => Reason): Decided => {
    const earlier = world.nearest.find(
      instance,
      facts,
      inputs.unknown,
      record && id,
    );
    // Who asks for it wants all of it to run.
    const continues = forced ? undefined : continuation(instance, facts, store);
    return {
      decision: { kind: "run", because: why(earlier) },
      facts,
      fingerprint: id,
      outputs: undefined,
      ...predicted(instance, earlier, continues),
      ...(continues && { continues }),
    };
  };
  if (forced) return run(() => ({ kind: "forced" }));
  const names = Object.keys(instance.declaration.outputs);
  /** Runs, unless a cache has what would be made. */
  const lacking = (why: (earlier: Earlier | undefined) => Reason): Decided => {
    const found = world.cache?.found(id, names);
    if (!found) return run(why);
    const given = digestsOf(found.record);
    return {
      decision: {
        kind: "restore",
        artifacts: artifacts.wrong(instance, given),
        from: found.origin,
      },
      facts,
      fingerprint: id,
      outputs: given,
      seconds: found.record.seconds,
      ...(found.record.remarks && { remarks: found.record.remarks }),
      from: found.origin,
    };
  };
  if (!record) return lacking((earlier) => changed(instance, earlier));
  const { provisional } = record;
  if (provisional !== undefined) {
    return lacking(() => ({ kind: "provisional", because: provisional }));
  }
  for (const output of names) {
    const digest = record.outputs[output];
    if (digest === undefined || !store.holds(digest)) {
      return lacking(() => ({ kind: "result-gone", output }));
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
  earlier: Earlier | undefined,
  forced: boolean,
  outputs: (instance: string) => unknown,
): Decision {
  if (forced) return { kind: "run", because: { kind: "forced" } };
  const because = changed(instance, earlier);
  if (because.kind === "first-run" || because.changes.length > 0) {
    return { kind: "run", because };
  }
  const upstream = instance.producers.map(({ id }) => id)
    .filter((id) => outputs(id) === undefined);
  return { kind: "maybe", upstream };
}

/** Why an instance runs that has no record. One of another instance is no reason. */
function changed(
  { id }: Instance,
  earlier: Earlier | undefined,
): Extract<Reason, { kind: "first-run" | "changed" }> {
  return earlier?.record.instance === id
    ? { kind: "changed", changes: earlier.changes }
    : { kind: "first-run" };
}

/** What the nearest record says of the time. */
function predicted(
  instance: Instance,
  earlier: Earlier | undefined,
  from: Continuation | undefined,
): Pick<Decided, "seconds" | "about" | "nearest"> {
  if (!earlier) return { seconds: undefined };
  const { record, changes } = earlier;
  const nearest = record.fingerprint;
  const timed = earlier.timed ??
    (shareLeft(from) < LITTLE ? record : undefined);
  if (!timed) return { seconds: undefined, nearest };
  const equal = timed === record && changes.length === 0;
  return { ...estimate(instance, timed, { equal, from }), nearest };
}
