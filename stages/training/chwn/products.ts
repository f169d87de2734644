/**
 * The two products that gradients in batch-innermost images are made of: with a
 * ReLU's mask, and with what a kernel was multiplied with (im2col).
 */
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";

/**
 * 1 where a number is positive and 0 where it is 0; none may be negative. Greater and
 * Cast take four times as long.
 */
export function positive(builder: GraphBuilder, value: string): string {
  return builder.node("Sign", [value]);
}

/** The gradient before a ReLU from that after it; `output` is what the ReLU gave. */
export function throughRelu(
  builder: GraphBuilder,
  gradient: string,
  output: string,
): string {
  return builder.node("Mul", [gradient, positive(builder, output)]);
}

/** A small matrix of sums over all places. */
interface Products {
  readonly value: string;
  readonly size: number;
  /** Where the product of an output and a row of `columns` stands. */
  readonly place: (output: number, row: number) => number;
}

/**
 * The gradient of a kernel, `gradient · columnsᵀ`. If the last row of `columns` is
 * ones, its products are the gradient of the bias.
 */
export function kernelGradient(
  builder: GraphBuilder,
  { gradient, columns, outputs, rows }: {
    gradient: string;
    /** What the kernel was multiplied with, see `im2col`. */
    columns: string;
    /** Rows of `gradient`. */
    outputs: number;
    /** Rows of `columns`. */
    rows: number;
  },
): Products {
  const flat = builder.reshape(gradient, [outputs, -1]);
  const seen = builder.reshape(columns, [rows, -1]);
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
