/**
 * A small project with a paper: two networks that are lines of numbers, a
 * measurement, a claim, a picture. Real stages in real processes; the archive is
 * made as the program makes one.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildArchive, type Built } from "../../../pipeline/archive/build.ts";
import type { Order } from "../../../pipeline/archive/order.ts";
import { reproduce } from "../../../pipeline/history/reproduce.ts";
import type { Event } from "../../../pipeline/run/event.ts";
import { ok, type Result, unwrap } from "../../../pipeline/failure.ts";
import type { Json } from "../../../pipeline/stage/json.ts";
import { open, type Opened } from "../../../pipeline/plan/open.ts";
import type { Again, Project } from "../../../pipeline/project/project.ts";
import { LOCK, printLock } from "../../../pipeline/published/lock.ts";
import { presentRun } from "../../../pipeline/history/present.ts";
import type {
  Judge,
  Publication,
} from "../../../pipeline/project/publication.ts";
import {
  every,
  file,
  output,
  type Pipeline,
  type Verdict,
} from "../../../pipeline/stage/declaration.ts";

/** What a test may want to be otherwise. */
export interface Config {
  readonly engine: string;
  readonly epochs: number;
  readonly authors: Publication["authors"];
  readonly license: string;
}

export const CONFIG: Config = {
  engine: "exact",
  epochs: 3,
  authors: [{ given: "Ada", family: "Example" }],
  license: "MIT",
};

const module = (name: string) =>
  ({ kind: "module", module: `stages/${name}.ts` }) as const;

const pipeline: Pipeline<Config> = {
  verdicts: "claims.json",
  stages: [
    {
      name: "train",
      title: "Train",
      matrix: () => ({ lr: [0.1, 0.01] }),
      at: ({ engine, epochs }, { lr }) => ({
        runs: module("train"),
        params: { learning_rate: Number(lr), epochs, engine },
        ...(engine !== "exact" && { facts: { cpu: "of some kind" } }),
        outputs: {
          weights: {
            file: "weights.bin",
            artifact: `models/lr-${lr}.bin`,
            determinism: engine === "exact"
              ? { kind: "bits" }
              : { kind: "numeric", tolerance: 0.1 },
          },
        },
      }),
    },
    {
      name: "metrics",
      title: "Measure",
      at: () => ({
        runs: module("metrics"),
        // A file of the project that Git does not track is in the archive, too.
        inputs: {
          weights: every("train", "weights"),
          text: file("notes/text.txt"),
        },
        outputs: {
          metrics: { file: "metrics.json", artifact: "metrics.json" },
          notes: { file: "notes.txt" },
        },
      }),
    },
    {
      name: "claims",
      title: "Judge",
      at: () => ({
        runs: module("claims"),
        inputs: { metrics: output("metrics", "metrics") },
        outputs: { claims: { file: "claims.json", artifact: "claims.json" } },
      }),
    },
    {
      name: "figures",
      title: "Draw",
      at: ({ engine }) => ({
        runs: module("figures"),
        params: { settings: { engine } },
        inputs: { metrics: output("metrics", "metrics") },
        outputs: { svg: { file: "f.svg", artifact: "figures/losses.svg" } },
      }),
    },
  ],
};

const read = `const read = (path: string) => Deno.readTextFileSync(path);`;

const FILES: { readonly [path: string]: string } = {
  "deno.json": "{}\n",
  "deno.lock": '{"version":"5","npm":{"a@1.0.0":{"integrity":"sha512-a"}}}\n',
  "settings.toml":
    "[training]\n# As the paper has it.\nlearning_rate = 0.1\nepochs = 3\n",
  LICENSE: "Do what you like.\n",
  // Git sorts it before the folder, and after the folder's bare name.
  "stages.md": "Four stages.\n",
  "notes/text.txt": "The loss is small.\n",
  "stages/train.ts": `
export default (task: any) => {
  const { learning_rate, epochs, engine } = task.params;
  const noise = engine === "exact" ? 0 : 1e-4;
  const text = Array.from({ length: epochs }, (_, i) => learning_rate / (i + 1) + noise);
  Deno.writeTextFileSync(task.output("weights"), text.join(" "));
};
`,
  "stages/metrics.ts": `${read}
export default (task: any) => {
  const losses: Record<string, number> = {};
  for (const { point, path } of task.inputs("weights")) {
    losses["lr-" + point.lr] = Number(read(path).split(" ").at(-1));
  }
  Deno.writeTextFileSync(task.output("metrics"), JSON.stringify({ losses }) + "\\n");
  Deno.writeTextFileSync(task.output("notes"), "kept in the store alone\\n");
};
`,
  "stages/judge.ts": `
export function verdicts(claims: any, artifacts: any) {
  const { losses } = artifacts["metrics.json"];
  return claims.map(({ id, below }: any) => ({
    id,
    sentence: "The loss of the small rate is below " + below + ".",
    verdict: losses["lr-0.01"] < below ? "holds" : "fails",
    evidence: { summary: "loss " + losses["lr-0.01"] },
  }));
}
`,
  "stages/claims.ts": `import { verdicts } from "./judge.ts";
${read}
export default (task: any) => {
  const metrics = JSON.parse(read(task.input("metrics")));
  const found = verdicts([{ id: "small", below: 0.5 }], { "metrics.json": metrics });
  Deno.writeTextFileSync(task.output("claims"), JSON.stringify(found) + "\\n");
};
`,
  "stages/figures.ts": `${read}
export default (task: any) => {
  const { losses } = JSON.parse(read(task.input("metrics")));
  Deno.writeTextFileSync(task.output("svg"), "<svg>" + Object.values(losses).join(" ") + "</svg>\\n");
};
`,
};

