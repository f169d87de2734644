/** Puts the engine and the research together. */
import { start } from "./pipeline/cli/start.ts";
import type { Project } from "./pipeline/project/project.ts";
import {
  DEVICES,
  type Resolved,
  resolved,
} from "./stages/experiment/resolved.ts";

const root = import.meta.dirname!; // a local file always has one

async function load(): Promise<Project<Resolved>> {
  const { pipeline } = await import("./stages/experiment/pipeline.ts");
  const { publication } = await import("./stages/experiment/publication.ts");
  return {
    root,
    deno: "2.9.6",
    pipeline,
    async configure({ profile, set }) {
      const { readConfig } = await import("./pipeline/config/config.ts");
      const { experimentSchema } = await import(
        "./stages/experiment/schema.ts"
      );
      const read = readConfig({
        path: `${root}/experiment.toml`,
        schema: experimentSchema,
        ...(profile !== undefined && { profile }),
        set,
      });
      return read.ok
        ? { ok: true, value: await resolved(read.value.config) }
        : read;
    },
    sandbox: ({ sandbox }) => sandbox.require,
    sources: [
      "main.ts",
      "experiment.toml",
      "deno.json",
      "deno.lock",
      "results.lock.json",
      "stages",
      ...DEVICES,
    ],
    shorthands: { engine: "training.engine" },
    publication,
    judge: async () => (await import("./stages/claims/judgement.ts")).verdicts,
  };
}

Deno.exit(await start(root, Deno.args, load));
