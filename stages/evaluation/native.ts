/**
 * The native ONNX Runtime, whose last bits depend on the CPU. A module of its
 * own, so that stages without it depend on no native code.
 */
import * as node from "onnxruntime-node";
import type { Opened } from "./runtime.ts";
import { open } from "./runtime.ts";

/** onnxruntime-node on one thread. Needs the permission to load native code. */
export async function native(model: Uint8Array): Promise<Opened> {
  return await open(node, model);
}
