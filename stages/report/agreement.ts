/** Compares the page's own forward pass with what was measured with the exported models. */
import { assemble, reconstruct } from "./client/forward.js";
import type { Architecture } from "./network.ts";

/**
 * How far a grey value of 0…1 may be from the measured one: half a step of a byte,
 * for those were rounded to bytes, and what the order of sums explains.
 */
export const TOLERANCE = 0.5 / 255 + 1e-4;

/** The largest difference over every output shown, each of which is computed anew. */
export function difference(
  originals: readonly Uint8Array[],
  networks: readonly {
    readonly architecture: Architecture;
    readonly outputs: readonly Uint8Array[];
    readonly weights: Uint8Array<ArrayBuffer> | null;
  }[],
): number {
  let most = 0;
  for (const { architecture: { chain, code }, outputs, weights } of networks) {
    const layers = assemble(chain, new Float32Array(weights!.buffer));
    originals.forEach((original, place) => {
      const values = Float32Array.from(original, (grey) => grey / 255);
      const { output } = reconstruct(
        layers,
        { ...chain.input, values },
        code.layers,
      );
      most = Math.max(most, apart(output, outputs[place]!));
    });
  }
  return most;
}

/** The largest difference of a grey value; infinite where one is none, or the sizes differ. */
function apart(output: Float32Array, measured: Uint8Array): number {
  if (output.length !== measured.length) return Infinity;
  return output.reduce((most, value, pixel) => {
    const shown = Math.min(1, Math.max(0, value));
    const difference = Math.abs(shown - measured[pixel]! / 255);
    return Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }, 0);
}
