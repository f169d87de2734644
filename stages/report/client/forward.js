/** The network's forward pass on typed arrays: rows × columns × channels, channels fastest. */

/**
 * @typedef {{kind: string, relu: boolean, kernel: number[] | null, bias: number}} Shape
 * @typedef {{rows: number, columns: number, channels: number, values: Float32Array}} Features
 * @typedef {Shape & {weights: Float32Array, biases: Float32Array}} Layer
 */

/**
 * The layers with their weights, which follow each other in `floats`: of every
 * layer the kernel, then the biases.
 * @param {Shape[]} shapes
 * @param {Float32Array} floats
 * @returns {Layer[]}
 */
export function assemble(shapes, floats) {
  let at = 0;
  return shapes.map((shape) => {
    const size = shape.kernel?.reduce((product, n) => product * n, 1) ?? 0;
    const weights = floats.subarray(at, at += size);
    const biases = floats.subarray(at, at += shape.bias);
    return { ...shape, weights, biases };
  });
}

/**
 * Runs a 28×28 image through the network.
 * @param {Layer[]} layers
 * @param {Float32Array} image grey values of 0…1
 * @returns {{output: Float32Array, code: Features}} the reconstruction, and the
 *   narrowest features on the way, which it is made from
 */
export function reconstruct(layers, image) {
  /** @type {Features} */
  let features = { rows: 28, columns: 28, channels: 1, values: image };
  let code = features;
  for (const layer of layers) {
    features = step(layer, features);
    if (features.values.length < code.values.length) code = features;
  }
  return { output: features.values, code };
}

/** @param {Layer} layer @param {Features} input @returns {Features} */
function step(layer, input) {
  switch (layer.kind) {
    case "Conv2D":
      return convolve(layer, input);
    case "Conv2DTranspose":
      return upsample(layer, input);
    case "MaxPooling2D":
      return pool(input);
    default:
      throw new TypeError(`no forward pass for the layer ${layer.kind}`);
  }
}

/** Stride 1, padded with zeros to the same size; kernel [rows, columns, in, out]. */
function convolve({ kernel, weights, biases, relu }, input) {
  const { rows, columns, channels, values } = input;
  const [height, width, , out] = kernel;
  const [up, left] = [(height - 1) >> 1, (width - 1) >> 1];
  const result = new Float32Array(rows * columns * out);
  const sums = new Float64Array(out);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      sums.set(biases);
      for (let ky = 0; ky < height; ky++) {
        const sy = y + ky - up;
        if (sy < 0 || sy >= rows) continue;
        for (let kx = 0; kx < width; kx++) {
          const sx = x + kx - left;
          if (sx < 0 || sx >= columns) continue;
          for (let i = 0; i < channels; i++) {
            const value = values[(sy * columns + sx) * channels + i];
            const from = ((ky * width + kx) * channels + i) * out;
            for (let o = 0; o < out; o++) sums[o] += value * weights[from + o];
          }
        }
      }
      write(result, (y * columns + x) * out, sums, relu);
    }
  }
  return { rows, columns, channels: out, values: result };
}

/** 2×2, stride 2: every pixel becomes four; kernel [2, 2, out, in]. */
function upsample({ kernel, weights, biases, relu }, input) {
  const { rows, columns, channels, values } = input;
  const out = kernel[2];
  const result = new Float32Array(4 * rows * columns * out);
  const sums = new Float64Array(out);
  for (let y = 0; y < 2 * rows; y++) {
    for (let x = 0; x < 2 * columns; x++) {
      const from = ((y >> 1) * columns + (x >> 1)) * channels;
      const place = (y & 1) * 2 + (x & 1);
      sums.set(biases);
      for (let o = 0; o < out; o++) {
        for (let i = 0; i < channels; i++) {
          sums[o] += values[from + i] *
            weights[(place * out + o) * channels + i];
        }
      }
      write(result, (y * 2 * columns + x) * out, sums, relu);
    }
  }
  return {
    rows: 2 * rows,
    columns: 2 * columns,
    channels: out,
    values: result,
  };
}

/** The greatest of 2×2, stride 2. */
function pool({ rows, columns, channels, values }) {
  const [height, width] = [rows >> 1, columns >> 1];
  const result = new Float32Array(height * width * channels);
  const down = columns * channels;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (2 * y * columns + 2 * x) * channels + c;
        result[(y * width + x) * channels + c] = Math.max(
          values[at],
          values[at + channels],
          values[at + down],
          values[at + down + channels],
        );
      }
    }
  }
  return { rows: height, columns: width, channels, values: result };
}

function write(result, at, sums, relu) {
  for (let o = 0; o < sums.length; o++) {
    result[at + o] = relu && sums[o] < 0 ? 0 : sums[o];
  }
}
