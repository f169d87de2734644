/**
 * A cache that is shared with others, as a plan and a run use it: look-ups, many at
 * a time and remembered; contents that are brought into the store; results that are
 * given away behind the run's back.
 *
 * Read: the record, then what it names, each checked as if a stranger had sent it.
 * Write: the objects, then the record that names them. Trouble of any kind is told
 * once and is a miss; it never fails a run, and never makes it wrong.
 */
import type { BuildRecord, CacheOrigin, Kept } from "../store/record.ts";
import type { Digest } from "../store/digest.ts";
import type { Store } from "../store/store.ts";
import { codeOf, diskFailure } from "../store/disk.ts";
import { visible } from "../text/visible.ts";
import { Behind } from "./behind.ts";
import {
  type Entry,
  entryText,
  LARGEST,
  OTHER,
  parseEntry,
  signedBytes,
  told,
} from "./entry.ts";
import { Folder } from "./folder.ts";
import { Health } from "./health.ts";
import { side } from "./side.ts";
import { receiveObject, receiveText } from "./receive.ts";
import { type Believed, sign, type SigningKey, verify } from "./signature.ts";
import { type Outgoing, type Transport, Trouble } from "./transport.ts";

/** Look-ups at once: each is little but the way there and back. */
const LOOKUPS = 32;

/** A record that was found. */
export interface Found {
  readonly record: BuildRecord;
  readonly origin: CacheOrigin;
}

/** How a cache is used. */
export interface Manner {
  readonly store: Store;
  readonly mode: "read" | "read-write";
  /** Keys whose signatures are believed; without any, every record is. */
  readonly accept: Believed;
  readonly signing?: SigningKey | undefined;
  /** Who makes results here, and on what machine. */
  readonly who: string;
  readonly where: string;
  /** Milliseconds without an answer after which it counts as dead. */
  readonly patience: number;
}

/** A cache that is shared with others. */
export class SharedCache {
  readonly health: Health;
  readonly #known = new Map<Digest, Promise<Found | undefined>>();
  readonly #found = new Map<Digest, Found>();
  readonly #held = new Set<Digest>();
  /** Records and objects there that are not to be believed: to be replaced, if one may. */
  readonly #broken = new Set<string>();
  readonly #behind = new Behind();
  #refused = 0;

  constructor(
    readonly transport: Transport,
    private readonly manner: Manner,
  ) {
    this.health = new Health(transport.name);
  }

  /** Whether results of this machine are given to it. */
  get writes(): boolean {
    return this.manner.mode === "read-write";
  }

  /** Records that were refused since nobody signed them who is believed. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether it was asked about a fingerprint, so that `found` is its answer. */
  asked(fingerprint: Digest): boolean {
    return this.#held.has(fingerprint);
  }

  /** The record of a fingerprint, if it was asked about, and has one of just these outputs. */
  found(fingerprint: Digest, outputs: readonly string[]): Found | undefined {
    const found = this.#found.get(fingerprint);
    if (!found) return undefined;
    const names = Object.keys(found.record.outputs);
    return names.length === outputs.length &&
        outputs.every((name) => Object.hasOwn(found.record.outputs, name))
      ? found
      : undefined;
  }

