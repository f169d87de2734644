/**
 * The kernel of a merged upsampling, from the weights of the two layers, and its
 * gradient's way back to them.
 */
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { WeightGradient, Weights } from "../weight-vector.ts";
import { indices, sums, ZERO } from "../weight-vector.ts";
import { type Axes, readings } from "./block.ts";
import { sizes, type Upsampling, weightNames } from "./grid.ts";

/**
 * The merged kernel as the product A · Bᵀ of two arrangements: A `[out, tap ·
 * middle]` of the convolution's kernel, B `[pixel · (in + 1) · block read, tap ·
 * middle]` of the transposed one's, whose rows hold what a tap reads and zeros
 * elsewhere. The product is `[out, pixel · (in + 1) · block read]`, which is a
 * convolution's kernel as it stands.
 */
export interface Merged {
  readonly product: string;
  /** The gradients of the two kernels and the inner bias from that of the product. */
  readonly backward: (gradient: string) => WeightGradient[];
}

export function merged(
  builder: GraphBuilder,
  layers: Upsampling,
  { axes, own }: { axes: Axes; own: Weights },
): Merged {
  const names = weightNames(layers);
  const { pixels, reach, taps, from, middle, out } = sizes(layers, axes);
  const left = own.arranged(
    indices([out, ...layers.convolution.kernel, middle])
      .map(([o = 0, u = 0, v = 0, m = 0]) =>
        own.place(names.kernel, [o, m, u, v])
      ),
    [out, taps * middle],
  );
  const rows = pixels * (from + 1) * reach;
  const places = Array.from({ length: rows * taps * middle }, () => ZERO);
  const upPlaces: number[][] = Array.from(
    { length: from * middle * pixels },
    () => [],
  );
  const biasPlaces: number[][] = Array.from({ length: middle }, () => []);
  entries(layers, axes, (row, column, [input, m, a, b]) => {
    const at = row * taps * middle + column;
    const pixel = a * axes[1].block + b;
    if (input === from) {
      places[at] = own.place(names.upBias, [m]);
      biasPlaces[m]?.push(at);
    } else {
      places[at] = own.place(names.up, [input, m, a, b]);
      upPlaces[(input * middle + m) * pixels + pixel]?.push(at);
    }
  });
  const right = own.arranged(places, [rows, taps * middle]);
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
          size: out * taps * middle,
          places: indices([out, middle, taps])
            .map(([o = 0, m = 0, tap = 0]) => (o * taps + tap) * middle + m),
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

/** All entries of B that are not zero, with what they hold. */
function entries(
  layers: Upsampling,
  axes: Axes,
  visit: (
    row: number,
    column: number,
    entry: [input: number, middle: number, a: number, b: number],
  ) => void,
): void {
  const { reach, from, middle } = sizes(layers, axes);
  for (const { pixel, tap: [u, v], block, from: [a, b] } of readings(axes)) {
    for (let input = 0; input <= from; input++) {
      for (let m = 0; m < middle; m++) {
        const row = (pixel * (from + 1) + input) * reach + block;
        visit(row, (u * axes[1].taps + v) * middle + m, [input, m, a, b]);
      }
    }
  }
}
