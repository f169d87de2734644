/**
 * The kernel that does the work of two layers at once, a transposed convolution and
 * the convolution after it: how it follows from the weights of both, and how its
 * gradient goes back to them.
 */
import type { Layer, Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { WeightGradient, Weights } from "../weight-vector.ts";
import { indices, sums, ZERO } from "../weight-vector.ts";
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
 * stands. The last of the in + 1 channels is of ones; its weights are the inner bias.
 */
interface FusedKernel {
  readonly product: string;
  /** The gradients of the two kernels and the inner bias from that of the product. */
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
  };
  /** Columns of A and B. */
  const columns = kernel * kernel * middle;
  const left = weights.gather(
    indices([out, kernel, kernel, middle])
      .map(([o = 0, u = 0, v = 0, m = 0]) =>
        weights.place(names.kernel, [o, m, u, v])
      ),
    [out, columns],
  );
  const rows = PIXELS * (from + 1) * blocks;
  // B, and where in B each weight of the transposed convolution stands.
  const places = Array.from({ length: rows * columns }, () => ZERO);
  const upPlaces: number[][] = Array.from(
    { length: from * middle * PIXELS },
    () => [],
  );
  const biasPlaces: number[][] = Array.from({ length: middle }, () => []);
  for (const { pixel, tap: [u, v], block, from: [a, b] } of taps(kernel)) {
    for (const [input = 0, m = 0] of indices([from + 1, middle])) {
      const row = (pixel * (from + 1) + input) * blocks + block;
      const at = row * columns + (u * kernel + v) * middle + m;
      if (input === from) {
        places[at] = weights.place(names.upBias, [m]);
        biasPlaces[m]?.push(at);
      } else {
        places[at] = weights.place(names.up, [input, m, a, b]);
        upPlaces[(input * middle + m) * PIXELS + a * BLOCK + b]?.push(at);
      }
    }
  }
  const right = weights.gather(places, [rows, columns]);
  return {
    product: builder.node("Gemm", [left, right], { transB: int(1) }),
    backward(gradient) {
      const ofLeft = builder.node("MatMul", [gradient, right]);
      const ofRight = builder.node("Gemm", [gradient, left], {
        transA: int(1),
      });
      return [
        {
          weight: names.kernel,
          value: ofLeft,
          size: out * columns,
          // [out, tap · middle] → [out, middle, tap]
          places: indices([out, middle, kernel * kernel])
            .map(([o = 0, m = 0, tap = 0]) => o * columns + tap * middle + m),
        },
        {
          weight: names.up,
          value: sums(builder, ofRight, upPlaces),
          size: upPlaces.length,
        },
        {
          weight: names.upBias,
          value: sums(builder, ofRight, biasPlaces),
          size: middle,
        },
      ];
    },
  };
}