/** Where the small paper's configuration stands, though only its judge reads it. */
const SETTINGS = "paper.json";

/** The project in its folder. */
export class Paper implements AsyncDisposable {
  private constructor(
    readonly root: string,
    readonly project: Project<Config>,
  ) {}

  static async write(
    config: Config = CONFIG,
    prefix = "paper-",
  ): Promise<Paper> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix }));
    const files = { ...FILES, [SETTINGS]: JSON.stringify(config) + "\n" };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return Paper.at(root, config);
  }

  /** The project of a folder that is there. */
  static at(root: string, config: Config = CONFIG): Paper {
    return new Paper(root, {
      root,
      deno: Deno.version.deno,
      pipeline,
      configure: () => Promise.resolve(ok(config)),
      sandbox: () => "deno",
      sources: ["deno.json"],
      shorthands: [],
      publication,
      judge: () => Promise.resolve(judge),
    });
  }

  /** Runs everything, what is forced in any case; returns the last event. */
  async run(
    force: readonly string[] = [],
  ): Promise<Extract<Event, { kind: "finished" }>> {
    const events: Event[] = [];
    await reproduce(
      this.project,
      {
        set: [],
        targets: [],
        force,
        jobs: 2,
        failFast: false,
        arguments: [],
      },
      (event) => void events.push(event),
      new AbortController().signal,
    );
    const last = events.at(-1);
    if (last?.kind !== "finished") throw new Error(JSON.stringify(last));
    return last;
  }

  async open(): Promise<Opened> {
    return unwrap(await open(this.project, { set: [] }));
  }

  async publish(): Promise<void> {
    const run = unwrap(presentRun(await this.open(), "claims.json"));
    writeFileSync(join(this.root, LOCK), printLock(run));
  }

  async archive(order: Partial<Order> = {}): Promise<Result<Built>> {
    return await buildArchive(await this.open(), {
      draft: false,
      data: false,
      output: undefined,
      verdicts: "claims.json",
      deno: Deno.version.deno,
      judge,
      levels: LEVELS,
      mirror: undefined,
      ...order,
    });
  }

  /** Writes a file of the project. */
  file(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Puts a link in the place of a file. */
  link(path: string, target: string): void {
    rmSync(join(this.root, path));
    symlinkSync(target, join(this.root, path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** What the archives of the small paper are judged by. */
export const judge: Judge = {
  verdicts,
  experiment: (read) =>
    JSON.parse(new TextDecoder().decode(read(SETTINGS))) as Json,
  pipeline,
  publication,
};

/** Its levels that make something again. */
export const LEVELS: readonly [Again, Again, Again] = [
  { name: "drawings", help: "", makes: ["figures/", ".html"] },
  { name: "lines", help: "", after: ["models/"] },
  { name: "all", help: "" },
];

/** The claims of the small paper. */
function verdicts(
  claims: readonly Json[],
  artifacts: { readonly [path: string]: Json },
): readonly Verdict[] {
  const { losses } = artifacts["metrics.json"] as unknown as {
    losses: { [name: string]: number };
  };
  return claims.map((claim) => {
    const { id, below } = claim as { id: string; below: number };
    const loss = losses["lr-0.01"]!; // the pipeline trains it
    return {
      id,
      sentence: `The loss of the small rate is below ${below}.`,
      verdict: loss < below ? "holds" : "fails",
      evidence: { summary: `loss ${loss}` },
    };
  });
}

function publication({ authors, license }: Config): Publication {
  return {
    name: "paper",
    title: "A small paper",
    description: "Two lines of numbers.",
    version: "1.0.0",
    license,
    keywords: ["test"],
    authors,
    paper: { author: "A. Example", venue: "A journal", year: 2020 },
    datasets: [{
      name: "Numbers",
      description: "Some",
      page: "https://example.org/numbers",
      citation: "Example: Numbers",
      terms: "Free",
      license: "CC-BY-SA-3.0",
      files: [{
        name: "numbers.gz",
        bytes: 10,
        sha256: "0".repeat(64),
        urls: ["https://example.org/numbers.gz"],
      }],
    }],
    metrics: "metrics.json",
    means: ["engine"],
    workflow: "stages/train.ts",
    sources: [
      ".ci",
      ".gitignore",
      "LICENSE",
      "deno.json",
      "deno.lock",
      "settings.toml",
      LOCK,
      SETTINGS,
      "stages",
      "stages.md",
    ],
    configuration: "settings.toml",
    claims: [{ id: "small", below: 0.5 }] as readonly Json[],
    judge: "stages/judge.ts",
  };
}
