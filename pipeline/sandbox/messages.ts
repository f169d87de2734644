/**
 * Parses what a process writes to its standard output: messages to the engine
 * among lines for the log. Nothing in it is believed without a look.
 */
import {
  type Message,
  type Progress,
  RECORD_SEPARATOR,
} from "../stage/task.ts";
import type { Denial } from "./process/denial.ts";

/** Longest line that is kept in memory; a longer one is cut into several. */
const LONGEST = 1 << 16;

/** Cuts bytes into lines, across chunks; a `tail` without a newline comes with `end`. */
export class Lines {
  #rest = "";
  readonly #decoder = new TextDecoder();

  /** The lines that this chunk completes. */
  add(chunk: Uint8Array): readonly string[] {
    return this.#cut(this.#decoder.decode(chunk, { stream: true }));
  }

  /** What was left without a newline. */
  end(): readonly string[] {
    const lines = this.#cut(this.#decoder.decode());
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? lines : [...lines, rest];
  }

  #cut(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LONGEST) {
      lines.push(this.#rest);
      this.#rest = "";
    }
    return lines;
  }
}

/**
 * A line's message or denial, if it holds one, and what it holds for the log. A message
 * may follow text that a stage wrote without a newline.
 */
export function parseLine(
  line: string,
): {
  readonly message?: Message;
  readonly denial?: Denial;
  readonly text?: string;
} {
  const at = line.indexOf(RECORD_SEPARATOR);
  if (at < 0) return { text: line };
  const said = parseMessage(line.slice(at + RECORD_SEPARATOR.length));
  if (said === undefined) return { text: line };
  const text = at > 0 && { text: line.slice(0, at) };
  return said.kind === "denied"
    ? { denial: said, ...text }
    : { message: said, ...text };
}

function parseMessage(text: string): Message | Denial | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isObject(said)) return undefined;
  switch (said.kind) {
    case "progress": {
      const progress = parseProgress(said.progress);
      return progress && { kind: "progress", progress };
    }
    case "checkpoint": {
      const { checkpoint } = said;
      if (!isObject(checkpoint)) return undefined;
      const { position, path } = checkpoint;
      return typeof position === "number" && typeof path === "string"
        ? { kind: "checkpoint", checkpoint: { position, path } }
        : undefined;
    }
    case "warning":
    case "remark":
      return typeof said.message === "string"
        ? { kind: said.kind, message: said.message }
        : undefined;
    case "provisional":
      return typeof said.reason === "string"
        ? { kind: "provisional", reason: said.reason }
        : undefined;
    case "failed":
      return typeof said.what === "string"
        ? {
          kind: "failed",
          what: said.what,
          ...(typeof said.seen === "string" && { seen: said.seen }),
          ...(typeof said.hint === "string" && { hint: said.hint }),
        }
        : undefined;
    case "denied":
      return typeof said.message === "string" && typeof said.stack === "string"
        ? { kind: "denied", message: said.message, stack: said.stack }
        : undefined;
    default:
      return undefined;
  }
}

function parseProgress(said: unknown): Progress | undefined {
  if (!isObject(said)) return undefined;
  const { done, total, unit, values } = said;
  if (typeof done !== "number" || typeof total !== "number") return undefined;
  if (typeof unit !== "string") return undefined;
  if (!isObject(values)) return { done, total, unit };
  const numbers: { [name: string]: number } = {};
  for (const [name, value] of Object.entries(values)) {
    // JSON writes NaN and the infinities, which a measurement may well be, as null.
    numbers[name] = typeof value === "number" ? value : NaN;
  }
  return { done, total, unit, values: numbers };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
