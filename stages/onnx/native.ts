/**
 * ONNX Runtime as machine code: fast, and the last bits of its results depend on
 * the processor. A module of its own, so that stages without it depend on no
 * native code.
 */
import * as runtime from "onnxruntime-node";
import { type Open, opener } from "./runtime.ts";

/** Opens models for one thread of this processor, or for a graphics card. */
export function native(provider: "cpu" | "cuda" = "cpu"): Open {
  return opener(runtime, {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    // One instance, one core: learning rates train side by side, and the result
    // does not depend on how many cores there are.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Problems reach us as exceptions; warnings would fill the stage's log.
    logSeverityLevel: 3,
  });
}

/** The runtime and its version. */
export const VERSION = `onnxruntime-node ${runtime.env.versions.node}`;
