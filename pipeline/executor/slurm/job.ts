/** One instance as the head sees it: where its job stands, what it says, how it ends. */
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Failure } from "../../failure.ts";
import { Mailbox } from "../../sandbox/mailbox.ts";
import { parseLine } from "../../sandbox/messages.ts";
import { RECORD_SEPARATOR } from "../../stage/task.ts";
import { isMissing } from "../../store/disk.ts";
import type { Ended, Standing, Work } from "../executor.ts";
import { ENDED, executions, jobPath } from "./layout.ts";
import type { Listed } from "./queue.ts";

/** An array in the queue, as far as the head knows. */
export interface JobArray {
  readonly token: string;
  readonly folder: string;
  /** The number of the submission that counts. */
  attempt: string;
  /** What the queue calls it; missing until it said so. */
  id: string | undefined;
  /** Instances that have not ended. */
  left: number;
}

/** An instance with a job, or about to get one. */
export class Job {
  readonly messages = new Mailbox<Standing>();
  readonly ended: Promise<Ended>;
  readonly #end: (end: Ended) => void;
  readonly #clock: () => number;
  /** Where it is in the queue; missing until it was submitted. */
  place: { readonly array: JobArray; readonly element: number } | undefined;
  /** Its element of the array runs nothing else; before it has one: shall run nothing else. */
  alone: boolean;
  /** How many share its job, and what each is expected to take, in seconds. */
  #shared: Pick<Standing, "sharers" | "each"> = {};
  over = false;
  /** What the queue said of it the last time. */
  listed: Listed | undefined;
  /** Since when the queue does not call it active. */
  goneSince: number | undefined;
  /** When its last sign of life came, or it was first called running. */
  #alive: number | undefined;
  /** When it said its end. */
  endSince: number | undefined;
  #execution: string | undefined;
  #offset = 0;
  #touched = 0;
  #standing = "";

  /** @param clock seconds that only go forward */
  constructor(
    readonly work: Work,
    readonly ticket: string,
    clock: () => number,
  ) {
    this.#clock = clock;
    this.alone = work.alone;
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Gives it its place in the queue, alone or with others, of whom each takes so many seconds. */
  enter(
    place: { readonly array: JobArray; readonly element: number },
    sharers: number,
    each?: number,
  ): void {
    this.place = place;
    this.alone = sharers === 1;
    if (sharers > 1) {
      this.#shared = { sharers, ...(each !== undefined && { each }) };
    }
  }

  /** The folder that holds its executions. */
  get folder(): string {
    return this.work.confinement.folder;
  }

  /** What the queue calls it. */
  get id(): string | undefined {
    const id = this.place?.array.id;
    return id === undefined ? undefined : `${id}_${this.place!.element}`;
  }

  /** What it left: the private folder of its execution, or all there is. */
  get left(): string {
    return this.#execution === undefined
      ? this.folder
      : join(this.folder, this.#execution, "work");
  }

  /** The execution that is listened to. */
  get execution(): string | undefined {
    return this.#execution;
  }

  /** Seconds since its last sign of life; none if it does not run. */
  get mute(): number {
    return this.#alive === undefined ? 0 : this.#clock() - this.#alive;
  }

  /** Notes what the queue says, and tells it where that is news. */
  note(listed: Listed | undefined, position: number | undefined): void {
    if (listed && /^(RUNNING|COMPLETING)$/.test(listed.state)) {
      this.#alive ??= this.#clock();
    }
    if (!listed) return;
    const waits = listed.state === "PENDING";
    this.tell({
      kind: "standing",
      state: waits ? "waiting" : "running",
      job: listed.id,
      ...this.#shared,
      ...(listed.node !== "" && !waits && { node: listed.node }),
      ...(waits && position !== undefined && { position }),
      ...(waits && !/^(None|)$/.test(listed.reason) &&
        { reason: listed.reason }),
    });
  }

  /** Notes that the queue cannot be asked. */
  unreachable({ seen }: Failure): void {
    this.tell({
      kind: "standing",
      state: "unreachable",
      ...(this.id !== undefined && { job: this.id }),
      ...(seen !== undefined && { reason: seen }),
    });
  }

  /** Says where it stands, once. */
  tell(standing: Standing): void {
    const text = JSON.stringify(standing);
    if (text === this.#standing) return;
    this.#standing = text;
    this.messages.put(standing);
  }

  /** Takes in what it has said since the last time; whether that was anything. */
  listen(): boolean {
    this.#execution ??= executions(this.folder, this.ticket)[0];
    if (this.#execution === undefined) return false;
    const path = join(this.folder, this.#execution, "messages.jsonl");
    let file: number;
    try {
      file = openSync(path, "r");
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    try {
      const { size, mtimeMs } = fstatSync(file);
      // Its clock is not ours: only that it goes on counts.
      if (mtimeMs !== this.#touched) this.#alive = this.#clock();
      this.#touched = mtimeMs;
      if (size <= this.#offset) return false;
      const bytes = new Uint8Array(size - this.#offset);
      const read = readSync(file, bytes, 0, bytes.length, this.#offset);
      this.#offset += read;
      // Cut at the last newline, so that no letter is cut in two.
      const end = bytes.subarray(0, read).lastIndexOf(10);
      const text = new TextDecoder().decode(bytes.subarray(0, end + 1));
      this.#offset -= read - (end + 1);
      const lines = text.split("\n").slice(0, -1);
      for (const line of lines) this.#take(line);
      return lines.length > 0;
    } finally {
      closeSync(file);
    }
  }

  #take(line: string): void {
    if (line === ENDED) {
      this.endSince ??= this.#clock();
      return;
    }
    const { message } = parseLine(RECORD_SEPARATOR + line);
    // What a stage's process failed of, its end says.
    if (message) this.messages.put(message);
  }

  /** Takes its ticket away: what comes too late finds nothing to do. */
  void(): void {
    rmSync(jobPath(this.folder), { force: true });
  }

  /** It is over; nothing more will be heard. */
  finish(end: Ended): void {
    if (this.over) return;
    this.over = true;
    this.messages.close();
    this.#end(end);
  }

  /** It failed without a word of its own. */
  fail(failure: Failure, tail: readonly string[]): void {
    const folder = this.left;
    this.finish({
      kind: "failed",
      failure,
      wall: "none",
      log: join(folder, "log.txt"),
      tail,
      folder,
    });
  }

  /** Somebody gave it up. */
  kill(): void {
    const { folder } = this;
    this.finish({ kind: "killed", wall: "none", log: "", folder });
  }
}
