/**
 * The network's forward pass in plain loops, from TensorFlow.js's layers format:
 * small enough to be read, and enough for a few images.
 */

/** An image or a map of features: rows × columns × channels, channels fastest. */
export interface Map3 {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** One layer with its weights. */
export interface Layer {
  readonly name: string;
  readonly kind: string;
  readonly relu: boolean;
  /** Rows, columns, and two numbers of channels in the order of the format. */
  readonly kernel?: {
    readonly shape: readonly number[];
    readonly values: Float32Array;
  };
  readonly bias?: Float32Array;
}

interface Topology {
  readonly modelTopology: {
    readonly model_config?: { readonly config: unknown };
    readonly config?: unknown;
  };
  readonly weightsManifest: readonly {
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
    }[];
  }[];
}

/** Reads the layers of a sequential model from model.json and weights.bin. */
export function readLayers(model: string, weights: Uint8Array): Layer[] {
  const { modelTopology, weightsManifest }: Topology = JSON.parse(model);
  const floats = new Float32Array(weights.slice().buffer);
  const tensors = new Map<
    string,
    { shape: readonly number[]; values: Float32Array }
  >();
  let at = 0;
  for (const { weights } of weightsManifest) {
    for (const { name, shape } of weights) {
      const size = shape.reduce((product, length) => product * length, 1);
      tensors.set(name, { shape, values: floats.slice(at, at += size) });
    }
  }
  const config = (modelTopology.model_config?.config ?? modelTopology.config) as
    | { layers: unknown[] }
    | unknown[];
  const layers = Array.isArray(config) ? config : config.layers;
  return layers.flatMap((layer) => {
    const { class_name: kind, config } = layer as {
      class_name: string;
      config: { name: string; activation?: string };
    };
    if (kind === "InputLayer") return [];
    const kernel = tensors.get(`${config.name}/kernel`);
    const bias = tensors.get(`${config.name}/bias`)?.values;
    return [{
      name: config.name,
      kind,
      relu: config.activation === "relu",
      ...(kernel && { kernel }),
      ...(bias && { bias }),
    }];
  });
}

/** Runs one layer. Throws on a kind that it does not know. */
export function run(layer: Layer, input: Map3): Map3 {
  switch (layer.kind) {
    case "Conv2D":
      return activate(layer, convolve(layer, input));
    case "Conv2DTranspose":
      return activate(layer, upsample(layer, input));
    case "MaxPooling2D":
      return pool(input);
    default:
      throw new TypeError(`the figures do not know the layer ${layer.kind}`);
  }
}

/** Stride 1, padded with zeros to the same size; kernel [rows, columns, in, out]. */
function convolve(
  { kernel, bias }: Layer,
  { rows, columns, channels, values }: Map3,
): Map3 {
  const [height = 1, width = 1, , out = 1] = kernel?.shape ?? [];
  const result = new Float32Array(rows * columns * out);
  const [up, left] = [(height - 1) >> 1, (width - 1) >> 1];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let o = 0; o < out; o++) {
        let sum = bias?.[o] ?? 0;
        for (let ky = 0; ky < height; ky++) {
          const sy = y + ky - up;
          if (sy < 0 || sy >= rows) continue;
          for (let kx = 0; kx < width; kx++) {
            const sx = x + kx - left;
            if (sx < 0 || sx >= columns) continue;
            for (let i = 0; i < channels; i++) {
              sum += values[(sy * columns + sx) * channels + i]! *
                kernel!.values[((ky * width + kx) * channels + i) * out + o]!;
            }
          }
        }
        result[(y * columns + x) * out + o] = sum;
      }
    }
  }
  return { rows, columns, channels: out, values: result };
}

/** 2×2, stride 2: every pixel becomes four; kernel [2, 2, out, in]. */
function upsample(
  { kernel, bias }: Layer,
  { rows, columns, channels, values }: Map3,
): Map3 {
  const [, , out = 1] = kernel?.shape ?? [];
  const result = new Float32Array(4 * rows * columns * out);
  for (let y = 0; y < 2 * rows; y++) {
    for (let x = 0; x < 2 * columns; x++) {
      for (let o = 0; o < out; o++) {
        let sum = bias?.[o] ?? 0;
        for (let i = 0; i < channels; i++) {
          sum += values[((y >> 1) * columns + (x >> 1)) * channels + i]! *
            kernel!.values[(((y & 1) * 2 + (x & 1)) * out + o) * channels + i]!;
        }
        result[(y * 2 * columns + x) * out + o] = sum;
      }
    }
  }
  return {
    rows: 2 * rows,
    columns: 2 * columns,
    channels: out,
    values: result,
  };
}

/** 2×2, stride 2. */
function pool({ rows, columns, channels, values }: Map3): Map3 {
  const [height, width] = [rows >> 1, columns >> 1];
  const result = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (dy: number, dx: number) =>
          values[((2 * y + dy) * columns + 2 * x + dx) * channels + c]!;
        result[(y * width + x) * channels + c] = Math.max(
          at(0, 0),
          at(0, 1),
          at(1, 0),
          at(1, 1),
        );
      }
    }
  }
  return { rows: height, columns: width, channels, values: result };
}

function activate({ relu }: Layer, map: Map3): Map3 {
  if (relu) {
    map.values.forEach((value, index) => value < 0 && (map.values[index] = 0));
  }
  return map;
}

/** The narrowest map of an image: what the decoder has to make it from. */
export function code(layers: readonly Layer[], image: Map3): Map3 {
  let map = image;
  let least = map;
  for (const layer of layers) {
    map = run(layer, map);
    if (map.values.length < least.values.length) least = map;
  }
  return least;
}
