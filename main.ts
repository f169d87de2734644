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
    publication,
    judge: () => import("./stages/experiment/judge.ts"),
    difference: async () =>
      (await import("./stages/formats/difference.ts")).difference,
    mirror: "DATASET_MIRROR",
    page: "report.html",
    levels: [
      {
        name: "figures",
        help: "figures drawn again",
        makes: ["figures/", ".html"],
      },
      { name: "models", help: "models evaluated again", after: ["models/"] },
      { name: "retrain", help: "all trained again" },
    ],
    shorthands: [{
      option: "engine",
      setting: "training.engine",
      help: "what executes the training",
    }],
    examples: {
      reproduce: [
        [
          "reproduce train --set training.epochs=20",
          "only the training, with more epochs",
        ],
        [
          "reproduce --force 'train[lr=0.01]'",
          "train one network again, whatever is stored",
        ],
      ],
      status: [
        ["status --set training.epochs=20", "what more epochs would run again"],
      ],
      why: [
        ["why 'train[lr=0.01]'", "why this network would be trained again"],
      ],
      verify: [[
        "verify paper-1.0.0.zip --level 4 --run",
        "also figures and measurements, made again by the archive's code",
      ]],
    },
  };
}

Deno.exit(await start(root, Deno.args, load));
