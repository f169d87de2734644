/**
 * What each layer is in ONNX. tfjs keeps pictures as [n, height, width,
 * channels] and names its padding; ONNX has [n, channels, height, width] and
 * counts the pixels.
 */
import * as v from "valibot";
import { StageError } from "../../pipeline/task.ts";
import type { Layer, SavedModel, Weight } from "./saved-model.ts";

/** An ONNX operator with one data input, its constants following, and one output. */
export interface Operator {
  readonly op: string;
  readonly name: string;
  /** All of them are lists of integers in these operators. */
  readonly attributes: { readonly [name: string]: readonly number[] };
  readonly constants: readonly Weight[];
}

/** Height, width and channels of the pictures between two layers. */
export type Shape = readonly [number, number, number];

/** What a layer becomes, and the shape of what it gives. */
export interface Conversion {
  readonly operators: readonly Operator[];
  readonly shape: Shape;
}

const Pair = v.pipe(
  v.union([v.number(), v.tuple([v.number(), v.number()])]),
  v.transform((size) =>
    typeof size === "number" ? [size, size] as const : size
  ),
);
const Padding = v.picklist(["same", "valid"]);
const ChannelsLast = v.optional(v.literal("channels_last"), "channels_last");

const InputSchema = v.object({
  batch_input_shape: v.tuple([v.null(), v.number(), v.number(), v.number()]),
});
const ConvolutionSchema = v.object({
  filters: v.number(),
  kernel_size: Pair,
  strides: Pair,
  padding: Padding,
  data_format: ChannelsLast,
  dilation_rate: v.optional(Pair, 1),
  activation: v.optional(v.string(), "linear"),
  use_bias: v.boolean(),
});
const PoolingSchema = v.object({
  pool_size: Pair,
  strides: Pair,
  padding: Padding,
  data_format: ChannelsLast,
});

/** ONNX operators of activations; undefined for none. */
const ACTIVATIONS: { readonly [name: string]: string | undefined } = {
  linear: undefined,
  relu: "Relu",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};

type Converter = (layer: Layer, model: SavedModel, shape: Shape) => Conversion;

/** By Keras's class of layer. */
const CONVERTERS: { readonly [class_name: string]: Converter } = {
  Activation: (layer, _, shape) => {
    const { activation } = settings(
      layer,
      v.object({ activation: v.string() }),
    );
    return { operators: activate(layer, activation), shape };
  },
  AveragePooling2D: (layer, _, shape) => pool("AveragePool", layer, shape),
  Conv2D: convolve,
  Conv2DTranspose: convolveTransposed,
  // Does nothing outside training.
  Dropout: (_layer, _model, shape) => ({ operators: [], shape }),
  MaxPooling2D: (layer, _, shape) => pool("MaxPool", layer, shape),
  ReLU: (layer, _, shape) => ({ operators: activate(layer, "relu"), shape }),
};

/**
 * The operators of a model, in order, and the shapes that it takes and gives.
 *
 * @throws StageError that names a layer or a setting that cannot be exported.
 */
export function convert(
  model: SavedModel,
): { operators: Operator[]; input: Shape; output: Shape } {
  const [first] = model.layers;
  if (!first) {
    throw new StageError("Cannot export the model", "it has no layers");
  }
  const { batch_input_shape: [, ...input] } = settings(first, InputSchema);
  let shape: Shape = input;
  const operators: Operator[] = [];
  for (const layer of model.layers) {
    if (layer.class_name === "InputLayer") continue;
    const converter = CONVERTERS[layer.class_name];
    if (converter === undefined) {
      throw new StageError(
        `Cannot export layer "${layer.config.name}"`,
        `it is a ${layer.class_name}`,
        `supported are ${Object.keys(CONVERTERS).join(", ")}`,
      );
    }
    const conversion = converter(layer, model, shape);
    operators.push(...conversion.operators);
    shape = conversion.shape;
  }
  if (operators.length === 0) {
    throw new StageError("Cannot export the model", "none of its layers acts");
  }
  return { operators, input, output: shape };
}

function convolve(
  layer: Layer,
  model: SavedModel,
  [height, width, channels]: Shape,
): Conversion {
  const config = settings(layer, ConvolutionSchema);
  const { kernel_size, strides, dilation_rate, filters } = config;
  const rows = slide(height, 0, config);
  const columns = slide(width, 1, config);
  const kernel = weight(layer, model, "kernel", [
    ...kernel_size,
    channels,
    filters,
  ]);
  return {
    operators: [
      {
        op: "Conv",
        name: layer.config.name,
        attributes: {
          kernel_shape: kernel_size,
          strides,
          dilations: dilation_rate,
          pads: [rows.before, columns.before, rows.after, columns.after],
        },
        // [height, width, in, out] → [out, in, height, width]
        constants: [
          transposed(kernel, [3, 2, 0, 1]),
          ...bias(layer, model, config),
        ],
      },
      ...activate(layer, config.activation),
    ],
    shape: [rows.length, columns.length, filters],
  };
}

