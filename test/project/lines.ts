/**
 * A study with all that an archive can be judged by: a configuration, a model, a
 * measurement, a claim, a figure, and levels from 3 to 5. A line of numbers, fitted
 * in no time. With the engine in its folder.
 */
import { Words } from "./words.ts";

/** Its files, besides the engine's. */
const FILES: { readonly [path: string]: string } = {
  LICENSE: "Do what you like.\n",
  "config.json":
    '{"steps":3,"author":"Example","claims":[{"id":"small","below":0.5}]}\n',
  "stages/fit.ts": `
export default (task: any) => {
  const numbers = Array.from({ length: task.params.steps }, (_, i) => 1 / (i + 1));
  Deno.writeTextFileSync(task.output("line"), numbers.join(" ") + "\\n");
};
`,
  "stages/measure.ts": `
export default (task: any) => {
  const last = Number(Deno.readTextFileSync(task.input("line")).trim().split(" ").at(-1));
  Deno.writeTextFileSync(task.output("metrics"), JSON.stringify({ last }) + "\\n");
};
`,
  "stages/draw.ts": `
export default (task: any) => {
  const { last } = JSON.parse(Deno.readTextFileSync(task.input("metrics")));
  Deno.writeTextFileSync(task.output("svg"), "<svg>" + last + "</svg>\\n");
};
`,
  "stages/judge.ts": `
import { verdicts } from "../claims.ts";
export default (task: any) => {
  const metrics = JSON.parse(Deno.readTextFileSync(task.input("metrics")));
  const found = verdicts(task.params.claims, { "metrics.json": metrics });
  Deno.writeTextFileSync(task.output("claims"), JSON.stringify(found) + "\\n");
};
`,
  "claims.ts": `
export const verdicts = (claims: any, artifacts: any) =>
  claims.map(({ id, below }: any) => ({
    id,
    sentence: "The last number is below " + below + ".",
    verdict: artifacts["metrics.json"].last < below ? "holds" : "fails",
    evidence: { summary: "it is " + artifacts["metrics.json"].last },
  }));
`,
  "study.ts": `
import { output } from "./pipeline/stage/declaration.ts";
export { verdicts } from "./claims.ts";

const stage = (name: string, title: string, at: any) => ({ name, title, at });
const runs = (name: string) => ({ kind: "module", module: "stages/" + name + ".ts" });

export const pipeline: any = {
  verdicts: "claims.json",
  metrics: "metrics.json",
  stages: [
    stage("fit", "Fit", ({ steps }: any) => ({
      runs: runs("fit"),
      params: { steps },
      outputs: { line: { file: "line.txt", artifact: "models/line.txt" } },
    })),
    stage("measure", "Measure", () => ({
      runs: runs("measure"),
      inputs: { line: output("fit", "line") },
      outputs: { metrics: { file: "metrics.json", artifact: "metrics.json" } },
    })),
    stage("judge", "Judge", ({ claims }: any) => ({
      runs: runs("judge"),
      params: { claims },
      inputs: { metrics: output("measure", "metrics") },
      outputs: { claims: { file: "claims.json", artifact: "claims.json" } },
    })),
    stage("draw", "Draw", () => ({
      runs: runs("draw"),
      inputs: { metrics: output("measure", "metrics") },
      outputs: { svg: { file: "line.svg", artifact: "figures/line.svg" } },
    })),
  ],
};

export const experiment = (read: any) =>
  JSON.parse(new TextDecoder().decode(read("config.json")));

export const publication = ({ author, claims }: any) => ({
  name: "lines",
  title: "Lines",
  description: "A line of numbers.",
  version: "1.0.0",
  license: "MIT",
  keywords: [],
  authors: [{ given: "Ada", family: author }],
  datasets: [],
  metrics: "metrics.json",
  means: [],
  workflow: "study.ts",
  sources: ["LICENSE", "claims.ts", "config.json", "deno.json", "deno.lock", "main.ts", "pipeline", "stages", "study.ts"],
  claims,
  judge: "study.ts",
});
`,
  "main.ts": `
import { start } from "./pipeline/cli/start.ts";
import * as study from "./study.ts";

Deno.exit(await start(import.meta.dirname!, Deno.args, () => Promise.resolve({
  root: import.meta.dirname!,
  deno: Deno.version.deno,
  pipeline: study.pipeline,
  configure: () => Promise.resolve({
    ok: true as const,
    value: JSON.parse(Deno.readTextFileSync(import.meta.dirname + "/config.json")),
  }),
  sandbox: () => "deno" as const,
  sources: ["main.ts", "study.ts", "claims.ts", "config.json", "deno.json"],
  shorthands: [],
  publication: study.publication,
  judge: () => Promise.resolve(study),
  levels: [
    { name: "figures", help: "figures drawn again", makes: ["figures/"] },
    {
      name: "models",
      help: "models measured again",
      after: ["models/"],
      examination: () => Promise.resolve(async ({ read }: any) => {
        const text = (path: string) => new TextDecoder().decode(read(path));
        const last = Number(text("models/line.txt").trim().split(" ").at(-1));
        const said = JSON.parse(text("metrics.json")).last;
        return last === said ? [] : ["metrics.json says " + said + ", it is " + last];
      }),
    },
    { name: "retrain", help: "all made again" },
  ],
} as any)));
`,
};

/** The study in a folder of its own. */
export class Lines extends Words {
  constructor() {
    super(FILES);
  }
}
