/**
 * Runs in the process of a stage with native code or a command, and becomes that
 * program behind Landlock.
 *
 *   launcher.ts RESTRICTION.json [PID of the engine]
 *
 * A program of its own because Landlock holds for a process from inside: the
 * engine would lock itself up. Costs the start of a Deno, 15 ms.
 */
import { restrictAndExecute } from "../wall/landlock.ts";
import type { Restriction } from "../wall/restriction.ts";

const [path, parent] = Deno.args;
if (path === undefined) throw new TypeError("No restriction given");
const restriction: Restriction = JSON.parse(Deno.readTextFileSync(path));
restrictAndExecute(
  restriction,
  parent === undefined ? undefined : Number(parent),
);
