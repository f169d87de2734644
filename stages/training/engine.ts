/**
 * The engines by name: which there are, and what a fingerprint must know of them.
 * Loads none of them, so that a declaration can ask.
 */
import { cpus } from "node:os";

/** Everything that can execute training. */
export type EngineName = "portable" | "native" | "webgpu" | "cuda";

/** A graphics adapter as WebGPU knows it. */
export interface Adapter {
  readonly name: string;
  /** A processor that plays the graphics card: right, but slow. */
  readonly software: boolean;
}

/** WebGPU's adapter, if there is one. Needs no permission. */
export async function adapter(): Promise<Adapter | undefined> {
  const found = await navigator.gpu?.requestAdapter();
  if (!found) return undefined;
  const { vendor, architecture, description, isFallbackAdapter } = found.info;
  const name = [description, vendor, architecture].filter(Boolean).join(", ");
  return {
    name: name || "unnamed",
    software: isFallbackAdapter ||
      /llvmpipe|lavapipe|softpipe|swiftshader|basic render/i.test(name),
  };
}

/**
 * What the results of an engine depend on beside the declared inputs and the
 * packages: nothing for the portable one, the adapter or the class of the CPU for
 * the others. For a fingerprint, and for the reader of a learning curve.
 */
export async function hardware(
  engine: EngineName,
): Promise<{ readonly adapter?: string; readonly cpu?: string }> {
  switch (engine) {
    case "portable":
      return {};
    case "native":
      return { cpu: cpuClass() };
    case "webgpu":
      return { adapter: (await adapter())?.name ?? "none" };
    case "cuda":
      return { adapter: (await adapter())?.name ?? "unknown", cpu: cpuClass() };
  }
}

/** The extensions by which ONNX Runtime chooses its kernels. */
const EXTENSIONS = ["avx", "avx2", "fma", "avx512f", "avx512_vnni", "amx_tile"];

/** The processors that compute the same bits: architecture and vector extensions. */
function cpuClass(): string {
  const { arch, os } = Deno.build;
  if (os !== "linux" || arch !== "x86_64") {
    return `${arch} ${cpus()[0]?.model ?? ""}`.trim();
  }
  const flags = /^flags\s*:(.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"));
  const found = new Set((flags?.[1] ?? "").split(" "));
  return [arch, ...EXTENSIONS.filter((name) => found.has(name))].join(" ");
}
