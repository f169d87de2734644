/** Puts the engine and the paper together. */
import { start } from "./pipeline/cli/start.ts";
import type { Overlays, Project } from "./pipeline/project/project.ts";
import type { Experiment } from "./stages/settings.ts";

const root = import.meta.dirname!; // a local file always has one

/** Names of modules that Deno does not read ahead, so that the answer "up to date" takes no time. */
const later = (path: string) => new URL(path, import.meta.url).href;

/** The configuration under some overlays. */
async function read({ profile, set }: Overlays) {
  const { readConfig }: typeof import("./pipeline/config/config.ts") =
    await import(later("./pipeline/config/config.ts"));
  const { experimentSchema }: typeof import("./stages/pipeline.ts") =
    await import(later("./stages/pipeline.ts"));
  return readConfig({
    path: `${root}/experiment.toml`,
    schema: experimentSchema,
    ...(profile !== undefined && { profile }),
    set,
  });
}

async function load(): Promise<Project<Experiment>> {
  const { pipeline }: typeof import("./stages/pipeline.ts") = await import(
    later("./stages/pipeline.ts")
  );
  const { publication }: typeof import("./stages/judge.ts") = await import(
    later("./stages/judge.ts")
  );
  return {
    root,
    deno: "2.9.6",
    pipeline,
    async configure(overlays) {
      const found = await read(overlays);
      return found.ok ? { ok: true, value: found.value.config } : found;
    },
    async executor(overlays) {
      const found = await read(overlays);
      return found.ok ? { ok: true, value: found.value.executor } : found;
    },
    async cache(overlays) {
      const found = await read(overlays);
      return found.ok ? { ok: true, value: found.value.cache } : found;
    },
    sandbox: ({ sandbox }) => sandbox.require,
    sources: ["main.ts", "experiment.toml", "deno.json", "deno.lock", "stages"],
    publication,
    judge: (): Promise<typeof import("./stages/judge.ts")> =>
      import(later("./stages/judge.ts")),
    page: "report.html",
    levels: [
      {
        name: "figures",
        help: "figures drawn again",
        makes: ["figures/", ".html"],
      },
      {
        name: "judgement",
        help: "claims judged again",
        after: ["metrics.json"],
      },
      { name: "all", help: "everything made again" },
    ],
    shorthands: [{
      option: "strict",
      setting: "paper.strict",
      to: true,
      help: "fail where a text quotes another number than was measured",
    }],
  };
}

Deno.exit(await start(root, Deno.args, load));
