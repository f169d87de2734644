/**
 * `--watch`: the same command again whenever something changed, each time in a
 * process of its own. So nothing that a person mistypes ends the watching, be it in
 * the configuration, in a stage or in what declares the stages; and an edit of the
 * last is seen, which a process that has loaded it cannot.
 */
import { readFileSync } from "node:fs";
import { Failed } from "../../failure.ts";
import { listed } from "../../render/reason.ts";
import { Changes } from "../changes.ts";
import type { Console } from "../console.ts";
import { interruption } from "../interruption.ts";

/** Whether a command line asks for it. */
export function watches(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args[0] === "reproduce" &&
    args.slice(0, end < 0 ? args.length : end).includes("--watch");
}

/** Runs this process's command at once and after every change, until a signal; returns the exit code. */
export async function watch(
  root: string,
  { err, style }: Console,
): Promise<number> {
  const { signal, code, listen, release } = interruption();
  listen();
  try {
    using changes = new Changes(root);
    signal.addEventListener("abort", () => changes[Symbol.dispose]());
    while (!signal.aborted) {
      await once(root, signal, code);
      if (signal.aborted) break;
      err(style.dim("watching for changes; Ctrl-C ends it") + "\n");
      const touched = await changes.next();
      if (touched.length > 0) {
        err(`\n${style.cyan("↻")} ${listed(touched)} changed\n`);
      }
    }
    return code();
  } finally {
    release();
  }
}

/** One run of the command. How it ended is on the screen. */
async function once(
  root: string,
  signal: AbortSignal,
  code: () => number,
): Promise<void> {
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(Deno.execPath(), { args: commandLine() })
      .spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Failed({
      kind: "watch",
      what: `Cannot watch the folder "${root}"`,
      seen: "it is gone, or Deno is",
      hint: "start again where they are",
    });
  }
  // Ctrl-C reaches both of us, a kill only this process.
  const pass = () => {
    try {
      process.kill(code() === 130 ? "SIGINT" : "SIGTERM");
    } catch (error) {
      // It has ended already.
      if (
        !(error instanceof TypeError || error instanceof Deno.errors.NotFound)
      ) {
        throw error;
      }
    }
  };
  signal.addEventListener("abort", pass);
  await process.status;
  signal.removeEventListener("abort", pass);
}

/** This process's own command line, with Deno's options, but without `--watch`. */
function commandLine(): string[] {
  const main = ["run", "--allow-all", Deno.mainModule];
  const head = Deno.build.os === "linux"
    // Deno does not tell its options: `--config`, `--v8-flags`.
    ? readFileSync("/proc/self/cmdline", "utf8").split("\0")
      .slice(1, -1 - Deno.args.length)
    : main;
  const end = Deno.args.indexOf("--");
  const args = Deno.args.filter((arg, at) =>
    arg !== "--watch" || end >= 0 && at > end
  );
  return [...head, ...args];
}
