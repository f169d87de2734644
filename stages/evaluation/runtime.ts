/**
 * Executes an exported model with an ONNX Runtime; here the portable one, whose
 * bits are the same on every machine.
 */
import * as web from "onnxruntime-web";
import { StageError } from "../../pipeline/stage/task.ts";
import type { Size } from "../formats/images.ts";

/** A network that is ready to be fed. */
export interface Opened extends Size {
  /** Pictures [n, height, width] in one row → their reconstructions, likewise. */
  readonly reconstruct: Reconstruct;
}

export type Reconstruct = (images: Float32Array) => Promise<Float32Array>;

/**
 * Pictures at a time. It is part of the result's identity, in principle: a
 * matrix product may be cut up by its size.
 */
const BATCH = 250;

/** The names by which the two are called in results. */
export const RUNTIMES = ["onnxruntime-web", "onnxruntime-node"] as const;

/** What both runtimes offer of their equal interfaces. */
export interface Runtime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: web.InferenceSession.SessionOptions,
    ): Promise<
      web.InferenceSession
    >;
  };
  readonly Tensor: typeof web.Tensor;
}

/** onnxruntime-web in WASM on one thread. */
export async function portable(model: Uint8Array): Promise<Opened> {
  web.env.wasm.numThreads = 1;
  return await open(web, model);
}

/** A model, opened by a runtime, ready to be fed. */
export async function open(
  runtime: Runtime,
  model: Uint8Array,
): Promise<Opened> {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [runtime === web ? "wasm" : "cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const [input] = session.inputMetadata;
  const [output] = session.outputNames;
  const [, channels, height, width] = input?.isTensor ? input.shape : [];
  if (
    input?.name !== "image" || output !== "reconstruction" || channels !== 1 ||
    typeof height !== "number" || typeof width !== "number"
  ) {
    throw new StageError(
      "Cannot use the exported model",
      `it maps ${session.inputNames} to ${session.outputNames}`,
      'it must map "image" [N, 1, height, width] to "reconstruction"',
    );
  }
  const reconstruct: Reconstruct = async (images) => {
    const results = new Float32Array(images.length);
    const step = BATCH * height * width;
    for (let start = 0; start < images.length; start += step) {
      const batch = images.subarray(start, start + step);
      const count = batch.length / (height * width);
      const { reconstruction } = await session.run({
        image: new runtime.Tensor("float32", batch, [count, 1, height, width]),
      });
      const values = reconstruction?.data;
      if (!(values instanceof Float32Array) || values.length !== batch.length) {
        throw new StageError(
          "Cannot use the exported model",
          `it makes ${reconstruction?.dims.join(" × ")} of ${count} pictures`,
          `it must make ${count} × 1 × ${height} × ${width}`,
        );
      }
      results.set(values, start);
    }
    return results;
  };
  return { height, width, reconstruct };
}
