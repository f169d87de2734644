/** Puts the engine and the research together. */
import { start } from "./pipeline/cli/start.ts";
import type { Overlays, Project } from "./pipeline/project/project.ts";
import type { Resolved } from "./stages/experiment/resolved.ts";

const root = import.meta.dirname!; // a local file always has one

/** What the doctor measured of this machine's engines: "auto" goes by it. */
const measured = `${root}/.store/engines.json`;

/**
 * Names of modules that Deno does not read ahead. What an `import("…")` names it
 * reads before the first line runs, with all that it imports, and asks after each
 * package: 30 ms, more than the whole quick answer.
 */
const later = (path: string) => new URL(path, import.meta.url).href;

type Read = ReturnType<typeof readAnew>;
let last: { readonly overlays: string; readonly read: Read } | undefined;

/** The configuration under some overlays; several questions in a row get one answer. */
function read({ profile, set }: Overlays): Read {
  const overlays = JSON.stringify([profile, set]);
  if (last?.overlays !== overlays) {
    last = {
      overlays,
      read: readAnew({ ...(profile !== undefined && { profile }), set }),
    };
  }
  return last.read;
}

async function readAnew({ profile, set }: Overlays) {
  const { readConfig }: typeof import("./pipeline/config/config.ts") =
    await import(later("./pipeline/config/config.ts"));
  const { experimentSchema }: typeof import("./stages/experiment/schema.ts") =
    await import(later("./stages/experiment/schema.ts"));
  return readConfig({
    path: `${root}/experiment.toml`,
    schema: experimentSchema,
    ...(profile !== undefined && { profile }),
    set,
  });
}

async function load(): Promise<Project<Resolved>> {
  const { pipeline }: typeof import("./stages/experiment/pipeline.ts") =
    await import(later("./stages/experiment/pipeline.ts"));
  const { publication }: typeof import("./stages/experiment/publication.ts") =
    await import(later("./stages/experiment/publication.ts"));
  const { resolved }: typeof import("./stages/experiment/resolved.ts") =
    await import(later("./stages/experiment/resolved.ts"));
  const { DEVICES }: typeof import("./stages/experiment/devices.ts") =
    await import(later("./stages/experiment/devices.ts"));
  return {
    root,
    deno: "2.9.6",
    pipeline,
    async configure(overlays) {
      const configuration = await read(overlays);
      return configuration.ok
        ? {
          ok: true,
          value: await resolved(configuration.value.config, measured),
        }
        : configuration;
    },
    async *standing(overlays) {
      const configuration = await read(overlays);
      if (!configuration.ok) return;
      const { config } = configuration.value;
      if (config.training.engine !== "auto") return;
      const { standing }: typeof import("./stages/experiment/engines.ts") =
        await import(later("./stages/experiment/engines.ts"));
      const { variantsOf }: typeof import("./stages/experiment/study.ts") =
        await import(later("./stages/experiment/study.ts"));
      yield await standing(measured, variantsOf(config).networks.length);
    },
    async *examine(overlays) {
      const configuration = await read(overlays);
      if (!configuration.ok) return;
      const { examine }: typeof import("./stages/experiment/engines.ts") =
        await import(later("./stages/experiment/engines.ts"));
      yield* examine(measured, configuration.value.config);
    },
    async executor(overlays) {
      const configuration = await read(overlays);
      return configuration.ok
        ? { ok: true, value: configuration.value.executor }
        : configuration;
    },
    async cache(overlays) {
      const configuration = await read(overlays);
      return configuration.ok
        ? { ok: true, value: configuration.value.cache }
        : configuration;
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
      measured,
    ],
    publication,
    judge: (): Promise<typeof import("./stages/experiment/judge.ts")> =>
      import(later("./stages/experiment/judge.ts")),
    async difference() {
      const { difference }: typeof import("./stages/formats/difference.ts") =
        await import(later("./stages/formats/difference.ts"));
      return difference;
    },
    mirror: "DATASET_MIRROR",
    pins: {
      configuration: "experiment.toml",
      load: (): Promise<typeof import("./stages/experiment/pins.ts")> =>
        import(later("./stages/experiment/pins.ts")),
    },
    page: "report.html",
    levels: [
      {
        name: "figures",
        help: "figures drawn again",
        makes: ["figures/", ".html"],
      },
      {
        name: "models",
        help: "models evaluated again, by the archive's code and by your own",
        after: ["models/"],
        async examination() {
          const { examination }:
            typeof import("./stages/experiment/examination.ts") = await import(
              later("./stages/experiment/examination.ts")
            );
          return examination;
        },
      },
      { name: "retrain", help: "all trained again" },
    ],
    templates: [
      {
        name: "python",
        help: "with a stage in Python and others in TypeScript",
        folders: ["templates/common", "templates/python"],
      },
      {
        name: "minimal",
        help: "in TypeScript alone",
        folders: ["templates/common", "templates/minimal"],
      },
    ],
    shorthands: [{
      option: "engine",
      setting: "training.engine",
      help: "what executes the training",
    }, {
      option: "strict",
      setting: "paper.strict",
      to: true,
      help: "fail where a text quotes another number than was measured",
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
