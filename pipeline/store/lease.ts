/**
 * The right to run one instance: a file that one process at a time has locked.
 * The kernel lets go of the lock when its holder dies, however it dies, so a
 * lease cannot go stale and nobody has to guess whether a process still lives.
 *
 * Its first line is the process that has it; what follows is the journal, which
 * the holder writes for others to read (journal.ts). One file and not two: to
 * make and remove one takes a tenth of the time of a trivial stage (ext4).
 */
import { dirname, join } from "node:path";
import { mkdirSync, rmSync, statSync } from "node:fs";
import type { Digest } from "./digest.ts";
import { isMissing, openLock, readStored } from "./disk.ts";
import { Failed } from "../failure.ts";
import { look } from "./inode.ts";

const encoder = new TextEncoder();

/** A lease that is held; disposing of it lets the next one in. */
export interface Lease extends Disposable {
  readonly kind: "held";
  /** Adds a line to the journal. */
  write(line: string): void;
}

/** Somebody else has the lease. */
export interface Taken extends Disposable {
  readonly kind: "taken";
  readonly pid: number;
  /** The lines of the journal so far; of whoever holds the lease by now. */
  journal(): readonly string[];
  /** Resolves when the holder lets go or dies; until then its holder can see that somebody waits. */
  released(signal: AbortSignal): Promise<void>;
}

/** Takes the lease of a fingerprint, or says who has it. */
export function take(folder: string, fingerprint: Digest): Lease | Taken {
  const path = join(folder, fingerprint);
  const file = hold(dirname(folder), path);
  if (!file) {
    return {
      kind: "taken",
      pid: holder(path),
      journal: () => lines(path).slice(1),
      async released(signal) {
        using _waiting = wait(path);
        await released(path, signal);
      },
      [Symbol.dispose]() {},
    };
  }
  file.truncateSync();
  const write = (line: string) => {
    file.writeSync(encoder.encode(line + "\n"));
  };
  write(String(Deno.pid));
  return {
    kind: "held",
    write,
    [Symbol.dispose]() {
      rmSync(path, { force: true });
      file.close();
    },
  };
}

/**
 * Locks a file of the store, which is made if it is not there; `undefined` if
 * somebody else has locked it. To be removed before it is closed.
 */
export function hold(store: string, path: string): Deno.FsFile | undefined {
  for (;;) {
    const file = openLock(store, path);
    if (!file.tryLockSync(true)) {
      file.close();
      return undefined;
    }
    // The holder before may have removed the name between our open and our lock:
    // then this lock is on a file that nobody else can find.
    if (isAt(file, path)) return file;
    file.close();
  }
}

/** Whether somebody holds a lease now. */
function isTaken(path: string): boolean {
  if (look(path)?.kind !== "file") return false;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    return !file.tryLockSync(true);
  } finally {
    file.close();
  }
}

/** Shows that somebody waits for a lease. */
function wait(path: string): Disposable {
  const file = openLock(dirname(dirname(path)), waiting(path));
  file.tryLockSync(false);
  return { [Symbol.dispose]: () => file.close() };
}

/** Whether somebody waits for the lease of a fingerprint. */
export function isAwaited(folder: string, fingerprint: Digest): boolean {
  const path = waiting(join(folder, fingerprint));
  if (isTaken(path)) return true;
  rmSync(path, { force: true });
  return false;
}

/** What all that wait for a lease have locked together. */
function waiting(path: string): string {
  return `${path}.waiting`;
}

async function released(path: string, signal: AbortSignal): Promise<void> {
  // Polled, since a blocked `lock()` could not be given up on Ctrl-C.
  while (!signal.aborted && isTaken(path)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isAt(file: Deno.FsFile, path: string): boolean {
  try {
    return file.statSync().ino === statSync(path).ino;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function holder(path: string): number {
  return Number.parseInt(lines(path)[0] ?? "") || 0;
}

/** The whole lines of a lease; none if nobody has it any more. */
function lines(path: string): readonly string[] {
  return readStored(path)?.split("\n").slice(0, -1) ?? [];
}

/** How long a user who has pressed Ctrl-C waits for another run, in turns of 20 ms. */
const PATIENCE = 50;

/**
 * Waits until this process may do what one process at a time may do; disposing of
 * it lets the next one in. `undefined` if the user stopped the run and it takes too
 * long.
 */
export async function turn(
  path: string,
  signal: AbortSignal,
): Promise<Disposable | undefined> {
  const file = openLock(dirname(path), path);
  // Polled, since a blocked `lock()` could not be given up.
  for (let left = PATIENCE; !file.tryLockSync(true);) {
    if (signal.aborted && left-- === 0) {
      file.close();
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { [Symbol.dispose]: () => file.close() };
}

/** How an attempt to use the store ended; disposing of it ends the use. */
type Gate =
  | Disposable & { readonly kind: "in" }
  /** Somebody cleans the store, or, for who wants to clean it, somebody uses it. */
  | Disposable & { readonly kind: "busy" }
  /** The store cannot be written, so nobody can clean it either. */
  | Disposable & { readonly kind: "closed" };

/** Uses the store beside others, and keeps it from being cleaned meanwhile. */
export function enter(store: string): Gate {
  return gate(store, false);
}

/**
 * Uses the store like `enter`, and fails while it is being cleaned.
 *
 * @throws Failed
 */
export function share(store: string): Disposable {
  const gate = enter(store);
  if (gate.kind !== "busy") return gate;
  throw new Failed({
    kind: "store-busy",
    what: "Cannot use the store",
    seen: "it is being cleaned just now",
    hint: "run again in a moment",
  });
}

/** Uses the store alone, to clean it. */
export function occupy(store: string): Gate {
  return gate(store, true);
}

function gate(store: string, exclusive: boolean): Gate {
  let file: Deno.FsFile;
  try {
    mkdirSync(store, { recursive: true });
    file = openLock(store, join(store, "gate"));
  } catch (error) {
    // A read-only disk or folder; whoever writes will say so in full.
    if (!(error instanceof Error)) throw error;
    return { kind: "closed", [Symbol.dispose]: () => {} };
  }
  if (!file.tryLockSync(exclusive)) {
    file.close();
    return { kind: "busy", [Symbol.dispose]: () => {} };
  }
  return { kind: "in", [Symbol.dispose]: () => file.close() };
}
