/**
 * The command line that puts a process into a session and a process group of its
 * own. So it can be ended as a whole, Ctrl-C on the terminal reaches the engine
 * alone, and where the kernel can be asked for it, the process ends with the
 * engine, however that ends.
 *
 * It begins with two small programs of util-linux, which become the next one (0.5 ms each).
 * Rejected: Deno's `detached`, which makes the runtime fork and so copies the page
 * tables of the whole engine (3 to 8 ms); a timer in the process that looks whether
 * the engine lives, since the first timer loads so much of Deno's library that a
 * trivial stage takes a fifth longer, and a busy loop never gets to it.
 */
import { existsSync } from "node:fs";
import { succeeds } from "./wall/trial.ts";

/** A command line, and whether Deno must detach it itself. */
export interface Session {
  readonly program: string;
  readonly args: readonly string[];
  readonly detached: boolean;
}

const SETSID = "/usr/bin/setsid";
const SETPRIV = "/usr/bin/setpriv";

/** What a process that this one starts is told to die of when this one dies. */
const FOLLOW = ["--pdeathsig", "KILL"];

/** A command line in a session of its own. */
export function session(program: string, args: readonly string[]): Session {
  let whole = [program, ...args];
  const detached = !hasSetsid();
  if (!detached) whole = [SETSID, ...whole];
  if (followsEngine()) whole = [SETPRIV, ...FOLLOW, ...whole];
  const [first = program, ...rest] = whole;
  return { program: first, args: rest, detached };
}

let setsid: boolean | undefined;

function hasSetsid(): boolean {
  return setsid ??= existsSync(SETSID);
}

let follows: boolean | undefined;

/** Whether a process in a session dies with the engine; else it has to look. */
export function followsEngine(): boolean {
  // Tried: util-linux before 2.33 has the program and not the option.
  return follows ??= existsSync(SETPRIV) && hasSetsid() &&
    succeeds(SETPRIV, [...FOLLOW, "true"]);
}
