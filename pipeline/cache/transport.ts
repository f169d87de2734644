/**
 * How a cache is spoken to, whatever kind it is: two maps, contents by digest
 * (`cas/…`) and records by fingerprint (`ac/…`), in Bazel's layout. What comes back
 * is not believed: shared.ts checks it.
 */

/** What is asked for; nothing else ever becomes a path or an address. */
export type Key = `cas/${string}` | `ac/${string}`;

/** What went wrong with a cache: no bug, and no reason to fail. */
export class Trouble extends Error {
  override readonly name = "Trouble";
  constructor(
    /** A clause: `it does not answer`. */
    readonly seen: string,
    /** Whether there is no point in asking again in this run. */
    readonly last = false,
  ) {
    super(seen);
  }
}

/** Content that is on its way; not yet believed. */
export interface Incoming {
  /** As the cache says, if it does. */
  readonly size: number | undefined;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A file of the store, or a text, to be given away. */
export type Outgoing =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "text"; readonly text: string };

/** A cache of any kind. What it throws is `Trouble`, or a bug. */
export interface Transport {
  /** Its address as people may see it. */
  readonly name: string;
  /** Why what is kept there can be neither listed nor removed from here; nothing if it can. */
  readonly unlisted: string | undefined;
  get(key: Key, signal: AbortSignal): Promise<Incoming | undefined>;
  has(key: Key, signal: AbortSignal): Promise<boolean>;
  /** Gives something a name there; what has that name already may stay. */
  put(key: Key, content: Outgoing, signal: AbortSignal): Promise<void>;
}
