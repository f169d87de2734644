/**
 * One mirror and one file: opens it, reads it into a partial file that a second
 * attempt continues, and says how that ended.
 */
import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import type { Task } from "../../pipeline/task.ts";
import type { Answer, Trouble } from "./answer.ts";
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
  /** Attempts in a row that bring no byte. */
  readonly attempts: number;
}

/**
 * Three attempts with pauses of 0.5 and 1 s outlast a dropped connection. Behind
 * a firewall that swallows everything, three mirrors cost about a minute.
 */
export const PATIENCE: Patience = { silence: 6_000, pause: 500, attempts: 3 };

/** How a mirror's turn ended. */
export type Outcome =
  | { readonly kind: "fetched" }
  /** No answer at all, or none that says anything about the file. */
  | { readonly kind: "unreachable"; readonly why: string }
  /** It answered, but not with the pinned file. */
  | { readonly kind: "wrong"; readonly why: string };

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
  let fruitless = 0;
  let continued = await Part.length(path) > 0;
  for (;;) {
    const before = await Part.length(path);
    const trouble = await transfer(pinned, from, path, log, patience);
    if (trouble === undefined) {
      const why = await misfit(pinned, path);
      if (why === undefined) return { kind: "fetched" };
      await Part.remove(path);
      // The beginning may have been another mirror's, and the fault there.
      if (!continued) return { kind: "wrong", why };
      continued = false;
      continue;
    }
    if (trouble.kind !== "transient") return trouble;
    fruitless = await Part.length(path) > before ? 0 : fruitless + 1;
    if (fruitless >= patience.attempts) {
      return {
        kind: "unreachable",
        why: `${trouble.why}, ${patience.attempts} times in a row`,
      };
    }
    log.warn(`${from}: ${trouble.why}; trying again`);
    const pause = patience.pause * 2 ** Math.max(0, fruitless - 1);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** One attempt. Nothing, if the mirror has given all that it has. */
async function transfer(
  pinned: Pinned,
  from: string,
  path: string,
  log: Log,
  patience: Patience,
): Promise<Trouble | undefined> {
  const start = await Part.length(path);
  // A complete but unchecked file only waits for its check.
  if (start >= pinned.bytes) return undefined;
  const silence = stalled(patience.silence);
  let answer: Answer;
  try {
    answer = await ask(from, start, silence);
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
