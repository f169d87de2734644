/** An exported network as a function from pictures to their reconstructions. */
import type { Size } from "../formats/images.ts";
import type { Open } from "../onnx/runtime.ts";

/** Pictures [n, height, width] in one row → their reconstructions, likewise. */
export type Reconstruct = (images: Float32Array) => Promise<Float32Array>;

/**
 * Pictures at a time. It is part of the result's identity, in principle: a
 * matrix product may be cut up by its size. Of so many the widest layer stays in a
 * core's cache: 250 took a tenth longer in WebAssembly and a fifth as machine code.
 */
const BATCH = 50;

/** The function of the network in a `.onnx` file for pictures of a size; the process closes it. */
export async function reconstructor(
  open: Open,
  path: string,
  { height, width }: Size,
): Promise<Reconstruct> {
  const pixels = height * width;
  const session = await open(Deno.readFileSync(path));
  return async (images) => {
    const results = new Float32Array(images.length);
    for (let from = 0; from < images.length; from += BATCH * pixels) {
      const data = images.subarray(from, from + BATCH * pixels);
      const dims = [data.length / pixels, 1, height, width];
      const { reconstruction } = await session.run({
        image: { type: "float32", data, dims },
      });
      results.set(reconstruction!, from); // the one output of an exported model
    }
    return results;
  };
}
