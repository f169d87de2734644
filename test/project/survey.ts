/**
 * A study that takes a moment and has all that a real one has: a configuration with
 * profiles, a matrix, a stage that continues, one that reads of every instance, a
 * package, an input file. Its commands are called as the program calls them; what
 * they print is compared whole, so times and dates are made those of a story.
 */
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { parseArguments, type Parsed } from "../../pipeline/cli/arguments.ts";
import statusCommand, { dryRun } from "../../pipeline/cli/commands/status.ts";
import whyCommand from "../../pipeline/cli/commands/why.ts";
import { overlays } from "../../pipeline/cli/arguments.ts";
import type { Console } from "../../pipeline/cli/console.ts";
import { commandsOf } from "../../pipeline/cli/table.ts";
import { readConfig } from "../../pipeline/config/config.ts";
import { ok } from "../../pipeline/failure.ts";
import { reproduce } from "../../pipeline/history/reproduce.ts";
import type { Project } from "../../pipeline/project/project.ts";
import type { Event } from "../../pipeline/run/event.ts";
import type { Pipeline } from "../../pipeline/stage/declaration.ts";
import { every, file, output } from "../../pipeline/stage/declaration.ts";
import { summary } from "../../pipeline/render/summary.ts";
import { style } from "../../pipeline/text/style.ts";

const checkout = new URL("../../", import.meta.url).pathname;
const plain = style(false);

const schema = v.strictObject({
  words: v.strictObject({ most: v.union([v.literal("all"), v.number()]) }),
  fit: v.strictObject({
    rates: v.array(v.number()),
    seeds: v.array(v.number()),
    steps: v.number(),
    width: v.array(v.number()),
  }),
  engine: v.picklist(["portable", "fast"]),
  draw: v.strictObject({
    curve: v.strictObject({ scale: v.picklist(["log", "linear"]) }),
    bars: v.strictObject({ scale: v.picklist(["log", "linear"]) }),
  }),
});
type Config = v.InferOutput<typeof schema>;

const lock = readFileSync(join(checkout, "deno.lock"), "utf8");
const packages: { [name: string]: { integrity: string } } =
  JSON.parse(lock).npm;
const VALIBOT = Object.keys(packages)
  .find((name) => name.startsWith("valibot@"))!; // the engine uses it

/** Of the package that the study uses, in the lock. */
export const INTEGRITY = packages[VALIBOT]!.integrity; // just found

/** Words of which "all" are. */
const ALL = 8000;

const pipeline: Pipeline<Config> = {
  stages: [
    {
      name: "gather",
      title: "Gather the words",
      at: () => ({
        runs: { kind: "module", module: "stages/gather.ts" },
        inputs: { text: file("text.txt") },
        outputs: { words: { file: "words.json" } },
      }),
    },
    {
      name: "fit",
      title: "Fit a model",
      matrix: ({ fit }) => ({ rate: fit.rates, seed: fit.seeds }),
      at: ({ words, fit, engine }, { rate, seed }) => ({
        runs: { kind: "module", module: "stages/fit.ts" },
        params: {
          rate: rate!, // it is on the matrix
          seed: seed!, // as above
          steps: fit.steps,
          words: words.most === "all" ? null : words.most,
          width: fit.width,
        },
        facts: engine === "fast" ? { engine } : {},
        inputs: { words: output("gather", "words") },
        outputs: {
          model: {
            file: "model.json",
            artifact: `models/${rate}-${seed}.json`,
          },
        },
        resume: { along: "steps" },
        work: fit.steps * (words.most === "all" ? ALL : words.most) *
          fit.width.reduce((sum, one) => sum + one, 0),
      }),
    },
    {
      name: "draw",
      title: "Draw a figure",
      matrix: () => ({ figure: ["curve", "bars"] }),
      at: ({ draw }, { figure }) => ({
        runs: { kind: "module", module: "stages/draw.ts" },
        params: { ...draw[figure as "curve" | "bars"] },
        inputs: { models: every("fit", "model") },
        outputs: {
          picture: { file: "picture.svg", artifact: `figures/${figure}.svg` },
        },
      }),
    },
    {
      name: "report",
      title: "Write the report",
      at: () => ({
        runs: { kind: "module", module: "stages/report.ts" },
        inputs: {
          models: every("fit", "model"),
          pictures: every("draw", "picture"),
        },
        outputs: { report: { file: "report.txt", artifact: "report.txt" } },
      }),
    },
  ],
};

const CONFIG = `[words]
most = "all"

[fit]
rates = [0.1, 0.01]
seeds = [1]
steps = 10
width = [8, 4]

[draw]
curve = { scale = "log" }
bars = { scale = "log" }

[profile.quick]
words.most = 200
fit.steps = 1
`.replace("[words]", 'engine = "portable"\n\n[words]');

