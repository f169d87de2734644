/**
 * The network's forward pass in 64-bit floats, pixel by pixel and as plainly as
 * possible: what gradients and losses are held against.
 */
import { type Chain, type Shape, walk } from "../../../stages/network/layer.ts";
import { weights } from "../../../stages/network/weights.ts";

interface Image extends Shape {
  readonly values: Float64Array;
}

function empty({ channels, height, width }: Shape): Image {
  return {
    channels,
    height,
    width,
    values: new Float64Array(channels * height * width),
  };
}

/** 0 outside of the image. */
function at(
  image: Image,
  channel: number,
  row: number,
  column: number,
): number {
  const { height, width, values } = image;
  if (row < 0 || column < 0 || row >= height || column >= width) return 0;
  return values[(channel * height + row) * width + column]!;
}

function fill(
  image: Image,
  value: (channel: number, row: number, column: number) => number,
): Image {
  const { channels, height, width, values } = image;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        values[(c * height + y) * width + x] = value(c, y, x);
      }
    }
  }
  return image;
}

/** What the network makes of one image. `flat`: the weights in ONNX's layout. */
export function forward(
  chain: Chain,
  flat: ArrayLike<number>,
  pixels: ArrayLike<number>,
): Float64Array {
  const list = weights(chain);
  let image: Image = { ...chain.input, values: Float64Array.from(pixels) };
  for (const { layer, output } of walk(chain)) {
    const input = image;
    if (layer.kind === "pooling") {
      const [rows, columns] = layer.pool;
      image = fill(empty(output), (c, y, x) => {
        let top = -Infinity;
        for (let a = 0; a < rows; a++) {
          for (let b = 0; b < columns; b++) {
            top = Math.max(top, at(input, c, rows * y + a, columns * x + b));
          }
        }
        return top;
      });
      continue;
    }
    const [kernel, bias] = list.filter((weight) => weight.layer === layer.name);
    const [, second = 0, rows = 0, columns = 0] = kernel!.dims;
    const weight = (i: number, j: number, u: number, v: number) =>
      flat[kernel!.offset + ((i * second + j) * rows + u) * columns + v]!;
    image = fill(empty(output), (c, y, x) => {
      let sum = flat[bias!.offset + c]!;
      for (let d = 0; d < input.channels; d++) {
        if (layer.kind === "transposed") {
          sum += at(input, d, Math.floor(y / rows), Math.floor(x / columns)) *
            weight(d, c, y % rows, x % columns);
          continue;
        }
        for (let u = 0; u < rows; u++) {
          for (let v = 0; v < columns; v++) {
            sum +=
              at(input, d, y + u - layer.before[0], x + v - layer.before[1]) *
              weight(c, d, u, v);
          }
        }
      }
      return layer.activation === "relu" ? Math.max(sum, 0) : sum;
    });
  }
  return image.values;
}

/** The mean squared difference over a batch of images. */
export function loss(
  chain: Chain,
  flat: ArrayLike<number>,
  images: readonly ArrayLike<number>[],
): number {
  let sum = 0;
  let count = 0;
  for (const image of images) {
    forward(chain, flat, image).forEach((value, index) => {
      sum += (value - image[index]!) ** 2;
      count++;
    });
  }
  return sum / count;
}
