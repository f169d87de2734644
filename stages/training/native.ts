/**
 * The native engines: ONNX Runtime as machine code, on the processor or through
 * its CUDA provider. Fast; its kernels, and so the last bits of a result, depend
 * on the processor.
 */
import * as runtime from "onnxruntime-node";
import { StageError } from "../../pipeline/stage/task.ts";
import { type Open, opener } from "./runtime.ts";

const COMMON = {
  graphOptimizationLevel: "all",
  executionMode: "sequential",
  // One instance, one core: learning rates train side by side, and the result
  // does not depend on how many cores there are.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Problems reach us as exceptions; warnings would fill the stage's log.
  logSeverityLevel: 3,
};

/** One thread of this processor. */
export function native(): Promise<Open> {
  return Promise.resolve(
    opener(runtime, { ...COMMON, executionProviders: ["cpu"] }),
  );
}

/** A graphics card of NVIDIA's, where ONNX Runtime's CUDA provider is installed. */
export function cuda(): Promise<Open> {
  const { platform, arch } = Deno.build.os === "linux"
    ? {
      platform: "linux",
      arch: Deno.build.arch === "x86_64" ? "x64" : "arm64",
    }
    : { platform: Deno.build.os, arch: Deno.build.arch };
  const library = new URL(
    `../bin/napi-v6/${platform}/${arch}/libonnxruntime_providers_cuda.so`,
    import.meta.resolve("onnxruntime-node"),
  );
  if (!exists(library)) {
    throw new StageError(
      "Cannot train with engine cuda: ONNX Runtime's CUDA provider is not installed",
      `no ${
        library.pathname.split("/").at(-1)
      } beside onnxruntime-node for ${platform} ${arch}`,
      "Install it (node node_modules/onnxruntime-node/script/install, with CUDA 12 and cuDNN 9), or set training.engine to portable, native or webgpu",
    );
  }
  return Promise.resolve(async (model) => {
    const open = opener(runtime, { ...COMMON, executionProviders: ["cuda"] });
    try {
      return await open(model);
    } catch (error) {
      throw new StageError(
        "Cannot train with engine cuda: ONNX Runtime does not reach the graphics card",
        error instanceof Error ? error.message : String(error),
        "Check nvidia-smi and the CUDA libraries, or set training.engine to portable, native or webgpu",
      );
    }
  });
}

function exists(path: URL): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The runtime and its version. */
export const VERSION = `onnxruntime-node ${runtime.env.versions.node}`;
