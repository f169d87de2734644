/** Max pooling over images in lanes. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { cut, fromBlocks, type Lanes, padded, positiveTwice } from "./image.ts";
import { toBlocks } from "./image.ts";

type Pooling = Extract<Layer, { kind: "pooling" }>;

/** The largest of some values, element by element, and the gradient's way to it. */
export interface Tournament {
  readonly top: string;
  /** The gradient of each candidate: all of it goes to the first that is the largest. */
  readonly shares: (gradient: string) => string[];
}

/**
 * Pairs of candidates, then pairs of winners. The larger of a and b is a + max(b −
 * a, 0), up to rounding. ONNX Runtime's Max, MaxPool and Clip guess number by
 * number which is larger, and guess wrong half of the time; a difference and its
 * absolute value take a quarter of theirs, and the sign is the way back.
 */
export function tournament(
  builder: GraphBuilder,
  candidates: readonly string[],
): Tournament {
  const { top, factor, shares } = round(builder, candidates);
  return {
    top: factor === 1
      ? top
      : builder.node("Mul", [top, builder.scalar(1 / factor)]),
    shares,
  };
}

/** `top` is the largest times `factor`, a power of two: exact, and scaled once at the end. */
function round(
  builder: GraphBuilder,
  candidates: readonly string[],
): Tournament & { readonly factor: number } {
  const [first, second] = candidates;
  if (first === undefined) throw new TypeError("No candidates");
  if (second === undefined) {
    return { top: first, factor: 1, shares: (gradient) => [gradient] };
  }
  const middle = Math.ceil(candidates.length / 2);
  const left = round(builder, candidates.slice(0, middle));
  const right = round(builder, candidates.slice(middle));
  const factor = Math.max(left.factor, right.factor);
  const scaled = (side: typeof left) =>
    side.factor === factor ? side.top : builder.node("Mul", [
      side.top,
      builder.scalar(factor / side.factor),
    ]);
  const [a, b] = [scaled(left), scaled(right)];
  const lead = positiveTwice(builder, builder.node("Sub", [b, a]));
  return {
    top: builder.node("Sum", [a, a, lead]),
    factor: 2 * factor,
    shares(gradient) {
      const over = builder.node("Mul", [
        gradient,
        builder.node("Sign", [lead]),
      ]);
      return [
        ...left.shares(builder.node("Sub", [gradient, over])),
        ...right.shares(over),
      ];
    },
  };
}

/** The candidates of `largest` one by one. */
export function candidates(
  { builder }: Lanes,
  value: string,
  { count, channels }: { count: number; channels: number },
): string[] {
  return Array.from({ length: count }, (_, index) =>
    builder.slice(value, {
      starts: [index * channels],
      ends: [(index + 1) * channels],
      axes: [1],
    }));
}

/** Max pooling; rows and columns that fill no block are left out. */
export function pooling(
  layer: Pooling,
  input: Shape,
  batch: number,
): Operation {
  const { name, pool } = layer;
  const output = shapeAfter(layer, input);
  const { channels } = input;
  const count = pool[0] * pool[1];
  const used = {
    channels,
    height: output.height * pool[0],
    width: output.width * pool[1],
  };
  const [below, right] = [
    input.height - used.height,
    input.width - used.width,
  ];
  return {
    name,
    weights: [],
    forward(builder, value) {
      const lanes = { builder, batch };
      const place = { shape: used, block: pool, order: "pixel first" } as const;
      const whole = below + right === 0 ? value : cut(lanes, value, {
        row: 0,
        column: 0,
        height: used.height,
        width: used.width,
      });
      const blocks = toBlocks(lanes, whole, place);
      const { top, shares } = tournament(
        builder,
        candidates(lanes, blocks, { count, channels }),
      );
      return {
        output: top,
        backward(gradient) {
          const all = builder.node("Concat", shares(gradient), {
            axis: int(1),
          });
          const spread = fromBlocks(lanes, all, place);
          return {
            input: padded(lanes, spread, [0, 0, below, right]),
            weights: [],
          };
        },
      };
    },
  };
}
