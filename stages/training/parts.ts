/**
 * How a batch is cut into parts, so that several threads can share it: the gradient of the
 * batch is the sum of its parts' gradients, in their order. So the last digits depend on
 * how many parts there are, and not on how many threads compute them.
 */
import type { EngineName } from "./engine.ts";

/**
 * Parts of a batch, at most. Two, since a part of 32 images takes almost half of the time of
 * 64, and one of 16 clearly more than a quarter (docs/training-graph.md): who trains as many
 * networks as there are cores would pay for the others.
 */
export const PARTS = 2;

/** Parts of a batch where an engine executes it. */
export function partsOf(engine: EngineName, batch: number): number {
  return engine === "portable" ? Math.min(PARTS, batch) : 1;
}

/** The images of each part: as even as can be, the larger ones first. */
export function sizes(batch: number, parts: number): number[] {
  return Array.from(
    { length: parts },
    (_, part) => Math.ceil((batch - part) / parts),
  );
}
