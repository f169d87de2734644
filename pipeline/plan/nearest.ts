/**
 * The earlier record that an instance is compared with, to explain a rerun and to
 * predict its time. People try something and go back, so the last record is often
 * not the one that they have in mind: with `kernel = 5` after a day with a wider
 * network, it is that of the day before that differs in the kernel alone.
 */
import type { Graph, Instance } from "../graph/graph.ts";
import type { Digest } from "../store/digest.ts";
import {
  type Change,
  changes,
  type Facts,
  isEqual,
  subject,
  unequal,
} from "../store/fingerprint.ts";
import type { BuildRecord } from "../store/record.ts";
import type { Store } from "../store/store.ts";
import { isTimed } from "./estimate.ts";

/** An earlier record, and what is different now. */
export interface Earlier {
  readonly record: BuildRecord;
  readonly changes: readonly Change[];
  /** The nearest whose time says how long it takes: not of one that had next to nothing to do. */
  readonly timed: BuildRecord | undefined;
}

/** Records of all instances of a stage that are read, at most. */
const READ = 16_384;

/** Records of other instances that a new one is compared with: at most, and at least. */
const SIBLINGS = { most: 32, least: 4 };

/** Comparisons of new instances with others, of all of a stage, about. */
const COMPARED = 32_768;

/** Finds the nearest records. */
export class Nearest {
  readonly #members: ReadonlyMap<string, number>;
  readonly #siblings = new Map<string, Siblings>();

  constructor(private readonly store: Store, graph: Graph) {
    const members = new Map<string, number>();
    for (const { stage } of graph.instances) {
      members.set(stage, (members.get(stage) ?? 0) + 1);
    }
    this.#members = members;
  }

  /**
   * The nearest record, whose order is:
   *
   * 1. The instance's own records before those of other instances of its stage,
   *    which answer only where there is none: "why again?" is about itself.
   * 2. The fewest differences as a person counts them: the parts of one module, the
   *    versions of one package, the instances behind one input are one each. By
   *    single facts, a quick trial with two settings would be nearer than the run
   *    before it, after an edit of five functions.
   * 3. The fewest facts that differ.
   * 4. The one that was used last; of other instances, the one that was made last.
   *
   * Inputs that are still `unknown` count for nothing, if the record has one of that
   * name; one that no record has is a difference, whatever comes of it. Where there is
   * a record of just these facts, under the fingerprint `own`, it is the nearest.
   *
   * Remembered are the newest 64 records of an instance. Where a stage has hundreds of
   * instances, fewer are looked at: ten thousand that all run again take no longer than
   * to read the last record of each.
   */
  find(
    instance: Instance,
    facts: Facts,
    unknown: ReadonlySet<string>,
    own?: Digest,
  ): Earlier | undefined {
    const { stage, id } = instance;
    const most = Math.ceil(READ / (this.#members.get(stage) ?? 1));
    const nearest = new Closest(facts, unknown);
    const had = this.store.fingerprints(id).slice(0, most);
    for (const fingerprint of own === undefined ? had : [own, ...had]) {
      const record = this.store.record(stage, fingerprint);
      if (record) nearest.offer(record);
      // Older ones can at best be as near: with all facts known, none is nearer than
      // one that differs in one.
      if (nearest.timed && nearest.facts <= (unknown.size > 0 ? 0 : 1)) break;
    }
    if (!nearest.record) {
      const { reference, others } = this.#others(stage, facts);
      const own = new Set(unequal(reference, facts));
      for (const { record, unlike } of others) {
        nearest.offer(record, own.union(unlike));
      }
    }
    const { record, timed } = nearest;
    return record && {
      record,
      changes: changesBetween(record.facts, facts, unknown),
      timed,
    };
  }

  /**
   * Records of some instances of a stage, the newest of each first, then the second
   * of each: all of them where there are few, else evenly chosen. `reference` are the
   * facts of the first instance that asks.
   */
  #others(stage: string, reference: Facts): Siblings {
    const read = this.#siblings.get(stage);
    if (read) return read;
    const { most, least } = SIBLINGS;
    const each = Math.floor(COMPARED / (this.#members.get(stage) ?? 1));
    const room = Math.max(least, Math.min(most, each));
    const all = this.store.instances(stage);
    const step = Math.max(1, all.length / room);
    const lists: Digest[][] = [];
    for (let at = 0; at < all.length; at += step) {
      lists.push(this.store.fingerprints(all[Math.floor(at)]!)); // within
    }
    const records: BuildRecord[] = [];
    const longest = Math.max(0, ...lists.map(({ length }) => length));
    for (let round = 0; round < longest; round++) {
      for (const list of lists) {
        const fingerprint = list[round];
        if (fingerprint === undefined || records.length >= room) continue;
        const record = this.store.record(stage, fingerprint);
        if (record) records.push(record);
      }
    }
    records.sort((a, b) => a.made < b.made ? 1 : a.made > b.made ? -1 : 0);
    const siblings = {
      reference,
      others: records.map((record) => ({
        record,
        unlike: new Set(unequal(reference, record.facts)),
      })),
    };
    this.#siblings.set(stage, siblings);
    return siblings;
  }
}

/**
 * Records of a stage, each with the facts in which it is unlike a reference. Instances
 * of one stage have most of their facts in common, so what is neither unlike it in a
 * record nor in a new instance need not be compared: a fifth of the time.
 */
interface Siblings {
  readonly reference: Facts;
  readonly others: readonly {
    readonly record: BuildRecord;
    readonly unlike: ReadonlySet<string>;
  }[];
}

/** Keeps the closest of the records that it is offered, the first of equals. */
class Closest {
  record: BuildRecord | undefined;
  timed: BuildRecord | undefined;
  /** How many facts differ from `record`. */
  facts = Infinity;
  #distance = Infinity;
  #timedDistance = Infinity;

  constructor(
    private readonly now: Facts,
    private readonly unknown: ReadonlySet<string>,
  ) {}

  /** `among` are the facts that may differ; without it all may. */
  offer(record: BuildRecord, among?: ReadonlySet<string>): void {
    const differing = different(record.facts, this.now, this.unknown, among);
    const things = new Set(differing.map(subject)).size;
    // Things first; no list of facts is as long as the factor.
    const distance = things * 2 ** 32 + differing.length;
    if (distance < this.#distance) {
      this.record = record;
      this.facts = differing.length;
      this.#distance = distance;
    }
    if (distance < this.#timedDistance && isTimed(record)) {
      this.timed = record;
      this.#timedDistance = distance;
    }
  }
}

/** The names of the facts that differ for certain, in no order. */
function different(
  was: Facts,
  now: Facts,
  unknown: ReadonlySet<string>,
  among: Iterable<string> = unequal(was, now),
): string[] {
  const found: string[] = [];
  for (const fact of among) {
    const one = now[fact];
    if (
      one === undefined
        ? was[fact] !== undefined && !unknown.has(fact)
        : !isEqual(was[fact], one)
    ) found.push(fact);
  }
  for (const fact of unknown) {
    if (was[fact] === undefined) found.push(fact);
  }
  return found;
}

/** What is different for certain, by name in order. */
function changesBetween(
  was: Facts,
  now: Facts,
  unknown: ReadonlySet<string>,
): readonly Change[] {
  const certain = changes(was, now).filter(({ fact }) => !unknown.has(fact));
  const added = [...unknown].filter((fact) => was[fact] === undefined)
    .map((fact) => ({ fact, was: undefined, now: undefined }));
  return [...certain, ...added]
    .sort((a, b) => a.fact < b.fact ? -1 : a.fact > b.fact ? 1 : 0);
}
