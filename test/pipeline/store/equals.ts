/**
 * A program whose instances are equal: four that make the same, each with two users, a
 * module and a command. With another `HEAD` in its environment it makes all anew.
 */
import type { Program } from "../../rig/program.ts";

/** What its artifact `out.txt` is. */
export const EQUAL = "equal\nend\n".repeat(4);

/** Makes a program one of equal instances. */
export function makeEqual(program: Program): void {
  const engine = new URL("../../../pipeline/", import.meta.url).pathname;
  program.write("main.ts", main(engine));
}

const main = (engine: string) => `
import { start } from "${engine}cli/start.ts";
import { every, output } from "${engine}stage/declaration.ts";
const sh = (script, ...args) => ({ kind: "command", command: ["sh", "-c", script, "sh", ...args] });
const n = [1, 2, 3, 4];
const stages = [
  { name: "make", title: "make", matrix: () => ({ n }), environment: ["HEAD"], at: (_, { n }, { HEAD }) => ({
    runs: sh("echo equal > $1", "{output out}"), params: { n, HEAD }, outputs: { out: { file: "out" } },
  }) },
  { name: "use", title: "use", matrix: () => ({ n }), at: (_, { n }) => ({
    runs: sh("sleep 0.0$2; cat $1 > $3; echo end >> $3", "{input in}", "{param n}", "{output out}"), params: { n },
    inputs: { in: output("make", "out") }, outputs: { out: { file: "out" } },
  }) },
  { name: "copy", title: "copy", matrix: () => ({ n }), at: () => ({
    runs: { kind: "module", module: "stages/copy.js" }, inputs: { in: output("make", "out") }, outputs: { out: { file: "out" } },
  }) },
  { name: "all", title: "all", at: () => ({
    runs: { kind: "module", module: "stages/join.js" }, inputs: { parts: every("use", "out") }, outputs: { out: { file: "out", artifact: "out.txt" } },
  }) },
];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname, deno: Deno.version.deno, pipeline: { stages },
  configure: () => Promise.resolve({ ok: true, value: {} }),
  sandbox: () => "deno", sources: ["main.ts", "deno.json"], shorthands: [],
})));
`;
