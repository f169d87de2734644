/**
 * The plain form of the training graph: layer by layer, images × channels × rows
 * × columns (NCHW), every gradient in standard ONNX operators. It is slow and
 * obviously right; tests compare the optimised form with it.
 */
import type { GraphBuilder } from "../onnx/builder.ts";
import { int, ints } from "../onnx/model.ts";
import { type Chain, type Layer, type Shape, walk } from "../network/layer.ts";
import type { Loss, Operation, Program } from "./operation.ts";
import type { WeightGradient } from "./weight-vector.ts";

type Convolution = Extract<Layer, { kind: "convolution" }>;
type Transposed = Extract<Layer, { kind: "transposed" }>;
type Pooling = Extract<Layer, { kind: "pooling" }>;

/** A chain of layers as a program over batches of so many images. */
export function plain(chain: Chain, batch: number): Program {
  return {
    read(builder, bytes) {
      const { channels, height, width } = chain.input;
      const values = builder.node("Cast", [bytes], { to: int(1) });
      const grey = builder.node("Div", [values, builder.scalar(255)]);
      // [batch, pixels] → [batch, channels, rows, columns]
      const input = builder.reshape(grey, [batch, channels, height, width]);
      return { input, target: input };
    },
    operations: walk(chain).flatMap(({ layer, input }) =>
      operations(layer, input, batch)
    ),
    loss: meanSquare(batch, chain.input),
  };
}

function operations(layer: Layer, input: Shape, batch: number): Operation[] {
  switch (layer.kind) {
    case "convolution":
      return [convolution(layer, input), ...activation(layer)];
    case "transposed":
      return [transposed(layer, input), ...activation(layer)];
    case "pooling":
      return [pooling(layer, input, batch)];
  }
}

/** The mean over all pixels of the squared difference, and its gradient. */
function meanSquare(batch: number, shape: Shape): Loss {
  const pixels = batch * shape.channels * shape.height * shape.width;
  return (builder, output, target) => {
    const difference = builder.node("Sub", [output, target]);
    const square = builder.node("Mul", [difference, difference]);
    // In two stages, since the runtime adds one number after the other.
    const rows = builder.node("ReduceMean", [square], {
      axes: ints([2]),
      keepdims: int(0),
    });
    return {
      loss: builder.node("ReduceMean", [rows], { keepdims: int(0) }),
      gradient: builder.node("Mul", [difference, builder.scalar(2 / pixels)]),
    };
  };
}

function activation(layer: Convolution | Transposed): Operation[] {
  return layer.activation === "relu" ? [relu] : [];
}

const relu: Operation = (builder, input) => {
  const output = builder.node("Relu", [input]);
  return {
    output,
    backward(gradient) {
      const positive = builder.node("Greater", [output, builder.scalar(0)]);
      const mask = builder.node("Cast", [positive], { to: int(1) });
      return { input: builder.node("Mul", [gradient, mask]), weights: [] };
    },
  };
};

/** Swaps the first two axes: a convolution's sum over channels becomes one over images. */
const swap = (builder: GraphBuilder, value: string) =>
  builder.node("Transpose", [value], { perm: ints([1, 0, 2, 3]) });

/** The gradients of a kernel, from that with its first two axes swapped, and of a bias. */
function weightGradients(
  builder: GraphBuilder,
  { name, filters, kernel: [rows, columns] }: Convolution | Transposed,
  { channels, swapped, gradient }: {
    channels: number;
    swapped: string;
    /** The gradient of the output. */
    gradient: string;
  },
): WeightGradient[] {
  // [batch, out, rows, columns] → [batch, out] → [out]
  const images = builder.node("ReduceSum", [
    gradient,
    builder.integers([2, 3]),
  ], { keepdims: int(0) });
  const bias = builder.node("ReduceSum", [images, builder.integers([0])], {
    keepdims: int(0),
  });
  return [
    {
      weight: `${name}/kernel`,
      value: swap(builder, swapped),
      size: filters * channels * rows * columns,
    },
    { weight: `${name}/bias`, value: bias, size: filters },
  ];
}

function convolution(layer: Convolution, { channels }: Shape): Operation {
  const { name, kernel: [rows, columns], before, after } = layer;
  const pads = ints([...before, ...after]);
  return (builder, input, weights) => {
    const kernel = weights.value(`${name}/kernel`);
    const bias = weights.value(`${name}/bias`);
    return {
      output: builder.node("Conv", [input, kernel, bias], { pads }),
      backward(gradient) {
        // The kernel turned round: faster than ConvTranspose.
        const turned = builder.slice(swap(builder, kernel), {
          starts: [-1, -1],
          ends: [-rows - 1, -columns - 1],
          axes: [2, 3],
          steps: [-1, -1],
        });
        return {
          input: builder.node("Conv", [gradient, turned], {
            pads: ints([
              rows - 1 - before[0],
              columns - 1 - before[1],
              rows - 1 - after[0],
              columns - 1 - after[1],
            ]),
          }),
          weights: weightGradients(builder, layer, {
            channels,
            gradient,
            // [in, batch, …] * [out, batch, …] → [in, out, rows, columns]
            swapped: builder.node("Conv", [
              swap(builder, input),
              swap(builder, gradient),
            ], { pads }),
          }),
        };
      },
    };
  };
}

function transposed(layer: Transposed, { channels }: Shape): Operation {
  const strides = ints(layer.kernel);
  return (builder, input, weights) => {
    const kernel = weights.value(`${layer.name}/kernel`);
    const bias = weights.value(`${layer.name}/bias`);
    return {
      output: builder.node("ConvTranspose", [input, kernel, bias], { strides }),
      backward: (gradient) => ({
        input: builder.node("Conv", [gradient, kernel], { strides }),
        weights: weightGradients(builder, layer, {
          channels,
          gradient,
          // [out, batch, …] * [in, batch, …] spread → [out, in, rows, columns]
          swapped: builder.node("Conv", [
            swap(builder, gradient),
            swap(builder, input),
          ], { dilations: strides }),
        }),
      }),
    };
  };
}

function pooling(
  { pool }: Pooling,
  { channels, height, width }: Shape,
  batch: number,
): Operation {
  const attributes = { kernel_shape: ints(pool), strides: ints(pool) };
  return (builder, input) => {
    const [output, indices] = builder.nodes("MaxPool", [input], 2, attributes);
    return {
      output: output as string,
      backward: (gradient) => ({
        input: builder.node("MaxUnpool", [
          gradient,
          indices as string,
          builder.integers([batch, channels, height, width]),
        ], attributes),
        weights: [],
      }),
    };
  };
}
