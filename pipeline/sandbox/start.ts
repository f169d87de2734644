/**
 * Runs one instance in a process group of its own: starts it with exactly its
 * permissions, takes its messages, and judges it when it has ended.
 *
 *   1. `prepare` (invocation.ts) lays out the private folder and words the
 *      command line, behind a kernel wall where native code runs.
 *   2. The process speaks: messages to the engine, the rest to the log.
 *   3. When it has ended, whatever it left running is killed, and the audit,
 *      its exit and its outputs are judged, in this order (exit.ts).
 */
import { fail, type Failure, ok, type Result } from "../failure.ts";
import { diskFailure } from "../store/disk.ts";
import type { Message } from "../stage/task.ts";
import { undeclaredAccess } from "./audit.ts";
import {
  type Confinement,
  logFile,
  scratchFolder,
  type Wall,
} from "./confinement.ts";
import type { Denial } from "./process/denial.ts";
import { prepare, type Prepared } from "./invocation.ts";
import { Log } from "./log.ts";
import { Mailbox, MOST } from "./mailbox.ts";
import { session } from "./session.ts";
import { Lines, parseLine } from "./messages.ts";
import { exitFailure, outputFailure } from "./exit.ts";
import { type KernelWall, probeWall } from "./wall/wall.ts";

export { commandLine } from "./invocation.ts";

/** A process at work. */
export interface Started {
  readonly pid: number;
  readonly wall: Wall;
  /** What it says, in order; ends before `ended` resolves. To be read by one reader. */
  readonly messages: AsyncIterable<Message>;
  /** Resolves once, never rejects for anything that the stage did. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends a signal to the process and all that it started. */
  kill(signal: Deno.Signal): void;
}

/** How a process ended. `done` means: exit 0, all outputs there, and nothing undeclared touched. */
export type ProcessEnd =
  | { readonly kind: "done"; readonly wall: Wall; readonly log: string }
  | {
    readonly kind: "failed";
    readonly failure: Failure;
    readonly wall: Wall;
    readonly log: string;
    /** The end of the log. */
    readonly tail: readonly string[];
  }
  /** We stopped it: the abort signal, or `kill`. */
  | { readonly kind: "killed"; readonly wall: Wall; readonly log: string };

/** How long a process may take to leave after SIGTERM, in milliseconds. */
const GRACE = 1000;

/**
 * Starts an instance. Aborting the signal ends its whole process group:
 * SIGTERM, and SIGKILL a moment later.
 */
export function start(
  confinement: Confinement,
  signal: AbortSignal,
  available: KernelWall = probeWall(),
): Result<Started> {
  const prepared = prepare(confinement, available);
  if (!prepared.ok) return prepared;
  const { invocation, wall } = prepared.value;
  // Before the process, which without a wall may reach the path and put
  // something else there, that then would be emptied or written through.
  let log: Log | undefined;
  let child: Deno.ChildProcess;
  try {
    log = new Log(logFile(confinement));
    const { program, args, detached } = session(
      invocation.program,
      invocation.args,
    );
    child = new Deno.Command(program, {
      args: [...args],
      cwd: invocation.cwd,
      env: { ...invocation.env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached,
    }).spawn();
  } catch (error) {
    log?.close();
    const failure = spawnFailure(error, confinement);
    if (failure) return fail(failure);
    throw error;
  }
  return ok(attend(child, log, confinement, prepared.value, wall, signal));
}

function attend(
  child: Deno.ChildProcess,
  log: Log,
  confinement: Confinement,
  prepared: Prepared,
  wall: Wall,
  signal: AbortSignal,
): Started {
  let stopped = false;
  let gone = false;
  const kill = (name: Deno.Signal) => {
    if (!gone) stopped = true;
    signalGroup(child, name);
  };
  const abort = () => {
    kill("SIGTERM");
    const timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE);
    child.status.finally(() => clearTimeout(timer));
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });

  const messages = new Mailbox();
  if (prepared.warning !== undefined) {
    messages.put({ kind: "warning", message: prepared.warning });
  }
  const denials: Denial[] = [];
  let said: Failure | undefined;
  const listen = (line: string) => {
    const { message, denial, text } = parseLine(line);
    if (text !== undefined) log.line(text);
    if (denial !== undefined && denials.length < MOST) denials.push(denial);
    if (message === undefined) return;
    said ??= complaint(message, confinement);
    if (said === undefined || message.kind !== "checkpoint") {
      if (!messages.put(message)) log.line(line);
    }
  };

  async function judge(): Promise<ProcessEnd> {
    const pumps = Promise.all([
      pump(child.stdout, listen, log),
      pump(child.stderr, (line) => log.line(line), log),
    ]);
    const status = await child.status;
    gone = true;
    signal.removeEventListener("abort", abort);
    // What it started must neither write on nor keep our pipes open.
    signalGroup(child, "SIGKILL");
    await pumps;
    messages.close();
    log.close();
    const end = { wall, log: logFile(confinement) };
    if (stopped) return { kind: "killed", ...end };
    const failure =
      (prepared.audited ? undeclaredAccess(confinement, denials) : undefined) ??
        said ?? log.failure ?? exitFailure(status, confinement, log) ??
        outputFailure(confinement);
    if (failure === undefined) return { kind: "done", ...end };
    return { kind: "failed", failure, ...end, tail: log.tail };
  }

  return { pid: child.pid, wall, messages, ended: judge(), kill };
}

