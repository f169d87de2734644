/** The code of a network: what its decoder starts from. */
import { modelGraph } from "../export/graph.ts";
import type { LayersModel } from "../formats/layers-model.ts";
import { codeOf, type Shape } from "../network/layer.ts";
import { model } from "../onnx/model.ts";
import { portable } from "../onnx/portable.ts";
import { encode } from "../onnx/wire.ts";

/** The maps of some images: `[image, channel, row, column]`. */
export interface Code extends Shape {
  readonly values: Float32Array;
}

/** Runs the exported graph of a network, up to its code, over some images. */
export async function codesOf(
  network: LayersModel,
  images: readonly Uint8Array[],
): Promise<Code> {
  const { input, layers } = network.chain;
  const code = codeOf(network.chain);
  const encoder = {
    ...network,
    chain: { input, layers: layers.slice(0, code.layers) },
  };
  const open = portable();
  await using session = await open(encode(model(modelGraph(encoder, "code"))));
  const { code: values } = await session.run({
    image: {
      type: "float32",
      data: Float32Array.from(
        images.flatMap((bytes) => [...bytes]),
        (value) => value / 255,
      ),
      dims: [images.length, input.channels, input.height, input.width],
    },
  });
  return { ...code.shape, values: values! };
}
