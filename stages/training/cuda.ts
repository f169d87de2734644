/** The engine "cuda": the native ONNX Runtime on a graphics card of NVIDIA's. */
import { StageError } from "../../pipeline/stage/task.ts";
import { native } from "../onnx/native.ts";
import type { Open } from "../onnx/runtime.ts";

/**
 * Opens models on the graphics card.
 *
 * @throws StageError where ONNX Runtime's CUDA provider is not installed.
 */
export function cuda(): Open {
  const arch = Deno.build.arch === "x86_64" ? "x64" : "arm64";
  const library = new URL(
    `../bin/napi-v6/${Deno.build.os}/${arch}/libonnxruntime_providers_cuda.so`,
    import.meta.resolve("onnxruntime-node"),
  );
  if (!exists(library)) {
    throw new StageError(
      "Cannot train with engine cuda: ONNX Runtime's CUDA provider is not installed",
      `no ${
        library.pathname.split("/").at(-1)
      } beside onnxruntime-node for ${Deno.build.os} ${arch}`,
      "install it (node node_modules/onnxruntime-node/script/install, with CUDA 12 and cuDNN 9), or set training.engine to portable, native or webgpu",
    );
  }
  const open = native("cuda");
  return async (model) => {
    try {
      return await open(model);
    } catch (error) {
      throw new StageError(
        "Cannot train with engine cuda: ONNX Runtime does not reach the graphics card",
        error instanceof Error ? error.message : String(error),
        "check nvidia-smi and the CUDA libraries, or set training.engine to portable, native or webgpu",
      );
    }
  };
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
