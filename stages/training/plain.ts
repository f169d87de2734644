/**
 * The plain form of the training graph: layer by layer, images × channels × rows
 * × columns, every gradient in standard operators. Slow and obviously right; the
 * optimised form is held against it.
 */
import type { GraphBuilder } from "../onnx/builder.ts";
import { int, ints } from "../onnx/model.ts";
import { type Chain, type Layer, type Shape, walk } from "../network/layer.ts";
import type { Loss, Operation, Program } from "./operation.ts";

/** A chain of layers as a program over batches of so many images. */
export function plain(chain: Chain, batch: number): Program {
  const steps = walk(chain);
  return {
    read(builder, bytes) {
      const { channels, height, width } = chain.input;
      const values = builder.node("Cast", [bytes], { to: int(1) });
      const grey = builder.node("Div", [values, builder.scalar(255)]);
      const input = builder.reshape(grey, [batch, channels, height, width]);
      return { input, target: input };
    },
    operations: steps.flatMap(({ layer, input }) =>
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
export function meanSquare(batch: number, shape: Shape): Loss {
  const pixels = batch * shape.channels * shape.height * shape.width;
  return {
    name: "mean square",
    compare(builder, output, target) {
      const difference = builder.node("Sub", [output, target]);
      const square = builder.node("Mul", [difference, difference]);
      // In two stages, for the runtime adds one number after the other.
      const rows = builder.node("ReduceMean", [square], {
        axes: ints([2]),
        keepdims: int(0),
      });
      const loss = builder.node("ReduceMean", [rows], { keepdims: int(0) });
      const gradient = builder.node("Mul", [
        difference,
        builder.scalar(2 / pixels),
      ]);
      return { loss, gradient };
    },
  };
}

function activation(
  layer: Extract<Layer, { kind: "convolution" | "transposed" }>,
): Operation[] {
  return layer.activation === "relu" ? [relu(layer.name)] : [];
}

function relu(name: string): Operation {
  return {
    name: `${name}/relu`,
    weights: [],
    forward(builder, input) {
      const output = builder.node("Relu", [input]);
      return {
        output,
        backward(gradient) {
          const positive = builder.node("Greater", [output, builder.scalar(0)]);
          const mask = builder.node("Cast", [positive], { to: int(1) });
          return {
            input: builder.node("Mul", [gradient, mask]),
            weights: [],
          };
        },
      };
    },
  };
}

/** Images and channels change places: batch sums become sums over channels. */
const swap = (builder: GraphBuilder, value: string) =>
  builder.node("Transpose", [value], { perm: ints([1, 0, 2, 3]) });

/** The gradient of a bias: summed over images, rows and columns. */
const sum = (builder: GraphBuilder, gradient: string) => {
  const images = builder.node(
    "ReduceSum",
    [gradient, builder.integers([2, 3])],
    { keepdims: int(0) },
  );
  return builder.node("ReduceSum", [images, builder.integers([0])], {
    keepdims: int(0),
  });
};

function convolution(
  { name, kernel, before, after, filters }: Extract<
    Layer,
    { kind: "convolution" }
  >,
  { channels }: Shape,
): Operation {
  const names = { kernel: `${name}/kernel`, bias: `${name}/bias` };
  const pads = ints([...before, ...after]);
  return {
    name,
    weights: Object.values(names),
    forward(builder, input, values) {
      const filter = values.value(names.kernel);
      const output = builder.node("Conv", [
        input,
        filter,
        values.value(names.bias),
      ], {
        pads,
      });
      return {
        output,
        backward(gradient, wanted) {
          // [in, batch, …] * [out, batch, …] → [in, out, rows, columns]
          const product = builder.node("Conv", [
            swap(builder, input),
            swap(builder, gradient),
          ], { pads });
          const weights = [
            {
              weight: names.kernel,
              value: swap(builder, product),
              size: filters * channels * kernel[0] * kernel[1],
            },
            {
              weight: names.bias,
              value: sum(builder, gradient),
              size: filters,
            },
          ];
          if (!wanted) return { input: undefined, weights };
          // The kernel turned round: faster than ConvTranspose.
          const turned = builder.slice(swap(builder, filter), {
            starts: [-1, -1],
            ends: [-kernel[0] - 1, -kernel[1] - 1],
            axes: [2, 3],
            steps: [-1, -1],
          });
          const [top, left, bottom, right] = [...before, ...after];
          const [rows, columns] = kernel;
          return {
            input: builder.node("Conv", [gradient, turned], {
              pads: ints([
                rows - 1 - (top ?? 0),
                columns - 1 - (left ?? 0),
                rows - 1 - (bottom ?? 0),
                columns - 1 - (right ?? 0),
              ]),
            }),
            weights,
          };
        },
      };
    },
  };
}

function transposed(
  { name, kernel, filters }: Extract<Layer, { kind: "transposed" }>,
  { channels }: Shape,
): Operation {
  const names = { kernel: `${name}/kernel`, bias: `${name}/bias` };
  const strides = ints(kernel);
  return {
    name,
    weights: Object.values(names),
    forward(builder, input, values) {
      const filter = values.value(names.kernel);
      const output = builder.node(
        "ConvTranspose",
        [input, filter, values.value(names.bias)],
        { strides },
      );
      return {
        output,
        backward(gradient, wanted) {
          // [out, batch, …] * [in, batch, …] spread → [out, in, rows, columns]
          const product = builder.node("Conv", [
            swap(builder, gradient),
            swap(builder, input),
          ], { dilations: strides });
          return {
            input: wanted
              ? builder.node("Conv", [gradient, filter], { strides })
              : undefined,
            weights: [
              {
                weight: names.kernel,
                value: swap(builder, product),
                size: filters * channels * kernel[0] * kernel[1],
              },
              {
                weight: names.bias,
                value: sum(builder, gradient),
                size: filters,
              },
            ],
          };
        },
      };
    },
  };
}

function pooling(
  { name, pool }: Extract<Layer, { kind: "pooling" }>,
  { channels, height, width }: Shape,
  batch: number,
): Operation {
  const attributes = { kernel_shape: ints(pool), strides: ints(pool) };
  return {
    name,
    weights: [],
    forward(builder, input) {
      const [output, indices] = builder.nodes(
        "MaxPool",
        [input],
        2,
        attributes,
      );
      return {
        output: output as string,
        backward(gradient) {
          const shape = builder.integers([batch, channels, height, width]);
          return {
            input: builder.node(
              "MaxUnpool",
              [gradient, indices as string, shape],
              attributes,
            ),
            weights: [],
          };
        },
      };
    },
  };
}
