/** Max pooling over images in lanes. */
import { type Layer, type Shape, shapeAfter } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { sequence } from "../weight-vector.ts";
import { cut, fromBlocks, type Lanes, padded, toBlocks } from "./image.ts";
import { positive } from "./products.ts";

type Pooling = Extract<Layer, { kind: "pooling" }>;

/** The largest of some values, element by element, and the gradient's way to it. */
export interface Tournament {
  readonly top: string;
  /** The gradient of each candidate: all of it goes to the first that is the largest. */
  readonly shares: (gradient: string) => string[];
}

/** Pairs of candidates, then pairs of winners. */
export function tournament(
  builder: GraphBuilder,
  candidates: readonly string[],
): Tournament {
  const [first, second] = candidates;
  if (first === undefined) throw new TypeError("No candidates");
  if (second === undefined) {
    return { top: first, shares: (gradient) => [gradient] };
  }
  const middle = Math.ceil(candidates.length / 2);
  const left = tournament(builder, candidates.slice(0, middle));
  const right = tournament(builder, candidates.slice(middle));
  const top = builder.node("Max", [left.top, right.top]);
  return {
    top,
    shares(gradient) {
      const lead = builder.node("Sub", [top, left.top]);
      const over = builder.node("Mul", [gradient, positive(builder, lead)]);
      return [
        ...left.shares(builder.node("Sub", [gradient, over])),
        ...right.shares(over),
      ];
    },
  };
}

/** So many groups of channels that lie one behind the other, one by one. */
export function groups(
  lanes: Lanes,
  value: string,
  { shape, count }: { shape: Shape; count: number },
): string[] {
  const { height, width } = shape;
  const channels = shape.channels / count;
  return sequence(count).map((index) =>
    cut(lanes, value, {
      shape,
      row: 0,
      column: 0,
      height,
      width,
      channels: [index * channels, (index + 1) * channels],
    })
  );
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
      const whole = cut(lanes, value, {
        shape: input,
        row: 0,
        column: 0,
        height: used.height,
        width: used.width,
      });
      const blocks = toBlocks(lanes, whole, place);
      const { top, shares } = tournament(
        builder,
        groups(lanes, blocks, {
          shape: { ...output, channels: count * channels },
          count,
        }),
      );
      return {
        output: top,
        backward(gradient) {
          const all = builder.node("Concat", shares(gradient), {
            axis: int(1),
          });
          const spread = fromBlocks(lanes, all, place);
          return {
            input: padded(lanes, spread, {
              shape: used,
              pads: [0, 0, below, right],
            }),
            weights: [],
          };
        },
      };
    },
  };
}
