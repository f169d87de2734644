/** Starts an engine: by its name, at some vectors, compared with the portable one first. */
import type { JsonObject } from "../../pipeline/json.ts";
import { rates } from "./adam.ts";
import type { EngineName } from "./engine.ts";
import { compare, STEPS } from "./parity.ts";
import { forNative, optimised } from "./rewrite.ts";
import { type Form, graphTrainer, type Problem } from "./trainer.ts";
import type { Trainer } from "./trainer.ts";
import type { Vectors } from "./trainer.ts";

/** A running engine. */
export interface Started {
  readonly trainer: Trainer;
  /** Names and versions, for the learning curve. */
  readonly engine: JsonObject;
}

/** What is to be trained. */
export interface Start {
  readonly problem: Problem;
  /** The `modelTopology` of the network. */
  readonly topology: JsonObject;
  readonly vectors: Vectors;
  /** The bytes of one batch, for the comparison. */
  readonly batch: Uint8Array;
}

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
    await compare(name, {
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

/** The form of the training graph that an engine executes, or that its steps equal. */
export function formOf(name: EngineName): Form {
  return name === "native" ? forNative(optimised) : optimised;
}

/** One engine, without comparison. */
async function launch(
  name: EngineName,
  { problem, topology, vectors }: Start,
): Promise<Started> {
  const settings = { problem, form: optimised, start: vectors };
  switch (name) {
    case "portable": {
      const { portable, VERSION } = await import("./portable.ts");
      return {
        trainer: await graphTrainer(await portable(), settings),
        engine: { name, version: VERSION },
      };
    }
    case "native":
    case "cuda": {
      const { native, cuda, VERSION } = await import("./native.ts");
      const open = await (name === "native" ? native() : cuda());
      return {
        trainer: await graphTrainer(open, { ...settings, form: formOf(name) }),
        engine: { name, version: VERSION },
      };
    }
    case "webgpu": {
      const { device, layersTrainer, VERSION } = await import("./webgpu.ts");
      const { adapter, check } = await device();
      const trainer = await layersTrainer(topology, {
        problem,
        start: vectors,
        // Progress shows twice a second where a step takes most of one.
        stride: adapter.software ? 1 : 50,
        check,
      });
      return {
        trainer,
        engine: { name, version: VERSION, adapter: adapter.name },
      };
    }
  }
}
