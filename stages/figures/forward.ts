/**
 * The network's forward pass in plain loops, small enough to be read, and enough
 * for a few images.
 */
import { type LayersModel, numbersOf } from "../formats/layers-model.ts";
import { type Layer, shapeAfter } from "../network/layer.ts";

/** An image or a map of features: rows × columns × channels, channels fastest. */
export interface Map3 {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** The narrowest map of an image: what the decoder has to make it from. */
export function code(model: LayersModel, image: Map3): Map3 {
  let map = image;
  let least = map;
  for (const layer of model.chain.layers) {
    map = run(model, layer, map);
    if (map.values.length < least.values.length) least = map;
  }
  return least;
}

function run(model: LayersModel, layer: Layer, input: Map3): Map3 {
  const output = emptyAfter(layer, input);
  switch (layer.kind) {
    case "pooling":
      pool(layer.pool, input, output);
      return output;
    case "convolution":
    case "transposed": {
      const kernel = numbersOf(model, layer.name, "kernel");
      const bias = numbersOf(model, layer.name, "bias");
      if (layer.kind === "convolution") {
        convolve(layer, { kernel, bias }, input, output);
      } else upsample(layer, { kernel, bias }, input, output);
      if (layer.activation === "relu") {
        const { values } = output;
        values.forEach((value, index) => value < 0 && (values[index] = 0));
      }
      return output;
    }
  }
}

function emptyAfter(layer: Layer, { rows, columns, channels }: Map3): Map3 {
  const shape = shapeAfter(layer, { height: rows, width: columns, channels });
  return {
    rows: shape.height,
    columns: shape.width,
    channels: shape.channels,
    values: new Float32Array(shape.height * shape.width * shape.channels),
  };
}

interface Numbers {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Stride 1, zeros around the image; kernel [rows, columns, in, out]. */
function convolve(
  { kernel: [height, width], before: [up, left] }: Layer & {
    kind: "convolution";
  },
  { kernel, bias }: Numbers,
  { rows, columns, channels, values }: Map3,
  output: Map3,
): void {
  const out = output.channels;
  for (let y = 0; y < output.rows; y++) {
    for (let x = 0; x < output.columns; x++) {
      for (let o = 0; o < out; o++) {
        let sum = bias[o]!;
        for (let ky = 0; ky < height; ky++) {
          const sy = y + ky - up;
          if (sy < 0 || sy >= rows) continue;
          for (let kx = 0; kx < width; kx++) {
            const sx = x + kx - left;
            if (sx < 0 || sx >= columns) continue;
            for (let i = 0; i < channels; i++) {
              sum += values[(sy * columns + sx) * channels + i]! *
                kernel[((ky * width + kx) * channels + i) * out + o]!;
            }
          }
        }
        output.values[(y * output.columns + x) * out + o] = sum;
      }
    }
  }
}

/** Every pixel becomes a block; kernel [rows, columns, out, in]. */
function upsample(
  { kernel: [height, width] }: Layer & { kind: "transposed" },
  { kernel, bias }: Numbers,
  { columns, channels, values }: Map3,
  output: Map3,
): void {
  const out = output.channels;
  for (let y = 0; y < output.rows; y++) {
    for (let x = 0; x < output.columns; x++) {
      const place = (y % height) * width + x % width;
      const from = Math.floor(y / height) * columns + Math.floor(x / width);
      for (let o = 0; o < out; o++) {
        let sum = bias[o]!;
        for (let i = 0; i < channels; i++) {
          sum += values[from * channels + i]! *
            kernel[(place * out + o) * channels + i]!;
        }
        output.values[(y * output.columns + x) * out + o] = sum;
      }
    }
  }
}

/** The largest of each block. */
function pool(
  [height, width]: readonly [number, number],
  { columns, channels, values }: Map3,
  output: Map3,
): void {
  for (let at = 0; at < output.values.length; at++) {
    const place = Math.floor(at / channels);
    const [y, x] = [Math.floor(place / output.columns), place % output.columns];
    let most = -Infinity;
    for (let dy = 0; dy < height; dy++) {
      for (let dx = 0; dx < width; dx++) {
        const from = (y * height + dy) * columns + x * width + dx;
        most = Math.max(most, values[from * channels + at % channels]!);
      }
    }
    output.values[at] = most;
  }
}