const FILES: { readonly [path: string]: string } = {
  "experiment.toml": CONFIG,
  "text.txt": "to be or not to be\n",
  "stages/gather.ts": `
export default async function gather(task: any) {
  const text = await Deno.readTextFile(task.input("text"));
  await Deno.writeTextFile(task.output("words"), JSON.stringify(text.trim().split(" ")));
}
`,
  "stages/method.ts": `
export function advance(state: string, step: number): string {
  return state + step + " ";
}
export const unused = 1;
`,
  "stages/fit.ts": `
import { string } from "valibot";
import { advance } from "./method.ts";
export default async function fit(task: any) {
  let state = task.checkpoint ? await Deno.readTextFile(task.checkpoint.path) : "";
  const { params } = task;
  for (let step = (task.checkpoint?.position ?? 0) + 1; step <= params.steps; step++) {
    state = advance(state, step);
    const path = task.scratch + "/state-" + step;
    await Deno.writeTextFile(path, state);
    task.keep({ position: step, path });
  }
  const words = await Deno.readTextFile(task.input("words"));
  await Deno.writeTextFile(task.output("model"), JSON.stringify({ ...params, state, words, kind: string().kind }));
}
`,
  "stages/draw.ts": `
export default async function draw(task: any) {
  const models = task.inputs("models").map(({ path }: any) => Deno.readTextFileSync(path));
  await Deno.writeTextFile(task.output("picture"), task.point.figure + task.params.scale + models.join());
}
`,
  "stages/report.ts": `
export default async function report(task: any) {
  const all = [...task.inputs("models"), ...task.inputs("pictures")];
  await Deno.writeTextFile(task.output("report"), all.map(({ path }: any) => Deno.readTextFileSync(path)).join());
}
`,
};

/** The study in a folder of its own, with a story of what was done to it. */
export class Survey implements Disposable {
  readonly root: string;
  /** How wide the terminal is. */
  columns = 80;
  #clock = Date.UTC(2026, 10, 23, 8);

  constructor() {
    const folder = Deno.makeTempDirSync({ prefix: "survey-" });
    this.root = Deno.realPathSync(folder);
    for (const [path, text] of Object.entries(FILES)) this.write(path, text);
    this.write("deno.lock", lock);
    // All imports, as the lock has them; no more of the settings than it takes.
    const { imports } = JSON.parse(
      readFileSync(join(checkout, "deno.json"), "utf8"),
    );
    this.write(
      "deno.json",
      JSON.stringify({ nodeModulesDir: "auto", imports }),
    );
    symlinkSync(join(checkout, "node_modules"), this.path("node_modules"));
  }

  get project(): Project<Config> {
    return {
      root: this.root,
      deno: Deno.version.deno,
      pipeline,
      configure: ({ profile, set }) => {
        const read = readConfig({
          path: this.path("experiment.toml"),
          schema,
          ...(profile !== undefined && { profile }),
          set,
        });
        return Promise.resolve(read.ok ? ok(read.value.config) : read);
      },
      sandbox: () => "deno",
      sources: ["experiment.toml", "deno.json", "deno.lock"],
      shorthands: [],
    };
  }

  /** \`reproduce\` to its end; returns its summary. */
  async run(...args: string[]): Promise<string> {
    const parsed = this.#parse(["reproduce", ...args]);
    const told: Event[] = [];
    const end = await reproduce(
      this.project,
      {
        ...overlays(parsed, []),
        targets: parsed.operands,
        force: parsed.all("force"),
        jobs: 2,
        failFast: false,
        arguments: args,
      },
      (event) => void told.push(event),
      new AbortController().signal,
    );
    if (end.kind !== "done") {
      throw new Error(summary(told, 100, plain).join("\n"));
    }
    this.#settle();
    return summary(told, 100, plain).join("\n");
  }

  /** What \`reproduce --dry-run\` prints. */
  async dryRun(...args: string[]): Promise<string> {
    const parsed = this.#parse(["reproduce", "--dry-run", ...args]);
    return await this.#said((console) =>
      dryRun(
        this.project,
        {
          ...overlays(parsed, []),
          targets: parsed.operands,
          force: parsed.all("force"),
          jobs: 2,
        },
        parsed,
        console,
      )
    );
  }

  /** What \`status\` prints. */
  status(...args: string[]): Promise<string> {
    const parsed = this.#parse(["status", ...args]);
    return this.#said((console) =>
      statusCommand(this.project, parsed, console)
    );
  }

  /** What \`why\` prints. */
  why(...args: string[]): Promise<string> {
    const parsed = this.#parse(["why", ...args]);
    return this.#said((console) => whyCommand(this.project, parsed, console));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** Replaces a text that must be there. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path);
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    this.write(path, text.replaceAll(from, to));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #parse(args: string[]): Parsed {
    const asked = parseArguments(args, commandsOf(this.project));
    if (!asked.ok || asked.value.kind !== "run") {
      throw new Error(JSON.stringify(asked));
    }
    return asked.value.parsed;
  }

  async #said(
    command: (console: Console) => Promise<number>,
  ): Promise<string> {
    let text = "";
    const code = await command({
      out: (more) => text += more,
      err: (more) => text += more,
      style: plain,
      outStyle: plain,
      terminal: false,
      columns: () => this.columns,
      trouble: () => undefined,
    });
    if (code !== 0 && code !== 3) throw new Error(`${code}: ${text}`);
    // What the engine's own code and the machine are is no part of the story.
    return text.replace(/\b[0-9a-f]{12}…/g, "digest…")
      .replaceAll(Deno.version.deno, "DENO")
      .replaceAll(VALIBOT, "valibot@VERSION").trimEnd();
  }

  /**
   * Gives new records the times of a story: a second for a thousand units of work,
   * half a second for what has none.
   */
  #settle(): void {
    this.#clock += 3_600_000;
    const made = new Date(this.#clock).toISOString();
    const records = this.path(".store/records");
    for (const stage of readdirSync(records)) {
      for (const name of readdirSync(join(records, stage))) {
        const path = join(records, stage, name);
        const record = JSON.parse(readFileSync(path, "utf8"));
        if (record.made < "2026-11-24" && record.made.endsWith(":00:00.000Z")) {
          continue;
        }
        const { work, share = 1 } = record;
        record.seconds = work === undefined ? 0.5 : work * share / 10_000;
        record.made = made;
        writeFileSync(path, JSON.stringify(record, null, 2) + "\n");
      }
    }
  }
}
