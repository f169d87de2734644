/** A clone of a small project as a program of its own, with a configuration that may name a cache. */
import { Program } from "../../rig/program.ts";

const engine = new URL("../../../pipeline/", import.meta.url).pathname;

/** Two stages: a text in capitals, and its letters counted. */
export class Clone extends Program {
  constructor(configuration = "") {
    super();
    this.write("experiment.toml", configuration);
    this.write(
      "stages/loud.js",
      `export default (task) => Deno.writeTextFileSync(task.output("out"), task.params.text.toUpperCase());\n`,
    );
    this.write(
      "stages/count.js",
      `export default (task) => Deno.writeTextFileSync(task.output("out"), String(Deno.readTextFileSync(task.input("in")).length));\n`,
    );
    this.write(
      "main.ts",
      `
import { start } from "${engine}cli/start.ts";
import { output } from "${engine}stage/declaration.ts";
import { readConfig } from "${engine}config/config.ts";
import * as v from "npm:valibot@1.5.0";
const read = ({ set }) => readConfig({
  path: import.meta.dirname + "/experiment.toml",
  schema: v.object({ text: v.optional(v.string(), "to be") }),
  set,
});
const module = (name) => ({ kind: "module", module: "stages/" + name + ".js" });
const stages = [
  { name: "loud", title: "loud", at: ({ text }) => ({ runs: module("loud"), params: { text }, outputs: { out: { file: "out" } } }) },
  { name: "count", title: "count", at: () => ({ runs: module("count"), inputs: { in: output("loud", "out") }, outputs: { out: { file: "out", artifact: "count.txt" } } }) },
];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: async (overlays) => {
    const one = read(overlays);
    return one.ok ? { ok: true, value: one.value.config } : one;
  },
  cache: async (overlays) => {
    const one = read(overlays);
    return one.ok ? { ok: true, value: one.value.cache } : one;
  },
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json", "experiment.toml"],
  shorthands: [],
})));
`,
    );
  }

  /** Runs a command; what it said, without what no two runs share. */
  async say(
    ...args: string[]
  ): Promise<{ code: number; out: string; err: string }> {
    const { code, out, err } = await this.run(...args as [string]);
    return { code, out: plain(out), err: plain(err) };
  }
}

/** Without times, dates and digests. */
function plain(text: string): string {
  return text.replace(/\d+(\.\d+)? s\b/g, "N s")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "DATE")
    .replace(/\d{4}-\d\d-\d\d/g, "DATE")
    .replace(/[0-9a-f]{12}…/g, "DIGEST…")
    .replaceAll(`${Deno.build.os} ${Deno.build.arch}`, "MACHINE");
}
