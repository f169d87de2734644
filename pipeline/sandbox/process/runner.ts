/**
 * Runs a stage in its process: reads the task that the engine wrote, calls the
 * stage, and tells the engine what it says. The main module, of which the engine
 * makes the text, imports this and the stage by their names: what a program
 * imports by name it need not be allowed to read, and so no stage can read code
 * as data.
 *
 *   MAIN TASK.json [PID of the engine [look]]
 *
 * Exit codes: 0 done · 1 failed, in the stage's own words if it said any · 70
 * left on its own before its work was done.
 */
import { nearest } from "../../stage/spelling.ts";
import { isTime } from "./often.ts";
import { EARLY_EXIT, type TaskFile } from "./taskfile.ts";
import { openThreads } from "./thread.ts";
import {
  type Message,
  type Progress,
  RECORD_SEPARATOR,
  type Run,
  StageError,
  type Task,
  type ThreadStart,
} from "../../stage/task.ts";

const encoder = new TextEncoder();

/** Says one thing to the engine. Synchronous, so that nothing is lost in an exit. */
function say(message: Message): void {
  const line = encoder.encode(
    RECORD_SEPARATOR + JSON.stringify(message) + "\n",
  );
  try {
    for (let at = 0; at < line.length;) {
      at += Deno.stdout.writeSync(line.subarray(at));
    }
  } catch (error) {
    // Nobody listens any more: the engine is gone, and so is our purpose.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(1);
    throw error;
  }
}

/**
 * Ends this process when the engine is gone: an orphan could not publish
 * anything, but would go on computing. `kill -9` of the engine tells nobody, so
 * where the kernel does not kill us with it (sandbox/session.ts), we look again
 * and again; a changed parent is the one sign of it.
 */
function leaveWithParent(pid: number, again: boolean): void {
  const look = () => {
    if (Deno.ppid !== pid) Deno.exit(1);
  };
  look();
  if (again) Deno.unrefTimer(setInterval(look, 200));
}

/** Progress that it was not time to tell. */
let untold: Progress | undefined;

function sayProgress(progress: Progress): void {
  // A share of nothing, or of something endless: no reason to stop the work.
  if (!Number.isFinite(progress.done) || !Number.isFinite(progress.total)) {
    return;
  }
  if (isTime()) {
    untold = undefined;
    say({ kind: "progress", progress });
  } else untold = progress;
}

/** Tells it before anything that comes after it, and before the end. */
function sayUntold(): void {
  if (untold === undefined) return;
  const progress = untold;
  untold = undefined;
  say({ kind: "progress", progress });
}

/** Says something that is never left out. */
function tell(message: Message): void {
  sayUntold();
  say(message);
}

function taskOf(file: TaskFile, threads: readonly ThreadStart[]): Task {
  const { inputs, outputs } = file;
  let kept = 0;
  function known<Value>(
    kind: "input" | "output",
    values: { readonly [name: string]: Value },
    name: string,
  ): Value {
    if (Object.hasOwn(values, name)) return values[name] as Value;
    const names = Object.keys(values);
    const guess = nearest(name, names);
    throw new StageError(
      `The stage asks for its ${kind} "${name}", which it does not declare`,
      names.length === 0 ? `no ${kind}s` : `${kind}s: ${names.join(", ")}`,
      guess
        ? `did you mean "${guess}"?`
        : `add "${name}" to the ${kind}s of its declaration`,
    );
  }
  return {
    params: file.params,
    hints: file.hints,
    point: file.point,
    scratch: file.scratch,
    checkpoint: file.checkpoint ?? undefined,
    input(name) {
      const value = known("input", inputs, name);
      if (typeof value === "string") return value;
      throw new StageError(
        `The stage asks for "${name}" as one input, but it is declared with every()`,
        `${value.length} files`,
        `use task.inputs("${name}")`,
      );
    },
    inputs(name) {
      const value = known("input", inputs, name);
      if (typeof value !== "string") return value;
      throw new StageError(
        `The stage asks for "${name}" as many inputs, but it is declared as one`,
        undefined,
        `use task.input("${name}")`,
      );
    },
    output: (name) => known("output", outputs, name),
    threads,
    get cores() {
      if (threads.length === 0) return 1;
      // Empty while the engine writes it.
      const count = Number(Deno.readTextFileSync(file.cores));
      return Math.max(1, Math.min(count, 1 + threads.length));
    },
    progress: sayProgress,
    keep({ position, path }) {
      if (!Number.isFinite(position)) {
        throw new StageError(
          `The stage hands over a checkpoint at the position ${position}`,
          undefined,
          "give the value of the parameter that it continues along",
        );
      }
      // Out of the stage's way at once, so that it may use the name again; and
      // into no folder that could be something else when the engine comes for it.
      const at = `${file.scratch}/.checkpoint-${kept++}`;
      Deno.renameSync(path, at);
      tell({ kind: "checkpoint", checkpoint: { position, path: at } });
    },
    warn: (message) => tell({ kind: "warning", message }),
    remark: (message) => tell({ kind: "remark", message }),
    provisional: (reason) => tell({ kind: "provisional", reason }),
  };
}

/** Runs the stage whose module is at a URL, and loaded by a function. */
export function main(
  load: () => Promise<{ default?: unknown }>,
  url: string,
): void {
  const [path, parent, look] = Deno.args.filter((word) => word !== "gpu");
  if (path === undefined) throw new TypeError("No task file given");
  // Not awaited: a stage that waits for what never comes would hold the process
  // for ever. So it ends when nothing is left to do, with EARLY_EXIT.
  run(load, url, path, parent, look);
}

async function run(
  load: () => Promise<{ default?: unknown }>,
  url: string,
  path: string,
  parent?: string,
  look?: string,
) {
  if (parent !== undefined) leaveWithParent(Number(parent), look === "look");
  const file: TaskFile = JSON.parse(Deno.readTextFileSync(path));
  // A stage, or a library of it, that calls `Deno.exit(0)` half way must not
  // pass for one that came to its end.
  let code = EARLY_EXIT;
  addEventListener("unload", () => {
    sayUntold();
    Deno.exitCode = code;
  });
  try {
    const threads = file.threads > 0
      ? await openThreads(file.threads, url, file.modules)
      : [];
    const stage = await load();
    if (typeof stage.default !== "function") {
      throw new StageError(
        "The stage's module has no function as its default export",
        `exports: ${Object.keys(stage).join(", ") || "none"}`,
        "write export default function (task) { … }",
      );
    }
    await (stage.default as Run)(taskOf(file, threads));
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    const { what, seen, hint } = error;
    tell({
      kind: "failed",
      what,
      ...(seen !== undefined && { seen }),
      ...(hint !== undefined && { hint }),
    });
    code = 1;
    Deno.exit();
  }
  code = 0;
  // Whatever still listens or waits is not the stage's result any more.
  Deno.exit();
}