  /** Asks about all of these that were not asked about before; many at a time. */
  async look(fingerprints: Iterable<Digest>): Promise<void> {
    const all = [...fingerprints].filter((one) => !this.#held.has(one));
    // Each in time, all of them never: whoever takes seconds a record is no help.
    const over = performance.now() + 3 * this.manner.patience +
      this.manner.patience * all.length / 100;
    await side(all, LOOKUPS, async (fingerprint) => {
      if (performance.now() > over && !this.health.dead) {
        this.health.note(new Trouble("it answers too slowly", true));
      }
      const asking = this.#known.get(fingerprint) ?? this.#look(fingerprint);
      this.#known.set(fingerprint, asking);
      const found = await asking;
      this.#held.add(fingerprint);
      if (found) this.#found.set(fingerprint, found);
    });
  }

  /** The bytes that the results of these would bring which are not here. */
  cost(fingerprints: Iterable<Digest>): number {
    const { store } = this.manner;
    let sum = 0;
    for (const fingerprint of fingerprints) {
      const { record } = this.#found.get(fingerprint) ?? {};
      for (const { digest, size } of record ? distinct(record.outputs) : []) {
        if (!store.holds(digest)) sum += size;
      }
    }
    return sum;
  }

  /** Takes an answer back that turned out to be none. */
  forget(fingerprint: Digest): void {
    this.#found.delete(fingerprint);
  }

  async #look(fingerprint: Digest): Promise<Found | undefined> {
    const entry = await this.#try(async () => {
      const incoming = await this.transport.get(
        `ac/${fingerprint}`,
        this.#behind.over,
      );
      if (!incoming) return undefined;
      const { patience } = this.manner;
      const text = await receiveText(incoming, LARGEST, patience);
      const parsed = parseEntry(text, fingerprint);
      if (typeof parsed !== "string") return parsed;
      // Of another version of this program, and right for that.
      if (parsed === OTHER) return undefined;
      this.#broken.add(fingerprint);
      throw new Trouble(parsed);
    });
    if (!entry) return undefined;
    const key = await this.#believed(entry);
    if (key === false) {
      this.#broken.add(fingerprint);
      this.#refused++;
      return undefined;
    }
    if (this.transport instanceof Folder && this.writes) {
      this.transport.touch(`ac/${fingerprint}`);
    }
    const { record, who, where } = entry;
    return {
      record,
      origin: {
        cache: this.transport.name,
        who: visible(key?.name ?? who),
        where: visible(where),
        made: record.made,
        ...(key && { key: key.key }),
      },
    };
  }

  /** The key that vouches for an entry; nothing where none is asked for, `false` where one is missing. */
  async #believed(entry: Entry) {
    const { accept } = this.manner;
    if (accept.size === 0) return undefined;
    const { signature } = entry;
    const name = signature && accept.get(signature.key);
    if (!signature || name === undefined) return false;
    return await verify(signature, signedBytes(entry))
      ? { key: signature.key, ...(name !== "" && { name }) }
      : false;
  }

  /**
   * Brings what a record names into the store, and then the record, as one of
   * `instance`; says whether all of it is there. `draft` gives names for files that
   * nobody else has.
   */
  async bring(
    { stage, id }: { readonly stage: string; readonly id: string },
    { record, origin }: Found,
    draft: () => string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store } = this.manner;
    for (const kept of distinct(record.outputs)) {
      if (store.holds(kept.digest)) continue;
      const path = draft();
      const arrived = await this.#try(async () => {
        const incoming = await this.transport.get(
          `cas/${kept.digest}`,
          AbortSignal.any([signal, this.#behind.over]),
        );
        if (!incoming) throw new Trouble("it lacks what a record of it names");
        await receiveObject(incoming, kept, path, this.manner.patience)
          .catch((error) => {
            if (error instanceof Trouble) this.#broken.add(kept.digest);
            throw error;
          });
        await store.place(
          { kind: "taken", path, digest: kept.digest, size: kept.size },
          signal,
        );
        return true;
      }, signal);
      if (!arrived || signal.aborted) {
        this.forget(record.fingerprint);
        return false;
      }
    }
    return await this.#try(async () => {
      const own = { ...record, instance: id, from: origin };
      await store.writeBeside(stage, own);
      return true;
    }) ?? false;
  }

  /** Gives a result away that was made here, behind the run's back. */
  offer(record: BuildRecord): void {
    if (!this.writes || record.from || record.provisional !== undefined) return;
    this.#behind.add(() => this.give(record));
  }

  /**
   * Waits until all that was offered has been given, at most so many milliseconds and
   * until the signal; how many results are left that nobody got.
   */
  flush(milliseconds: number, signal?: AbortSignal): Promise<number> {
    return this.#behind.flush(milliseconds, signal);
  }

  /** Breaks off whatever goes on. */
  close(): void {
    this.#behind.close();
  }

  /**
   * Gives a record and what it names, the objects first; `false` if it was there
   * already, `undefined` if it could not be given.
   */
  give(record: BuildRecord): Promise<boolean | undefined> {
    const { store, who, where, signing } = this.manner;
    const signal = this.#behind.over;
    return this.#try(async () => {
      const { fingerprint } = record;
      const replaces = this.#broken.has(fingerprint);
      if (!replaces && await this.transport.has(`ac/${fingerprint}`, signal)) {
        return false;
      }
      for (const { digest, size } of distinct(record.outputs)) {
        const key = `cas/${digest}` as const;
        const there = !this.#broken.has(digest) &&
          await this.transport.has(key, signal);
        if (there) continue;
        if (!store.holds(digest)) return undefined; // clean was here
        const path = store.object(digest);
        await this.transport.put(key, { kind: "file", path, size }, signal);
      }
      const plain: Entry = { record: told(record), who, where };
      const signature = signing && await sign(signing, signedBytes(plain));
      const what: Outgoing = {
        kind: "text",
        text: entryText({ ...plain, ...(signature && { signature }) }),
      };
      await this.transport.put(`ac/${fingerprint}`, what, signal);
      return true;
    });
  }

  /** Does something with the cache; trouble is noted, and is no answer. */
  async #try<Value>(
    act: () => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value | undefined> {
    if (this.health.dead) return undefined;
    try {
      return await act();
    } catch (error) {
      if (error instanceof Trouble) {
        // Whoever breaks it off knows.
        const over = this.#behind.over.aborted || signal?.aborted;
        if (!over) this.health.note(error);
        return undefined;
      }
      // A full disk, or somebody removes the store: told by whoever writes next.
      if (codeOf(error) !== undefined || diskFailure("", error)) {
        this.health.note(new Trouble((error as Error).message, true));
        return undefined;
      }
      throw error;
    }
  }
}

/** The objects of a record, each once. */
function distinct(outputs: BuildRecord["outputs"]): Kept[] {
  return [
    ...new Map(Object.values(outputs).map((one) => [one.digest, one])).values(),
  ];
}
