/**
 * Fetches one file from one mirror: reads it into a partial file, which a further
 * attempt continues, checks it, and says how that ended.
 */
import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import type { Task } from "../../pipeline/stage/task.ts";
import type { Answer, Silence, Trouble } from "./answer.ts";
import { ask, stalled, troubleOf } from "./answer.ts";
import { Part } from "./part.ts";

/** The one file that is accepted. */
export interface Pinned {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** How long to wait, and how often to try again. Milliseconds. */
export interface Patience {
  /** Without a sign of life from the mirror. */
  readonly silence: number;
  /** Before the second attempt; doubled before each further one. */
  readonly pause: number;
  /** Attempts in a row that bring next to nothing. */
  readonly attempts: number;
  /** So many bytes at least in so long a time: a drip is no mirror. */
  readonly pace: { readonly bytes: number; readonly within: number };
}

/**
 * Three attempts with pauses of 0.5 and 1 s outlast a dropped connection. Behind
 * a firewall that swallows everything, three mirrors cost about a minute. 4 kB/s
 * is less than a telephone gave.
 */
export const PATIENCE: Patience = {
  silence: 6_000,
  pause: 500,
  attempts: 3,
  pace: { bytes: 120_000, within: 30_000 },
};

/** An attempt that brings the file less far than by this part of it brings next to nothing. */
const GRAIN = 1 / 256;

/** Why a mirror gave no file. */
export interface Refusal {
  /** No answer, or none that says anything about the file; or an answer without the pinned file. */
  readonly kind: "unreachable" | "wrong";
  readonly why: string;
}

/** How a mirror's turn ended. */
type Outcome = { readonly kind: "fetched" } | Refusal;

type Log = Pick<Task, "progress" | "warn">;

/**
 * Brings the pinned file from one mirror to `path`, checked. `path` may hold the
 * beginning of the file from an earlier mirror; after any outcome but "fetched"
 * it holds such a beginning or nothing, never a file that failed its check.
 *
 * @throws StageError if this machine cannot write the file.
 */
export async function obtain(
  pinned: Pinned,
  mirror: string,
  path: string,
  log: Log,
  patience: Patience = PATIENCE,
): Promise<Outcome> {
  const from = isAbsolute(mirror)
    ? join(mirror, pinned.name)
    : `${mirror.replace(/\/+$/, "")}/${pinned.name}`;
  const { bytes, within } = patience.pace;
  const pace = new Pace(
    stalled(within, `less than ${bytes} bytes in ${within / 1000} s`),
    bytes,
  );
  let fruitless = 0;
  let reached = await Part.length(path);
  let continued = reached > 0;
  try {
    for (;;) {
      const trouble = await transfer(pinned, from, path, log, patience, pace);
      if (trouble === undefined) {
        const why = await misfit(pinned, path);
        if (why === undefined) return { kind: "fetched" };
        await Part.remove(path);
        // The beginning may have been another mirror's, and the fault there.
        if (!continued) return { kind: "wrong", why };
        continued = false;
        reached = 0;
        continue;
      }
      if (trouble.kind !== "transient") return trouble;
      if (pace.lost) return { kind: "unreachable", why: trouble.why };
      // Against the furthest point: a mirror that starts over each time and
      // breaks off at the same place would be asked for ever.
      const length = await Part.length(path);
      if (length - reached >= pinned.bytes * GRAIN) {
        fruitless = 0;
        reached = length;
      } else fruitless++;
      if (fruitless >= patience.attempts) {
        return {
          kind: "unreachable",
          why: `${trouble.why}, ${patience.attempts} times in a row`,
        };
      }
      // Of the mirror, not of the file: for all files it is the same, and told once.
      log.warn(`${mirror}: ${trouble.why}; trying again`);
      const pause = patience.pause * 2 ** Math.max(0, fruitless - 1);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } finally {
    pace.stop();
  }
}

/** Whether a mirror is worth waiting for, over all attempts. */
class Pace {
  #bytes = 0;

  constructor(
    private readonly clock: Silence,
    private readonly enough: number,
  ) {}

  get signal(): AbortSignal {
    return this.clock.signal;
  }

  get lost(): boolean {
    return this.clock.signal.aborted;
  }

  note(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.enough) return;
    this.#bytes = 0;
    this.clock.reset();
  }

  stop(): void {
    this.clock.stop();
  }
}

/** One attempt. Nothing, if the mirror has given all that it has. */
async function transfer(
  pinned: Pinned,
  from: string,
  path: string,
  log: Log,
  patience: Patience,
  pace: Pace,
): Promise<Trouble | undefined> {
  const start = await Part.length(path);
  // A complete but unchecked file only waits for its check.
  if (start >= pinned.bytes) return undefined;
  const silence = stalled(patience.silence);
  const signal = AbortSignal.any([silence.signal, pace.signal]);
  let answer: Answer;
  try {
    answer = await ask(from, start, silence, signal);
  } catch (error) {
    silence.stop();
    return troubleOf(error);
  }
  if (answer.kind !== "body") {
    silence.stop();
    return answer;
  }
  using part = await Part.open(path, answer.start);
  let done = answer.start;
  const reader = answer.body.getReader();
  try {
    for (;;) {
      let piece: ReadableStreamReadResult<Uint8Array>;
      try {
        piece = await reader.read();
      } catch (error) {
        return troubleOf(error);
      }
      if (piece.done) return undefined;
      silence.reset();
      pace.note(piece.value.length);
      part.append(piece.value);
      done += piece.value.length;
      log.progress({ done, total: pinned.bytes, unit: "bytes" });
      // Enough to name what was found; no endless page fills the disk.
      if (done > 2 * pinned.bytes + 65_536) return undefined;
    }
  } finally {
    silence.stop();
    reader.cancel().catch(() => {}); // Failed or done: nothing more to tell it.
  }
}

/** What is wrong with a complete file; nothing if it is the pinned one. */
async function misfit(
  pinned: Pinned,
  path: string,
): Promise<string | undefined> {
  const bytes = await Deno.readFile(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (bytes.length === pinned.bytes && found === pinned.sha256) {
    return undefined;
  }
  const head = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  const looks = /^<(!doctype|html|\?xml|head|body)/i.test(head)
    ? "a web page"
    : bytes.length < pinned.bytes
    ? "a truncated or wrong file"
    : "a wrong file";
  return `served ${looks} for ${pinned.name}: ` +
    `expected SHA-256 ${pinned.sha256} (${pinned.bytes} bytes), ` +
    `found ${found} (${bytes.length} bytes)`;
}
