/**
 * The experiment on this machine: with the engine that "auto" stands for, and
 * what the results of each engine depend on besides the experiment.
 */
import type { Experiment } from "./schema.ts";
import type { EngineName } from "../training/engine.ts";
import { variantsOf } from "./study.ts";

/** What a setting stands for. */
interface Engine {
  readonly engine: EngineName;
  /** The adapter or the class of the CPU; nothing for the portable engine. */
  readonly hardware: { readonly adapter?: string; readonly cpu?: string };
}

type Wanted = Experiment["training"]["engine"];

/** An experiment whose engine is settled. */
export type Resolved = Experiment & {
  readonly training: Experiment["training"] & { readonly engine: EngineName };
  /** By the setting, for every network's. */
  readonly engines: { readonly [wanted in Wanted]: Engine };
};

/** Where the kernel shows graphics cards; without any of them there is no need to ask. */
export const DEVICES = ["/dev/dri", "/dev/nvidiactl", "/dev/kfd"];

/** Settles the engines. Loads nothing where the answer is plain. */
export async function resolved(experiment: Experiment): Promise<Resolved> {
  const engines: { [wanted: string]: Engine } = {};
  const settled = async (wanted: Wanted) => {
    const engine = await settle(wanted);
    engines[wanted] = engines[engine] ??= {
      engine,
      hardware: engine === "portable"
        ? {}
        : await (await import("../training/engine.ts")).hardware(engine),
    };
    return engine;
  };
  const { training } = experiment;
  const engine = await settled(training.engine);
  const wanted = variantsOf(experiment).networks
    .map(({ training }) => training.engine);
  for (const one of new Set(wanted)) await settled(one);
  return {
    ...experiment,
    training: { ...training, engine },
    engines: engines as Resolved["engines"], // every network's is there
  };
}

async function settle(wanted: Wanted): Promise<EngineName> {
  if (wanted !== "auto") return wanted;
  if (Deno.build.os === "linux" && !DEVICES.some(there)) return "portable";
  const { resolveEngine } = await import("../training/engine.ts");
  return await resolveEngine("auto");
}

function there(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
