/** Starts an engine by its name, and crosschecks it with the portable one first. */
import type { Curve } from "../formats/curve.ts";
import { rates, type Vectors } from "./adam.ts";
import type { EngineName } from "./engine.ts";
import { crosscheck, STEPS } from "./crosscheck.ts";
import type { Lowering } from "./operation.ts";
import { optimised, optimisedForNative } from "./optimised.ts";
import type { Problem } from "./problem.ts";
import type { Threads } from "./team.ts";
import { graphTrainer, STRIDE } from "./trainer.ts";
import type { Trainer } from "./trainer.ts";

/** A running engine. */
interface Started {
  readonly trainer: Trainer;
  /** Names and versions, for the learning curve. */
  readonly engine: Curve["engine"];
}

/** What is to be trained. */
interface Start {
  readonly problem: Problem;
  readonly vectors: Vectors;
  /** The bytes of one batch, for the crosscheck. */
  readonly batch: Uint8Array;
  /** For an engine that cuts batches into parts. */
  readonly threads?: Threads;
}

/**
 * A trainer of an engine.
 *
 * @throws StageError if the engine is missing or computes something else.
 */
export async function start(
  name: EngineName,
  given: Start,
): Promise<Started> {
  const started = await launch(name, given);
  if (name === "portable") return started;
  const { problem, batch } = given;
  // On trainers of their own, so that the one that trains has not moved.
  const { trainer } = await launch(name, given);
  const { trainer: portable } = await launch("portable", given);
  const images = new Uint8Array(STEPS * batch.length);
  for (let step = 0; step < STEPS; step++) {
    images.set(batch, step * batch.length);
  }
  try {
    await crosscheck(name, {
      trainer,
      portable,
      images,
      rates: rates(problem.adam, 0, STEPS),
    });
  } finally {
    await trainer[Symbol.asyncDispose]();
    await portable[Symbol.asyncDispose]();
  }
  return started;
}

/** The form of the training graph that an engine executes. */
export function loweringOf(name: EngineName): Lowering {
  return name === "native" ? optimisedForNative : optimised;
}

/** One engine, without crosscheck. */
async function launch(
  name: EngineName,
  { problem, vectors, threads }: Start,
): Promise<Started> {
  const settings = { problem, lowering: loweringOf(name), start: vectors };
  switch (name) {
    case "portable": {
      const { portable, VERSION } = await import("../onnx/portable.ts");
      return {
        trainer: await graphTrainer(portable(), { ...settings, threads }),
        engine: { name, version: VERSION },
      };
    }
    case "native":
    case "cuda": {
      const { native, VERSION } = await import("../onnx/native.ts");
      const open = name === "native"
        ? native()
        : (await import("./cuda.ts")).cuda();
      return {
        trainer: await graphTrainer(open, settings),
        engine: { name, version: VERSION },
      };
    }
    case "webgpu": {
      const { card, VERSION } = await import("./webgpu.ts");
      const { adapter, open } = await card();
      const trainer = await graphTrainer(open, {
        ...settings,
        // Progress shows every few seconds where a step takes most of one.
        stride: adapter.software ? 1 : STRIDE,
      });
      return {
        trainer,
        engine: { name, version: VERSION, adapter: adapter.name },
      };
    }
  }
}
