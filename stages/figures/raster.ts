/** SVG as pixels, by resvg in WebAssembly, whose arithmetic is specified to the last bit. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Bitmap } from "./png.ts";

let ready: Promise<void> | undefined;

/**
 * Draws an SVG that has no text, so many pixels wide. All of it must be covered:
 * how much of the ground shines through is forgotten.
 */
export async function rasterise(svg: string, width: number): Promise<Bitmap> {
  ready ??= initWasm(
    Deno.readFileSync(
      new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")),
    ),
  );
  await ready;
  const image = new Resvg(svg, {
    fitTo: { mode: "width", value: width },
    imageRendering: 1, // hard edges
  }).render();
  const { pixels: rgba, height } = image;
  const pixels = new Uint8Array(rgba.length / 4 * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    pixels[3 * pixel] = rgba[4 * pixel]!;
    pixels[3 * pixel + 1] = rgba[4 * pixel + 1]!;
    pixels[3 * pixel + 2] = rgba[4 * pixel + 2]!;
  }
  return { width: image.width, height, pixels };
}