async function pump(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
  log: Log,
): Promise<void> {
  const lines = new Lines();
  for await (const chunk of stream) {
    lines.add(chunk).forEach(take);
    log.flush();
  }
  lines.end().forEach(take);
}

/**
 * Signals a whole process group; one that is gone already is all right. One that
 * is not formed yet is the process alone, which has started nothing.
 */
function signalGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    try {
      child.kill(signal);
    } catch (ended) {
      // A TypeError: Deno has waited for it, and so signals nobody.
      const gone = ended instanceof TypeError ||
        ended instanceof Deno.errors.NotFound;
      if (!gone) throw ended;
    }
  }
}

/** The failure that a message reports, or is. */
function complaint(
  message: Message,
  confinement: Confinement,
): Failure | undefined {
  switch (message.kind) {
    case "failed": {
      const { what, seen, hint } = message;
      return {
        kind: "stage-failed",
        what,
        ...(seen !== undefined && { seen }),
        ...(hint !== undefined && { hint }),
      };
    }
    case "checkpoint": {
      // The engine takes this file with its own rights, not the stage's. So it has
      // to lie in the folder itself: a folder below may be a link by then.
      const { position, path } = message.checkpoint;
      if (!Number.isSafeInteger(position) || position < 0) {
        return {
          kind: "checkpoint-position",
          what:
            `${confinement.instance} hands over a checkpoint at a position that is none`,
          seen: String(position),
          hint: "count positions in whole numbers from 0",
        };
      }
      const folder = `${scratchFolder(confinement)}/`;
      const name = path.slice(folder.length);
      if (path.startsWith(folder) && !/\/|\0|^\.{0,2}$/.test(name)) {
        return undefined;
      }
      return {
        kind: "checkpoint-outside",
        what:
          `${confinement.instance} hands over a checkpoint that is not in its scratch folder`,
        seen: message.checkpoint.path,
        hint: "write checkpoints below task.scratch",
      };
    }
    case "progress":
    case "warning":
    case "remark":
    case "provisional":
      return undefined;
  }
}

function spawnFailure(
  error: unknown,
  { instance, runs, folder }: Confinement,
): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (/os error 7\b|Argument list too long/.test(error.message)) {
    return {
      kind: "too-many-paths",
      what: `Cannot start ${instance}: its permissions exceed a command line`,
      seen: error.message,
      hint:
        "merge its inputs by a stage in between, or keep the store at a shorter path",
    };
  }
  if (
    runs.kind === "command" &&
    (error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied)
  ) {
    return {
      kind: "cannot-execute",
      what: `Cannot execute ${runs.command[0]} for ${instance}`,
      seen: error.message,
    };
  }
  return diskFailure(`Cannot start ${instance} in ${folder}`, error);
}
