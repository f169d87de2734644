/**
 * A small project whose runs print several pages and a cover, each saying in which
 * configuration it was made. A configuration whose value begins with `held` prints
 * a page only when a test lets it: a puppet.
 */
import { join } from "node:path";
import { mkdirSync } from "node:fs";
import { Program, type Ran } from "../../rig/program.ts";

const engine = new URL("../../../pipeline/", import.meta.url).pathname;

/** How many pages there are. */
export const PAGES = [1, 2, 3, 4];

/** What lets root pass over the rights of files, taken away by `setpriv`. */
export const UNBOUND = [
  "--bounding-set=-dac_override,-dac_read_search",
  "--inh-caps=-dac_override,-dac_read_search",
];

/** The project in a folder of its own. */
export class Press extends Program {
  constructor() {
    super();
    this.write(
      "stages/page.js",
      `
export default async function (task) {
  const { value } = task.params;
  const gate = task.hints.gates + "/" + value + "-" + task.point.n;
  if (value.startsWith("broken") && task.point.n === 3) throw new Error("no ink");
  while (value.startsWith("held") && !there(gate)) await new Promise((go) => setTimeout(go, 5));
  Deno.writeTextFileSync(task.output("out"), value + " " + task.point.n + "\\n");
  Deno.writeTextFileSync(task.output("same"), "the same in all configurations\\n");
}
function there(path) {
  try { Deno.statSync(path); return true; } catch { return false; }
}
`,
    );
    this.write(
      "main.ts",
      `
import { start } from "${engine}cli/start.ts";
import { every } from "${engine}stage/declaration.ts";
const gates = import.meta.dirname + "/gates";
const module = (name) => ({ kind: "module", module: "stages/" + name + ".js" });
const stages = [
  { name: "page", title: "page", matrix: ({ extra }) => ({ n: [${PAGES}, ...extra] }), at: ({ value }, { n }) => ({
    runs: module("page"), params: { value, n }, hints: { gates }, permissions: { read: [gates] },
    outputs: { out: { file: "out", artifact: "pages/" + n + ".txt" }, same: { file: "same", artifact: "pages/same-" + n + ".txt" } },
  }) },
  { name: "cover", title: "cover", at: () => ({
    runs: module("join"), inputs: { parts: every("page", "out") }, outputs: { out: { file: "out", artifact: "cover.txt" } },
  }) },
];
Deno.exit(await start(import.meta.dirname, Deno.args, async () => ({
  root: import.meta.dirname,
  deno: Deno.version.deno,
  pipeline: { stages },
  async configure({ profile, set }) {
    const settings = Object.fromEntries(set.map((one) => one.split("=")));
    const plain = (await Deno.readTextFile(import.meta.dirname + "/plain.txt")).trim();
    return { ok: true, value: {
      value: settings.value ?? (profile === "quick" ? "quick" : plain),
      extra: settings.extra ? [Number(settings.extra)] : [],
    } };
  },
  sandbox: () => "deno",
  sources: ["main.ts", "deno.json", "plain.txt"],
  shorthands: [],
})));
`,
    );
    this.write("plain.txt", "plain\n");
    mkdirSync(join(this.root, "gates"), { recursive: true });
  }

  /** Lets a held configuration print a page. */
  let(value: string, n: number): void {
    this.write(`gates/${value}-${n}`, "");
  }

  /** Runs the program as a user whom the rights of files bind, also if this one is root. */
  async runBound(...args: string[]): Promise<Ran> {
    const change = Deno.uid() === 0 ? `setpriv ${UNBOUND.join(" ")} ` : "";
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [
        ...["-c", `exec ${change}"$@"`, "sh", Deno.execPath(), "run", "-A"],
        ...["--config", `${engine}../deno.json`, "main.ts", ...args],
      ],
      cwd: this.root,
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  /** What a cover says that is of one configuration. */
  static cover(value: string, pages: readonly number[] = PAGES): string {
    return pages.map((n) => `${value} ${n}\n`).join("");
  }
}
