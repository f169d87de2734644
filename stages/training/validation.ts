/** The loss of images that nobody trains on: a graph for each size of batch, the usual one and the rest. */
import { type Open, type Session, vectorOf } from "../onnx/runtime.ts";
import { encode } from "../onnx/wire.ts";
import { pixelsOf, validationModel } from "./graph.ts";
import type { Lowering } from "./operation.ts";
import type { Problem } from "./problem.ts";

/** Computes losses of batches. */
export interface Validation extends AsyncDisposable {
  /** The mean loss over images `[n, pixels]`, of which there is at most a batch. */
  loss(parameters: Float32Array, images: Uint8Array): Promise<number>;
}

/** Opens the graphs when they are needed. */
export function validationOf(
  open: Open,
  { chain }: Problem,
  lowering: Lowering,
): Validation {
  const pixels = pixelsOf(chain);
  const sessions = new Map<number, Session>();
  const session = async (size: number) => {
    const known = sessions.get(size);
    if (known) return known;
    const part = { size, program: lowering(chain, size) };
    const opened = await open(encode(validationModel({ chain, part })));
    sessions.set(size, opened);
    return opened;
  };
  return {
    async loss(parameters, images) {
      const size = images.length / pixels;
      const { loss } = await (await session(size)).run({
        parameters: vectorOf(parameters),
        images: { type: "uint8", data: images, dims: [size, pixels] },
      });
      return loss?.[0] as number;
    },
    async [Symbol.asyncDispose]() {
      for (const opened of sessions.values()) {
        await opened[Symbol.asyncDispose]();
      }
    },
  };
}
