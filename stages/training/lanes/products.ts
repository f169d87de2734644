/** What gradients of images in lanes are computed with: masks, and products over all places. */
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Lanes } from "./image.ts";

/**
 * 1 where a number is positive and 0 where it is 0; none may be negative. Greater and
 * Cast take four times as long.
 */
export function positive(builder: GraphBuilder, value: string): string {
  return builder.node("Sign", [value]);
}

/** The sum of some values, in pairs: Sum itself takes longer. */
export function total(
  builder: GraphBuilder,
  values: readonly string[],
): string {
  const [first, second] = values;
  if (first === undefined) throw new TypeError("Nothing to add");
  if (second === undefined) return first;
  const middle = Math.ceil(values.length / 2);
  return builder.node("Add", [
    total(builder, values.slice(0, middle)),
    total(builder, values.slice(middle)),
  ]);
}

/** The gradient before a ReLU from that after it; `output` is what the ReLU gave. */
export function throughRelu(
  { builder }: Lanes,
  gradient: string,
  output: string,
): string {
  return builder.node("Mul", [gradient, positive(builder, output)]);
}

/** Gradients of a kernel and its bias, summed over all places, in a small matrix. */
export interface Products {
  readonly value: string;
  readonly size: number;
  /** Where the product of an output and a row of the patches stands. */
  readonly place: (output: number, row: number) => number;
}

/** `gradient · patchesᵀ`; the last row of the patches, ones, gives the bias. */
export function products(
  { builder }: Lanes,
  { gradient, patches, outputs, rows }: {
    gradient: string;
    patches: string;
    outputs: number;
    /** Rows of the patches. */
    rows: number;
  },
): Products {
  const flat = builder.reshape(gradient, [outputs, -1]);
  const seen = builder.reshape(patches, [rows, -1]);
  // Runtimes compute sixteen columns at a time; fewer cost as much.
  const sixteen = (count: number) => Math.ceil(count / 16) * 16;
  const upright = outputs * sixteen(rows) <= rows * sixteen(outputs);
  return {
    value: builder.node(
      "Gemm",
      upright ? [flat, seen] : [seen, flat],
      { transB: int(1) },
    ),
    size: outputs * rows,
    place: upright
      ? (output, row) => output * rows + row
      : (output, row) => row * outputs + output,
  };
}
