/**
 * The layers of a network as plain data, read off the topology of a
 * TensorFlow.js layers model. Everything that executes or draws the network
 * without TensorFlow.js starts here.
 */
import {
  canonical,
  type Json,
  type JsonObject,
} from "../../pipeline/stage/json.ts";
import { StageError } from "../../pipeline/stage/task.ts";

/** What follows the affine part of a layer. */
type Activation = "linear" | "relu";

/** Rows and columns. */
type Size = readonly [number, number];

/** One layer. All images are channels × rows × columns here. */
export type Layer =
  /** Stride 1; `before` and `after` are the rows and columns of zeros around the image. */
  | {
    readonly kind: "convolution";
    readonly name: string;
    readonly filters: number;
    readonly kernel: Size;
    readonly before: Size;
    readonly after: Size;
    readonly activation: Activation;
  }
  /** Kernel and stride are one: each pixel becomes a block of pixels. */
  | {
    readonly kind: "transposed";
    readonly name: string;
    readonly filters: number;
    readonly kernel: Size;
    readonly activation: Activation;
  }
  /** The largest of each block; blocks that do not fit are left out. */
  | { readonly kind: "pooling"; readonly name: string; readonly pool: Size };

/** An image's channels, rows and columns. A type, not an interface: it is JSON. */
export type Shape = {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
};

/** A chain of layers and the images that it takes. */
export interface Chain {
  readonly input: Shape;
  readonly layers: readonly Layer[];
}

/** The shape of what a layer gives. */
function shapeAfter(
  layer: Layer,
  { channels, height, width }: Shape,
): Shape {
  switch (layer.kind) {
    case "convolution": {
      const { filters, kernel, before, after } = layer;
      return {
        channels: filters,
        height: height + before[0] + after[0] - kernel[0] + 1,
        width: width + before[1] + after[1] - kernel[1] + 1,
      };
    }
    case "transposed":
      return {
        channels: layer.filters,
        height: height * layer.kernel[0],
        width: width * layer.kernel[1],
      };
    case "pooling":
      return {
        channels,
        height: Math.floor(height / layer.pool[0]),
        width: Math.floor(width / layer.pool[1]),
      };
  }
}

/** Each layer with the shape of what it takes. */
export function walk(
  { input, layers }: Chain,
): { readonly layer: Layer; readonly input: Shape; readonly output: Shape }[] {
  let shape = input;
  return layers.map((layer) => {
    const input = shape;
    shape = shapeAfter(layer, input);
    return { layer, input, output: shape };
  });
}

/**
 * The code of an autoencoder: what its decoder starts from, the features before the
 * image first grows. Of a chain in which no image grows it is the narrowest ones.
 * `layers` is the number of layers that lead there.
 */
export function codeOf(
  chain: Chain,
): { readonly layers: number; readonly shape: Shape } {
  const shapes = [chain.input, ...walk(chain).map(({ output }) => output)];
  const growth = chain.layers.findIndex(({ kind }) => kind === "transposed");
  const sizes = shapes.map(({ channels, height, width }) =>
    channels * height * width
  );
  const layers = growth < 0 ? sizes.indexOf(Math.min(...sizes)) : growth;
  return { layers, shape: shapes[layers]! }; // one more shape than layers
}

/**
 * The chain that a sequential TensorFlow.js layers model describes, from the
 * `modelTopology` of its model.json.
 *
 * @throws StageError naming the layer that this project cannot differentiate
 * and export.
 */
export function chainOf(topology: JsonObject): Chain {
  const { class_name, config } = topology;
  if (class_name !== "Sequential" || !isObject(config)) {
    throw uncovered("the model", `a ${class_name}`, "use a sequential model");
  }
  const layers: Layer[] = [];
  let input: Shape | undefined;
  for (const entry of Array.isArray(config.layers) ? config.layers : []) {
    if (!isObject(entry) || !isObject(entry.config)) {
      throw uncovered("the model", `a layer ${canonical(entry)}`);
    }
    const { class_name, config } = entry;
    input ??= inputShape(config);
    if (class_name !== "InputLayer") {
      layers.push(layerOf(String(class_name), config));
    }
  }
  if (!input) {
    throw uncovered(
      "the model",
      "a first layer without batch_input_shape",
      "give the first layer an inputShape of [height, width, channels]",
    );
  }
  return { input, layers };
}

function inputShape(config: JsonObject): Shape | undefined {
  const shape = config.batch_input_shape;
  if (!Array.isArray(shape) || shape.length !== 4) return undefined;
  const [height, width, channels] = shape.slice(1);
  if (![height, width, channels].every(isCount)) return undefined;
  return { channels, height, width };
}

function layerOf(kind: string, config: JsonObject): Layer {
  const name = String(config.name);
  const odd = (key: string, wanted: string) =>
    uncovered(
      `layer "${name}"`,
      `a ${kind} with ${key} ${JSON.stringify(config[key])}`,
      `use ${wanted}`,
    );
  const size = (key: string): Size => {
    const pair = config[key];
    if (Array.isArray(pair) && pair.length === 2 && pair.every(isCount)) {
      return pair as unknown as Size;
    }
    throw odd(key, `a ${key} of two whole numbers`);
  };
  const filters = (): number => {
    if (isCount(config.filters)) return config.filters;
    throw odd("filters", "a whole number of filters");
  };
  const expect = (key: string, ...allowed: readonly Json[]) => {
    const texts = allowed.map((value) => JSON.stringify(value));
    if (texts.includes(JSON.stringify(config[key]))) return;
    throw odd(key, `${key} ${texts.join(" or ")}`);
  };
  switch (kind) {
    case "Conv2D": {
      expect("strides", [1, 1]);
      expect("dilation_rate", [1, 1]);
      expect("data_format", "channels_last");
      expect("use_bias", true);
      expect("activation", "relu", "linear");
      expect("padding", "same", "valid");
      const kernel = size("kernel_size");
      const [top, left] = config.padding === "same"
        // TensorFlow puts the odd row below and the odd column to the right.
        ? kernel.map((size) => Math.floor((size - 1) / 2)) as [number, number]
        : [0, 0];
      return {
        kind: "convolution",
        name,
        filters: filters(),
        kernel,
        before: [top, left],
        after: config.padding === "same"
          ? [kernel[0] - 1 - top, kernel[1] - 1 - left]
          : [0, 0],
        activation: config.activation as Activation,
      };
    }
    case "Conv2DTranspose":
      expect("strides", config.kernel_size ?? null);
      expect("data_format", "channels_last");
      expect("use_bias", true);
      expect("activation", "relu", "linear");
      return {
        kind: "transposed",
        name,
        filters: filters(),
        kernel: size("kernel_size"),
        activation: config.activation as Activation,
      };
    case "MaxPooling2D":
      expect("strides", config.pool_size ?? null);
      expect("padding", "valid");
      expect("data_format", "channels_last");
      return { kind: "pooling", name, pool: size("pool_size") };
    default:
      throw uncovered(
        `layer "${name}"`,
        `a ${kind}`,
        "use Conv2D, Conv2DTranspose and MaxPooling2D, or teach stages/training a gradient",
      );
  }
}

function uncovered(where: string, seen: string, hint?: string): StageError {
  return new StageError(`Cannot use ${where}`, seen, hint);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: Json | undefined): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}
