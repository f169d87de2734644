/**
 * The WebGPU engine: ONNX Runtime's WebAssembly build that hands operators over to
 * Deno's own GPU interface. It executes the graph that `portable` does, its loop
 * over steps included. Between calls the vectors come back: they are a few kilobytes, and the
 * losses have to be waited for anyway.
 */
import * as runtime from "onnxruntime-web/webgpu";
import { StageError } from "../../pipeline/stage/task.ts";
import { type Open, opener } from "../onnx/runtime.ts";
import { type Adapter, adapter } from "./engine.ts";

/** A graphics card that models can be opened on. */
interface Card {
  readonly adapter: Adapter;
  /** What it opens throws a StageError once the device refused a command or is gone. */
  readonly open: Open;
}

/** The graphics card. @throws StageError if there is none. */
export async function card(): Promise<Card> {
  const found = await adapter();
  if (!found) {
    throw new StageError(
      "Cannot train with engine webgpu: there is no WebGPU adapter",
      "no adapter",
      "install a graphics driver with Vulkan, Metal or Direct3D 12 (mesa-vulkan-drivers brings a software adapter), or set training.engine to portable or native",
    );
  }
  const { wasm, webgpu } = runtime.env;
  wasm.numThreads = 1;
  const program = new URL(
    "./ort-wasm-simd-threaded.asyncify.wasm",
    import.meta.resolve("onnxruntime-web/webgpu"),
  );
  // Handed over, for the runtime would fetch it, and a stage has no network.
  wasm.wasmBinary = Deno.readFileSync(program).buffer;
  const open = opener(runtime, {
    executionProviders: ["webgpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    // Problems reach us as exceptions; warnings would fill the stage's log.
    logSeverityLevel: 3,
  });
  let fault: string | undefined;
  const watched = new WeakSet<GPUDevice>();
  return {
    adapter: found,
    async open(model) {
      const session = await open(model);
      // The runtime makes the device with the first session.
      const device = await webgpu.device as GPUDevice;
      if (!watched.has(device)) {
        watched.add(device);
        device.addEventListener("uncapturederror", (event) => {
          fault ??= (event as GPUUncapturedErrorEvent).error.message;
        });
        device.lost.then(({ message }) => fault ??= `device lost: ${message}`);
      }
      return {
        ...session,
        async run(feeds) {
          const results = await session.run(feeds);
          if (fault === undefined) return results;
          throw new StageError(
            `The graphics card failed: ${found.name}`,
            fault.trim().split("\n").slice(0, 3).join(" "),
            "update its driver, or set training.engine to portable or native",
          );
        },
      };
    },
  };
}

/** The runtime and its version. */
export const VERSION = `onnxruntime-web ${runtime.env.versions.web}, WebGPU`;
