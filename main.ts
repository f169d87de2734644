/** Puts the engine and the research together. */
import { join } from "node:path";
import { main } from "./pipeline/cli.ts";
import type { Project } from "./pipeline/project.ts";
import type { Experiment } from "./stages/experiment.ts";
import { pipeline } from "./stages/pipeline.ts";

const root = import.meta.dirname!; // a local file always has one

const project: Project<Experiment> = {
  root,
  deno: "2.9.6",
  pipeline,
  async configure({ profile, set }) {
    const { readConfig } = await import("./pipeline/config/config.ts");
    const { experimentSchema } = await import("./stages/experiment.ts");
    const read = readConfig({
      path: join(root, "experiment.toml"),
      schema: experimentSchema,
      ...(profile !== undefined && { profile }),
      set,
    });
    return read.ok ? { ok: true, value: read.value.config } : read;
  },
  sandbox: ({ sandbox }) => sandbox.require,
  shorthands: { engine: "training.engine" },
};

Deno.exit(await main(Deno.args, project));
