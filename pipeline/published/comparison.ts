/**
 * How a run compares with the published one: the same bits, the same numbers
 * within what was promised, different with the first instance that went another
 * way, or a run that was never meant to be the same.
 */
import type { Digest } from "../store/digest.ts";
import { type Change, changes, type Facts } from "../store/fingerprint.ts";
import type { Json } from "../stage/json.ts";
import type { Determinism, Verdict } from "../stage/declaration.ts";
import { type Difference, largestDifference } from "./difference.ts";
import type { Lock, PublishedInstance } from "./lock.ts";

/** What a comparison gave. */
export type Comparison =
  | { readonly kind: "identical"; readonly artifacts: number }
  | {
    readonly kind: "equivalent";
    /** Artifacts with the same bits, and all. */
    readonly identical: number;
    readonly artifacts: number;
    /** Where the two part, and why that was to be expected. */
    readonly instance: string;
    readonly changes: readonly Change[];
    /** Of the measured numbers; without it all of them are equal. */
    readonly largest?: Difference;
    readonly tolerance: number;
  }
  | {
    readonly kind: "different";
    readonly identical: number;
    readonly artifacts: number;
    /** The first instance that made something else of the same inputs. */
    readonly instance: string;
    /** Its facts that differ; none if it broke its promise. */
    readonly changes: readonly Change[];
    readonly largest?: Difference;
  }
  | {
    readonly kind: "not comparable";
    readonly because:
      | { readonly kind: "stand-in"; readonly instance: string }
      | {
        readonly kind: "parameters";
        readonly changes: readonly (Change & { readonly instance: string })[];
      }
      | {
        readonly kind: "instances";
        readonly missing: readonly string[];
        readonly extra: readonly string[];
      };
  };

/** One instance of the run that is compared. */
export interface Compared {
  readonly id: string;
  readonly fingerprint: Digest;
  /** Asked for only where the fingerprint is another one. */
  readonly facts: () => Facts;
  readonly outputs: {
    readonly [output: string]: {
      readonly digest: Digest;
      readonly artifact?: string | undefined;
      readonly determinism?: Determinism | undefined;
    };
  };
  readonly provisional: boolean;
}

/** The run that is compared. */
export interface Candidate {
  /** Producers first. */
  readonly instances: readonly Compared[];
  /** Whether these are all instances of the experiment. */
  readonly whole: boolean;
  /** Read only if some artifact differs; `undefined` if the run did not measure. */
  readonly metrics: () => Json | undefined;
  readonly verdicts: readonly Verdict[];
}

/** Facts that say what is computed. Those of the platform say on what. */
const WHAT = /^(param|at|env) /;
const PLATFORM = /^(os|cpu|fact .*)$/;

/** Compares a run with the published one. */
export function compareRun(
  lock: Lock,
  { instances, whole, metrics, verdicts }: Candidate,
  means: readonly string[],
): Comparison {
  const standIn = instances.find(({ provisional }) => provisional);
  if (standIn) {
    return {
      kind: "not comparable",
      because: { kind: "stand-in", instance: standIn.id },
    };
  }
  const present = new Set(instances.map(({ id }) => id));
  const extra = [...present].filter((id) => !(id in lock.instances));
  const missing = whole
    ? Object.keys(lock.instances).filter((id) => !present.has(id))
    : [];
  if (extra.length + missing.length > 0) {
    return {
      kind: "not comparable",
      because: { kind: "instances", missing, extra },
    };
  }
  const isMeans = (fact: string) =>
    means.some((name) =>
      fact === `param ${name}` ||
      fact.startsWith("param ") && fact.endsWith(`.${name}`)
    );
  const changed = new Map<string, Change[]>();
  for (const { id, fingerprint, facts } of instances) {
    const published = lock.instances[id]!; // `extra` is empty
    if (published.fingerprint === fingerprint) continue;
    changed.set(id, changes(published.facts, facts()));
  }
  const other = [...changed].flatMap(([instance, list]) =>
    list.filter(({ fact }) => WHAT.test(fact) && !isMeans(fact))
      .map((change) => ({ instance, ...change }))
  );
  if (other.length > 0) {
    return {
      kind: "not comparable",
      because: { kind: "parameters", changes: other },
    };
  }

  // A changed input that another instance made is that one's doing; a changed file
  // of the project is nobody's.
  const isLed = ({ from }: PublishedInstance) => ({ fact, was }: Change) =>
    fact.startsWith("input ") &&
    from.some((producer) =>
      Object.values(lock.instances[producer]?.outputs ?? {})
        .some(({ digest }) => digest === was)
    );
  let artifacts = 0;
  let identical = 0;
  /** The first that differs, if each seems to be another one's doing. */
  let strayed: { instance: string; changes: Change[] } | undefined;
  const parting: { instance: string; changes: Change[]; excused?: number }[] =
    [];
  for (const { id, outputs } of instances) {
    const published = lock.instances[id]!; // as above
    const list = changed.get(id) ?? [];
    const differing: (Determinism | undefined)[] = [];
    for (const [name, output] of Object.entries(outputs)) {
      const same = published.outputs[name]?.digest === output.digest;
      if (output.artifact !== undefined) {
        artifacts++;
        if (same) identical++;
      }
      if (!same) differing.push(output.determinism);
    }
    if (differing.length === 0) continue;
    strayed ??= { instance: id, changes: list };
    if (list.some(isLed(published))) continue;
    const own = [...list]
      .sort((a, b) => Number(isMeans(b.fact)) - Number(isMeans(a.fact)));
    const other = own.some(({ fact }) => isMeans(fact));
    const onlyMeans = own.every(({ fact, was, now }) =>
      isMeans(fact) || PLATFORM.test(fact) ||
      // Other means bring other packages along; that one changed is no part of it.
      other && /^(npm|code) /.test(fact) &&
        (was === undefined || now === undefined)
    );
    const tolerances = differing.map((one) => toleranceOf(one, own));
    const excused = onlyMeans && !tolerances.includes(undefined)
      ? tolerances.reduce<number>((most, one) => Math.max(most, one ?? 0), 0)
      : undefined;
    parting.push({
      instance: id,
      changes: own,
      ...(excused !== undefined && { excused }),
    });
  }
  const found = metrics();
  const largest = found === undefined
    ? undefined
    : largestDifference(lock.metrics, found, means);
  if (parting.length === 0 && strayed) parting.push(strayed);
  const [first] = parting;
  if (first === undefined) return { kind: "identical", artifacts };

  const culprit = parting.find(({ excused }) => excused === undefined);
  const tolerance = parting.reduce(
    (most, { excused }) => Math.max(most, excused ?? 0),
    0,
  );
  const agree = verdicts.every(({ id, verdict }) =>
    lock.verdicts.find((one) => one.id === id)?.verdict === verdict
  );
  const equivalent = !culprit && agree &&
    (largest === undefined || largest.relative <= tolerance);
  const common = {
    identical,
    artifacts,
    instance: (culprit ?? first).instance,
    changes: (culprit ?? first).changes,
    ...(largest && { largest }),
  };
  return equivalent
    ? { kind: "equivalent", ...common, tolerance }
    : { kind: "different", ...common };
}

/** How far an output may be off after these changes; `undefined` if not at all. */
function toleranceOf(
  determinism: Determinism | undefined,
  changes: readonly Change[],
): number | undefined {
  switch (determinism?.kind) {
    case undefined:
    case "bits":
      return undefined;
    case "cpu":
      return changes.length > 0 ? 0 : undefined;
    case "numeric":
      return determinism.tolerance;
  }
}
