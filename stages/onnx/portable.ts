/**
 * ONNX Runtime compiled to WebAssembly. Its arithmetic is specified to the last
 * bit (SIMD, not relaxed), and one thread fixes the order of all sums, so its
 * results depend on nothing but the graph and the numbers.
 */
import * as runtime from "onnxruntime-web/wasm";
import { type Open, opener } from "./runtime.ts";

/** Opens models. Needs to read node_modules, nothing else. */
export function portable(): Open {
  const { wasm } = runtime.env;
  wasm.numThreads = 1;
  const program = new URL(
    "./ort-wasm-simd-threaded.wasm",
    import.meta.resolve("onnxruntime-web/wasm"),
  );
  // Handed over, for the runtime would fetch it, and a stage has no network.
  wasm.wasmBinary = Deno.readFileSync(program).buffer;
  return opener(runtime, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    // Problems reach us as exceptions; warnings would fill the stage's log.
    logSeverityLevel: 3,
  });
}

/** The runtime and its version. */
export const VERSION = `onnxruntime-web ${runtime.env.versions.web}`;
