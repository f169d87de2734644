/**
 * The kernel that does the work of two layers at once, a transposed convolution and
 * the convolution after it: how it follows from the weights of both, and how its
 * gradient goes back to them.
 */
import type { Layer, Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { WeightGradient, Weights } from "../weight-vector.ts";
import { indices, ONE, sequence, sums, ZERO } from "../weight-vector.ts";
import { margin, reach, taps } from "./blocks.ts";
import type { Convolution } from "./convolution.ts";
import { BLOCK, PIXELS } from "./layout.ts";

/** The two layers and the small image. */
export interface Upsampling {
  readonly up: Extract<Layer, { kind: "transposed" }>;
  readonly convolution: Convolution;
  readonly input: Shape;
}

/** Sizes that follow from the two layers. */
interface Sizes {
  /** Small pixels that a block of outputs reads. */
  readonly blocks: number;
  /** Channels before, between and after the two layers. */
  readonly from: number;
  readonly middle: number;
  readonly out: number;
  /** Rows and columns of the first blocks that lie outside the image. */
  readonly outside: number;
  /** What the fused convolution gives, with the pixels of a block as channels. */
  readonly grid: Shape;
}

/** The sizes of two layers. */
export function sizes({ up, convolution, input }: Upsampling): Sizes {
  const [kernel] = convolution.kernel;
  const outside = margin(kernel) % BLOCK;
  return {
    blocks: reach(kernel) ** 2,
    from: input.channels,
    middle: up.filters,
    out: convolution.filters,
    outside,
    grid: {
      channels: convolution.filters * PIXELS,
      height: input.height + outside,
      width: input.width + outside,
    },
  };
}

/**
 * The fused kernel as the product A · Bᵀ of two arrangements: A `[out, tap · middle]`
 * of the convolution's kernel, B `[pixel · (in + 1) · block read, tap · middle]` of the
 * transposed one's, whose rows hold what a tap reads and zeros elsewhere. The product
 * is `[out, pixel · (in + 1) · block read]`, which is a convolution's kernel as it
 * stands. The last of the in + 1 channels is of ones; its weights are the inner bias,
 * and the outer bias where the tap in the middle reads: that is the pixel itself, whose
 * place is inside of the image wherever its value counts. So A has a last tap, which is
 * that bias, and B there a 1.
 */
interface FusedKernel {
  readonly product: string;
  /** The gradients of both kernels and both biases from that of the product. */
  readonly backward: (gradient: string) => WeightGradient[];
}

export function fusedKernel(
  builder: GraphBuilder,
  layers: Upsampling,
  weights: Weights,
): FusedKernel {
  const { blocks, from, middle, out } = sizes(layers);
  const { up, convolution } = layers;
  const [kernel] = convolution.kernel;
  const names = {
    up: `${up.name}/kernel`,
    upBias: `${up.name}/bias`,
    kernel: `${convolution.name}/kernel`,
    bias: `${convolution.name}/bias`,
  };
  /** Taps of the kernel, and that of the bias. */
  const tapped = kernel * kernel + 1;
  /** Columns of A and B. */
  const columns = tapped * middle;
  const left = weights.gather(
    indices([out, tapped, middle]).map(([o = 0, tap = 0, m = 0]) => {
      if (tap < tapped - 1) {
        const at = [Math.floor(tap / kernel), tap % kernel];
        return weights.place(names.kernel, [o, m, ...at]);
      }
      return m === 0 ? weights.place(names.bias, [o]) : ZERO;
    }),
    [out, columns],
  );
  // What the middle gets from a pixel of each channel, the bias, (1, 0, …), and zeros:
  // B is made of these, since runs of numbers are gathered as fast as single ones.
  const [inner, unit, nothing] = [0, 1, 2].map((at) => from * PIXELS + at);
  const runs = weights.gather(
    [
      ...indices([from, BLOCK, BLOCK, middle])
        .map(([c = 0, a = 0, b = 0, m = 0]) =>
          weights.place(names.up, [c, m, a, b])
        ),
      ...sequence(middle).map((m) => weights.place(names.upBias, [m])),
      ...sequence(middle).map((m) => m === 0 ? ONE : ZERO),
      ...sequence(middle).map(() => ZERO),
    ],
    [from * PIXELS + 3, middle],
  );
  const rows = PIXELS * (from + 1) * blocks;
  // B as runs, and where in B each run of the transposed convolution stands.
  const places = Array.from({ length: rows * tapped }, () => nothing as number);
  const upPlaces: number[][] = sequence(from * PIXELS).map(() => []);
  const biasPlaces: number[] = [];
  for (const { pixel, tap: [u, v], block, from: [a, b] } of taps(kernel)) {
    const place = (channel: number, tap: number) =>
      ((pixel * (from + 1) + channel) * blocks + block) * tapped + tap;
    const tap = u * kernel + v;
    for (const channel of sequence(from)) {
      const run = channel * PIXELS + a * BLOCK + b;
      places[place(channel, tap)] = run;
      upPlaces[run]?.push(place(channel, tap));
    }
    places[place(from, tap)] = inner as number;
    biasPlaces.push(place(from, tap));
    if (u === margin(kernel) && v === margin(kernel)) {
      places[place(from, tapped - 1)] = unit as number;
    }
  }
  const right = builder.reshape(
    builder.node("Gather", [runs, builder.integers(places)], { axis: int(0) }),
    [rows, columns],
  );
  return {
    product: builder.node("Gemm", [left, right], { transB: int(1) }),
    backward(gradient) {
      const ofLeft = {
        value: builder.node("MatMul", [gradient, right]),
        size: out * columns,
      };
      const ofRight = builder.node("Gemm", [gradient, left], {
        transA: int(1),
      });
      return [
        {
          weight: names.kernel,
          ...ofLeft,
          // [out, tap · middle] → [out, middle, tap]
          places: indices([out, middle, tapped - 1])
            .map(([o = 0, m = 0, tap = 0]) => o * columns + tap * middle + m),
        },
        {
          weight: names.bias,
          ...ofLeft,
          places: sequence(out).map((o) => o * columns + columns - middle),
        },
        {
          weight: names.up,
          value: sums(builder, ofRight, upPlaces, middle),
          size: upPlaces.length * middle,
          // [in · pixel, middle] → [in, middle, pixel]
          places: indices([from, middle, PIXELS])
            .map(([c = 0, m = 0, pixel = 0]) =>
              (c * PIXELS + pixel) * middle + m
            ),
        },
        {
          weight: names.upBias,
          value: sums(builder, ofRight, [biasPlaces], middle),
          size: middle,
        },
      ];
    },
  };
}