function convolveTransposed(
  layer: Layer,
  model: SavedModel,
  [height, width, channels]: Shape,
): Conversion {
  const config = settings(layer, ConvolutionSchema);
  const { kernel_size, strides, dilation_rate, filters, padding } = config;
  if (dilation_rate[0] !== 1 || dilation_rate[1] !== 1) {
    throw unsupported(layer, `dilation_rate is ${dilation_rate}`, "1");
  }
  const spread = (length: number, axis: 0 | 1) => {
    const excess = kernel_size[axis] - strides[axis];
    const cut = padding === "same" ? Math.max(0, excess) : 0;
    return {
      before: Math.floor(cut / 2),
      after: Math.ceil(cut / 2),
      // Strides wider than the kernel leave rows that nothing reaches.
      more: Math.max(0, -excess),
      length: length * strides[axis] + Math.max(0, excess) - cut,
    };
  };
  const rows = spread(height, 0);
  const columns = spread(width, 1);
  const kernel = weight(layer, model, "kernel", [
    ...kernel_size,
    filters,
    channels,
  ]);
  return {
    operators: [
      {
        op: "ConvTranspose",
        name: layer.config.name,
        attributes: {
          kernel_shape: kernel_size,
          strides,
          pads: [rows.before, columns.before, rows.after, columns.after],
          output_padding: [rows.more, columns.more],
        },
        // [height, width, out, in] → [in, out, height, width]
        constants: [
          transposed(kernel, [3, 2, 0, 1]),
          ...bias(layer, model, config),
        ],
      },
      ...activate(layer, config.activation),
    ],
    shape: [rows.length, columns.length, filters],
  };
}

function pool(
  op: "AveragePool" | "MaxPool",
  layer: Layer,
  [height, width, channels]: Shape,
): Conversion {
  const config = settings(layer, PoolingSchema);
  const window = {
    ...config,
    kernel_size: config.pool_size,
    dilation_rate: [1, 1] as const,
  };
  const rows = slide(height, 0, window);
  const columns = slide(width, 1, window);
  return {
    operators: [{
      op,
      name: layer.config.name,
      attributes: {
        kernel_shape: config.pool_size,
        strides: config.strides,
        pads: [rows.before, columns.before, rows.after, columns.after],
      },
      constants: [],
    }],
    shape: [rows.length, columns.length, channels],
  };
}

/**
 * Where a window stands along one axis. TensorFlow's "same" pads as much as the
 * last position needs, the smaller half before
 * (tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
function slide(
  length: number,
  axis: 0 | 1,
  { kernel_size, strides, dilation_rate, padding }: {
    kernel_size: readonly [number, number];
    strides: readonly [number, number];
    dilation_rate: readonly [number, number];
    padding: "same" | "valid";
  },
): { before: number; after: number; length: number } {
  const stride = strides[axis];
  const reach = (kernel_size[axis] - 1) * dilation_rate[axis] + 1;
  if (padding === "valid") {
    const positions = Math.floor((length - reach) / stride) + 1;
    return { before: 0, after: 0, length: positions };
  }
  const positions = Math.ceil(length / stride);
  const missing = Math.max(0, (positions - 1) * stride + reach - length);
  const before = Math.floor(missing / 2);
  return { before, after: missing - before, length: positions };
}

function activate(layer: Layer, activation: string): Operator[] {
  if (!Object.hasOwn(ACTIVATIONS, activation)) {
    throw unsupported(
      layer,
      `its activation is ${activation}`,
      Object.keys(ACTIVATIONS).join(", "),
    );
  }
  const op = ACTIVATIONS[activation];
  const name = `${layer.config.name}/${activation}`;
  return op ? [{ op, name, attributes: {}, constants: [] }] : [];
}

function bias(
  layer: Layer,
  model: SavedModel,
  { use_bias, filters }: { use_bias: boolean; filters: number },
): Weight[] {
  return use_bias ? [weight(layer, model, "bias", [filters])] : [];
}

/** A layer's weight, which must have the shape that its settings say. */
function weight(
  layer: Layer,
  model: SavedModel,
  kind: "kernel" | "bias",
  shape: readonly number[],
): Weight {
  const name = `${layer.config.name}/${kind}`;
  const found = model.weights.get(name);
  if (found?.shape.join() !== shape.join()) {
    throw new StageError(
      `Cannot export layer "${layer.config.name}"`,
      found
        ? `its weight "${name}" is ${found.shape.join(" × ")}, not ${
          shape.join(" × ")
        }`
        : `there is no weight "${name}"`,
    );
  }
  return found;
}

/** The same numbers with axes in another order: result axis i is axis `order[i]`. */
export function transposed(
  { name, shape, values }: Weight,
  order: readonly number[],
): Weight {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, length) => product * length, 1)
  );
  const lengths = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const index = lengths.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = values[
      index.reduce((sum, position, axis) => sum + position * steps[axis]!, 0)
    ]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < lengths[axis]!) break;
      index[axis] = 0;
    }
  }
  return { name, shape: lengths, values: result };
}

/** A layer's settings, checked. */
function settings<Schema extends v.GenericSchema>(
  layer: Layer,
  schema: Schema,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, layer.config);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw unsupported(
    layer,
    `${v.getDotPath(issue) ?? "its configuration"} is ${issue.received}`,
    issue.expected ?? "another value",
  );
}

function unsupported(layer: Layer, seen: string, supported: string) {
  return new StageError(
    `Cannot export layer "${layer.config.name}" (${layer.class_name})`,
    seen,
    `supported is ${supported}`,
  );
}
