/**
 * A clone with a warm cache on loopback against a run from clean: the shipped
 * experiment, behind a real nginx and in a folder; and what a cache costs where it
 * has nothing to give, or is dead.
 */
import { deepEqual } from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hasNginx, Nginx } from "../rig/nginx.ts";
import { Program } from "../rig/program.ts";
import { Copy } from "../project/copy.ts";

const engine = new URL("../../pipeline/", import.meta.url).pathname;

/** What was measured: what was done, in which time. */
export interface Measured {
  readonly experiment: readonly Row[];
  readonly many: readonly Row[];
  readonly instances: number;
}

interface Row {
  readonly what: string;
  readonly seconds: number;
}

/** Measures with the options of a run, such as a profile, and with so many trivial instances. */
export async function measure(
  options: readonly string[],
  instances: number,
  say: (line: string) => void,
): Promise<Measured | undefined> {
  if (!hasNginx("deno task bench cache")) return undefined;
  await using server = await Nginx.start();
  const rows: Row[] = [];
  const mirror = Deno.env.get("DATASET_MIRROR");
  const env = mirror === undefined ? {} : { DATASET_MIRROR: mirror };
  const timed = async (what: string, act: () => Promise<void>) => {
    const began = performance.now();
    await act();
    const seconds = Math.round((performance.now() - began) / 10) / 100;
    say(`${what}: ${seconds} s`);
    rows.push({ what, seconds });
  };
  const reproduce = async (copy: Copy, ...more: readonly string[]) => {
    const { code, err, out } = await copy.task(
      "reproduce",
      ...options,
      ...more,
    );
    if (code !== 0) throw new Error(out + err);
    return out;
  };

  using maker = new Copy("maker", env);
  await maker.task("help"); // installs the packages
  await timed(
    "`reproduce` from clean, giving its results to a web server",
    async () => {
      await reproduce(
        maker,
        "--set",
        `cache.url=${server.url}`,
        "--set",
        "cache.mode=read-write",
      );
    },
  );
  const made = maker.artifacts();
  for (
    const [what, url] of [
      ["a second clone, from the web server", server.url],
      ["a third clone, from a folder", server.contents],
    ] as const
  ) {
    using clone = new Copy("clone", {});
    await clone.task("help");
    let out = "";
    await timed(what, async () => {
      out = await reproduce(clone, "--cache", url);
    });
    if (!/^done: \d+ restored in/m.test(out)) throw new Error(out);
    deepEqual(clone.artifacts(), made);
    if (url !== server.url) continue;
    await timed(
      "the second clone, up to date, with the cache",
      async () => void await reproduce(clone, "--cache", url),
    );
    await timed(
      "the same again: the quick answer",
      async () => void await reproduce(clone, "--cache", url),
    );
  }
  const experiment = rows.splice(0);

  using many = trivial(instances);
  const run = async (program: Program, ...args: string[]) => {
    const { err, out } = await program.run(args[0]!, ...args.slice(1));
    if (/error/i.test(err)) throw new Error(out + err);
  };
  await run(
    many,
    "reproduce",
    "--set",
    `cache.url=${server.url}`,
    "--set",
    "cache.mode=read-write",
  );
  using fresh = trivial(instances);
  await run(fresh, "status"); // whatever is read for the first time
  await timed("`status` without a cache", () => run(fresh, "status"));
  await timed(
    "`status`, all of it in the web server",
    () => run(fresh, "status", "--cache", server.url),
  );
  await using empty = await Nginx.start();
  await timed(
    "`status`, nothing of it in the web server",
    () => run(fresh, "status", "--cache", empty.url),
  );
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await timed(
    "`status`, with a server that says nothing",
    () =>
      run(fresh, "status", "--cache", `http://127.0.0.1:${silent.addr.port}`),
  );
  await timed(
    "`reproduce`, all of it from the web server",
    () => run(fresh, "reproduce", "--cache", server.url),
  );
  return { experiment, many: rows, instances };
}

/** A project of so many trivial instances. */
function trivial(instances: number): Program {
  const program = new Program();
  mkdirSync(join(program.root, "stages"), { recursive: true });
  program.write("experiment.toml", "");
  program.write(
    "stages/trivial.js",
    'export default (task) => Deno.writeTextFileSync(task.output("out"), String(task.point.n));\n',
  );
  program.write(
    "main.ts",
    `
import { start } from "${engine}cli/start.ts";
import { readConfig } from "${engine}config/config.ts";
import * as v from "npm:valibot@1.5.0";
const stages = [
  { name: "trivial", title: "trivial", matrix: () => ({ n: Array.from({ length: ${instances} }, (_, n) => n) }), at: () => ({
    runs: { kind: "module", module: "stages/trivial.js" }, outputs: { out: { file: "out" } },
  }) },
];
const read = ({ set }, part) => {
  const read = readConfig({ path: import.meta.dirname + "/experiment.toml", schema: v.object({}), set });
  return read.ok ? { ok: true, value: read.value[part] } : read;
};
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  configure: async (overlays) => read(overlays, "config"),
  cache: async (overlays) => read(overlays, "cache"),
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json"],
  shorthands: [],
})));
`,
  );
  return program;
}

/** As BENCHMARKS.md has it. */
export function table({ experiment, many, instances }: Measured): string {
  const lines = (title: string, rows: readonly Row[]) => [
    `| ${title} | s |`,
    "|---|---:|",
    ...rows.map(({ what, seconds }) => `| ${what} | ${seconds} |`),
  ];
  return [
    ...lines("the shipped experiment", experiment),
    "",
    ...lines(`${instances.toLocaleString("en")} trivial instances`, many),
  ].join("\n");
}
