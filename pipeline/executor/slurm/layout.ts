/**
 * The files by which a head and its jobs understand each other, below the store on a
 * file system that both see. Every file has one writer.
 *
 *   jobs/<fingerprint>/task.json            what one instance is given, and the ticket that counts
 *   jobs/<fingerprint>/<ticket>-<n>/        one execution of it: messages.jsonl, and its
 *                                           private folder work/
 *   jobs/<fingerprint>/end-<ticket>.json    how it ended: that of the first execution to say so
 *   arrays/<token>/array.json              an array: the instances of each element, with their tickets
 *   arrays/<token>/attempt                 the submission of it that counts
 *   arrays/<token>/id                      what the queue calls it
 *   arrays/<token>/log-<element>.txt       what Slurm and the job's own program print
 *
 * An intent (array.json) is there before the submission and the id after it, so that
 * the next head finds the jobs of one that was killed in between, by their name. A
 * job that nobody counts on any more finds another ticket or attempt, or no file,
 * and ends before it has begun: so nothing is run twice by us.
 */
import { linkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf, names, readStored, removeTree } from "../../store/disk.ts";
import type { Digest } from "../../store/digest.ts";
import type { Confinement } from "../../sandbox/confinement.ts";
import type { ProcessEnd } from "../../sandbox/start.ts";
import type { GivenFile } from "../executor.ts";

/** Lines of a log that are shown. */
const TAIL = 20;

/** What one instance is given. */
export interface JobFile {
  readonly ticket: string;
  readonly array: string;
  readonly element: number;
  /** Its folder is that of the job; each execution has one of its own in it. */
  readonly confinement: Confinement;
  readonly given: readonly GivenFile[];
  readonly deno: string;
  readonly arch: string;
  /** The CPU that the head has, if the instance depends on it. */
  readonly cpu?: string;
  /** It can go on from a checkpoint: asked to leave, it waits for the next one. */
  readonly resumes: boolean;
}

/** The instances of an array, by element. */
export interface ArrayFile {
  readonly elements: readonly (readonly {
    readonly fingerprint: Digest;
    readonly ticket: string;
    /** Seconds after which its job does not begin it any more; missing if somebody declared the chunk. */
    readonly budget?: number;
  }[])[];
}

/** How an execution ended. */
export interface EndFile {
  readonly ticket: string;
  /** The execution's folder. */
  readonly execution: string;
  readonly node: string;
  readonly seconds: number;
  readonly end: ProcessEnd | Left;
}

/**
 * It did not come to its end. `asked`: by a time limit or for somebody with more
 * right; `late`: those before it in its job took longer than was expected.
 */
export interface Left {
  readonly kind: "left";
  readonly why: "asked" | "late";
  readonly begun: boolean;
}

/** The last line of what an execution says. */
export const ENDED = '{"kind":"ended"}';

/** Where the jobs of a store are. */
export function jobFolder(store: string, fingerprint: string): string {
  return join(store, "jobs", fingerprint);
}

/** Where an array is. */
export function arrayFolder(store: string, token: string): string {
  return join(store, "arrays", token);
}

/** The file that says what an instance is given. */
export function jobPath(folder: string): string {
  return join(folder, "task.json");
}

/** What an instance is given, if a job of it was ever made. */
export function readJob(folder: string): JobFile | undefined {
  return json(jobPath(folder)) as JobFile | undefined;
}

/** The instances of an array. */
export function readArray(folder: string): ArrayFile | undefined {
  return json(join(folder, "array.json")) as ArrayFile | undefined;
}

/** The submission of an array that counts. */
export function readAttempt(folder: string): string | undefined {
  return readStored(join(folder, "attempt"))?.trim();
}

/** What the queue calls an array, if it was told. */
export function readId(folder: string): string | undefined {
  return /^\d+$/.exec(readStored(join(folder, "id"))?.trim() ?? "")?.[0];
}

/** The name of a submission in the queue. */
export function jobName(token: string, attempt: string): string {
  return `facsimile-${token}-${attempt}`;
}

/** How an instance ended, if an execution with this ticket has. */
export function readEnd(folder: string, ticket: string): EndFile | undefined {
  const end = json(join(folder, `end-${ticket}.json`)) as EndFile | undefined;
  return end?.ticket === ticket ? end : undefined;
}

/** Says how an execution ended, unless another has. */
export function writeEnd(folder: string, end: EndFile): void {
  const path = join(folder, `end-${end.ticket}.json`);
  const draft = join(folder, end.execution, "end.json");
  writeFileSync(draft, JSON.stringify(end));
  try {
    linkSync(draft, path);
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (code === "EEXIST") return;
    // A file system without second names; whoever reads a half sees no JSON.
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK)$/.test(code)) throw error;
    try {
      writeFileSync(path, JSON.stringify(end), { flag: "wx" });
    } catch (second) {
      if (codeOf(second) !== "EEXIST") throw second;
    }
  }
  rmSync(draft, { force: true });
}

/** The executions with a ticket that have begun. */
export function executions(folder: string, ticket: string): string[] {
  return names(folder).filter((name) => name.startsWith(`${ticket}-`));
}

/** The last lines of what an element's program printed. */
export function lastLines(folder: string, element: number): string[] {
  const text = readStored(join(folder, `log-${element}.txt`)) ?? "";
  return text.split("\n").filter(Boolean).slice(-TAIL);
}

/** Empties the folder of an earlier job whose result nobody wants. */
export function clear(folder: string): void {
  // First what says that it counts.
  rmSync(jobPath(folder), { force: true });
  for (const name of names(folder)) discard(join(folder, name));
}

/**
 * Removes what nobody counts on. On a network file system a folder may hold what is
 * not seen here yet, or what a node still has open: `clean` gets it later.
 */
export function discard(path: string): void {
  try {
    removeTree(path);
  } catch (error) {
    if (!/^(ENOTEMPTY|EBUSY|EEXIST)$/.test(codeOf(error) ?? "")) throw error;
  }
}

/** A name that nobody else has: letters and digits, for queues and paths. */
export function unique(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}

function json(path: string): unknown {
  const text = readStored(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
