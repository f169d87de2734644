/**
 * The right to run one instance: a file that one process at a time has locked.
 * The kernel lets go of the lock when its holder dies, however it dies, so a
 * lease cannot go stale and nobody has to guess whether a process still lives.
 */
import { join } from "node:path";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { Digest } from "./digest.ts";

/** A lease that is held; disposing of it lets the next one in. */
export interface Lease extends Disposable {
  /** Where its holder writes progress for others to show, one event a line. */
  readonly journal: string;
  readonly kind: "held";
}

/** Somebody else has the lease. */
export interface Taken {
  readonly kind: "taken";
  readonly pid: number;
  readonly journal: string;
  /** Resolves when the holder lets go or dies. */
  released(signal: AbortSignal): Promise<void>;
}

/** Takes the lease of a fingerprint, or says who has it. */
export function take(folder: string, fingerprint: Digest): Lease | Taken {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, fingerprint);
  const journal = `${path}.jsonl`;
  for (;;) {
    const file = Deno.openSync(path, { create: true, read: true, write: true });
    if (!file.tryLockSync(true)) {
      file.close();
      return {
        kind: "taken",
        pid: holder(path),
        journal,
        released: (signal) => released(path, signal),
      };
    }
    // The holder before may have removed the name between our open and our lock:
    // then this lock is on a file that nobody else can find.
    if (!isAt(file, path)) {
      file.close();
      continue;
    }
    file.truncateSync();
    file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
    rmSync(journal, { force: true });
    return {
      kind: "held",
      journal,
      [Symbol.dispose]() {
        rmSync(journal, { force: true });
        rmSync(path, { force: true });
        file.close();
      },
    };
  }
}

/** Whether somebody holds a lease now. */
export function isTaken(path: string): boolean {
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
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

function holder(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, "utf8")) || 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Whether one got in where others may be. */
export type Gate =
  | Disposable & { readonly kind: "in" }
  /** Somebody is there with whom one cannot be. */
  | Disposable & { readonly kind: "busy" }
  /** The store cannot be written, so nobody can clean it either. */
  | Disposable & { readonly kind: "closed" };

/** Says that a run uses the store; other runs may, too, but not who cleans it. */
export function enter(store: string): Gate {
  return gate(store, false);
}

/** The store for oneself, to clean it. */
export function occupy(store: string): Gate {
  return gate(store, true);
}

function gate(store: string, exclusive: boolean): Gate {
  let file: Deno.FsFile;
  try {
    mkdirSync(store, { recursive: true });
    file = Deno.openSync(join(store, "gate"), { create: true, write: true });
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
