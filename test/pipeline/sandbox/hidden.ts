/**
 * Run by command_test.ts as a user without rights, with a folder on PATH that this
 * user may not look into: prints what is known of the program `sh`, and of an interpreter
 * with a package that it may not read.
 */
import { programFacts } from "../../../pipeline/sandbox/program/facts.ts";
import { look } from "../../../pipeline/store/inode.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";

const [hidden = "", python = ""] = Deno.args;
const stat = StatCache.open("/nonexistent/stat");
const found = programFacts({
  kind: "command",
  command: ["sh"],
  version: ["sh", "-c", "echo 1"],
}, stat);
const interpreter = programFacts({ kind: "command", command: [python] }, stat);
const before = [...stat.seen()].find(([path]) => path === hidden)?.[1]?.state;
Deno.chmodSync(hidden, 0o755);
console.log(JSON.stringify({
  facts: found.ok ? found.value.facts : found.failure,
  packages: interpreter.ok && Object.keys(interpreter.value.facts).length,
  noticed: before !== undefined && look(hidden)?.state !== before,
}));
