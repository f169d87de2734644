/**
 * The experiment on this machine: with the engine that "auto" stands for, and
 * what the results of that engine depend on besides the experiment.
 */
import type { Experiment } from "./schema.ts";
import type { EngineName } from "../training/engine.ts";

/** An experiment whose engine is settled. */
export type Resolved = Experiment & {
  readonly training: Experiment["training"] & { readonly engine: EngineName };
  /** The adapter or the class of the CPU; nothing for the portable engine. */
  readonly hardware: { readonly adapter?: string; readonly cpu?: string };
};

/** Where the kernel shows graphics cards; without any of them there is no need to ask. */
export const DEVICES = ["/dev/dri", "/dev/nvidiactl", "/dev/kfd"];

/** Settles the engine. Loads nothing where the answer is plain. */
export async function resolved(experiment: Experiment): Promise<Resolved> {
  const engine = await settle(experiment.training.engine);
  return {
    ...experiment,
    training: { ...experiment.training, engine },
    hardware: engine === "portable"
      ? {}
      : await (await import("../training/engine.ts")).hardware(engine),
  };
}

async function settle(
  wanted: Experiment["training"]["engine"],
): Promise<EngineName> {
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
