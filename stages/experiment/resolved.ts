/**
 * The experiment on this machine: with the engine that "auto" stands for, and
 * what the results of each engine depend on besides the experiment.
 */
import { mayHaveCard, there } from "./devices.ts";
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

/**
 * Settles the engines. Loads nothing where the answer is plain. `measured` is the file
 * that says what this machine's engines were measured to do.
 */
export async function resolved(
  experiment: Experiment,
  measured: string,
): Promise<Resolved> {
  const engines: { [wanted: string]: Engine } = {};
  const { networks } = variantsOf(experiment);
  const settled = async (wanted: Wanted) => {
    const engine = wanted === "auto"
      ? await settle(measured, networks.length)
      : wanted;
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
  const wanted = networks.map(({ training }) => training.engine);
  for (const one of new Set(wanted)) await settled(one);
  return {
    ...experiment,
    training: { ...training, engine },
    engines: engines as Resolved["engines"], // every network's is there
  };
}

/** What "auto" stands for. */
async function settle(
  measured: string,
  networks: number,
): Promise<EngineName> {
  if (!mayHaveCard() || !there(measured)) return "portable";
  const { automatic } = await import("./engines.ts");
  return await automatic(measured, networks);
}
