/**
 * The network's forward pass on typed arrays: rows × columns × channels, channels
 * fastest. It covers what `stages/network/layer.ts` knows; whether it gives what
 * was measured is looked at when the report is made.
 */

/**
 * @typedef {{channels: number, height: number, width: number}} Shape
 * @typedef {Shape & {values: Float32Array}} Features
 * @typedef {{input: Shape, layers: readonly any[]}} Chain as `layer.ts` has it
 */

/**
 * The layers with their weights, which follow each other in `floats`: of every
 * layer the kernel, then the biases.
 * @param {Chain} chain
 * @param {Float32Array} floats
 */
export function assemble({ input, layers }, floats) {
  let at = 0;
  let { channels } = input;
  return layers.map((layer) => {
    if (layer.kind === "pooling") return layer;
    const { kernel: [rows, columns], filters } = layer;
    const size = rows * columns * channels * filters;
    const weights = floats.subarray(at, at += size);
    const biases = floats.subarray(at, at += filters);
    channels = filters;
    return { ...layer, weights, biases };
  });
}

/**
 * Runs an image through the network.
 * @param {any[]} layers as `assemble` gives them
 * @param {Features} image grey values of 0…1
 * @param {number} depth the number of layers up to the code
 * @returns {{output: Float32Array, code: Features}}
 */
export function reconstruct(layers, image, depth) {
  let features = image;
  let code = image;
  layers.forEach((layer, index) => {
    features = step(layer, features);
    if (index + 1 === depth) code = features;
  });
  return { output: features.values, code };
}

/** @returns {Features} */
function step(layer, input) {
  switch (layer.kind) {
    case "convolution":
      return convolve(layer, input);
    case "transposed":
      return upsample(layer, input);
    case "pooling":
      return pool(layer, input);
    default:
      throw new TypeError(`no forward pass for the layer ${layer.kind}`);
  }
}

/** Stride 1, between rows and columns of zeros; kernel [rows, columns, in, out]. */
function convolve(
  {
    kernel: [rows, columns],
    before,
    after,
    filters,
    weights,
    biases,
    ...layer
  },
  { height, width, channels, values },
) {
  const [up, left] = before;
  const down = height + up + after[0] - rows + 1;
  const across = width + left + after[1] - columns + 1;
  const result = new Float32Array(down * across * filters);
  const sums = new Float64Array(filters);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      sums.set(biases);
      for (let ky = 0; ky < rows; ky++) {
        const sy = y + ky - up;
        if (sy < 0 || sy >= height) continue;
        for (let kx = 0; kx < columns; kx++) {
          const sx = x + kx - left;
          if (sx < 0 || sx >= width) continue;
          for (let i = 0; i < channels; i++) {
            const value = values[(sy * width + sx) * channels + i];
            const from = ((ky * columns + kx) * channels + i) * filters;
            for (let o = 0; o < filters; o++) {
              sums[o] += value * weights[from + o];
            }
          }
        }
      }
      write(result, (y * across + x) * filters, sums, layer);
    }
  }
  return { height: down, width: across, channels: filters, values: result };
}

/** Kernel and stride are one: every pixel becomes a block; kernel [rows, columns, out, in]. */
function upsample(
  { kernel: [rows, columns], filters, weights, biases, ...layer },
  { height, width, channels, values },
) {
  const across = columns * width;
  const result = new Float32Array(rows * height * across * filters);
  const sums = new Float64Array(filters);
  for (let y = 0; y < rows * height; y++) {
    for (let x = 0; x < across; x++) {
      const from = (Math.floor(y / rows) * width + Math.floor(x / columns)) *
        channels;
      const place = (y % rows) * columns + x % columns;
      sums.set(biases);
      for (let o = 0; o < filters; o++) {
        for (let i = 0; i < channels; i++) {
          sums[o] += values[from + i] *
            weights[(place * filters + o) * channels + i];
        }
      }
      write(result, (y * across + x) * filters, sums, layer);
    }
  }
  return {
    height: rows * height,
    width: across,
    channels: filters,
    values: result,
  };
}

/** The greatest of each block; what fits into none is left out. */
function pool({ pool: [rows, columns] }, { height, width, channels, values }) {
  const down = Math.floor(height / rows);
  const across = Math.floor(width / columns);
  const result = new Float32Array(down * across * channels).fill(-Infinity);
  for (let y = 0; y < down * rows; y++) {
    for (let x = 0; x < across * columns; x++) {
      const to = (Math.floor(y / rows) * across + Math.floor(x / columns)) *
        channels;
      for (let c = 0; c < channels; c++) {
        const value = values[(y * width + x) * channels + c];
        if (value > result[to + c]) result[to + c] = value;
      }
    }
  }
  return { height: down, width: across, channels, values: result };
}

function write(result, at, sums, { activation }) {
  for (let o = 0; o < sums.length; o++) {
    result[at + o] = activation === "relu" && sums[o] < 0 ? 0 : sums[o];
  }
}
