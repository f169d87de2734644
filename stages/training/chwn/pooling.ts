/** Max pooling over batch-innermost images, as pairwise maxima without index tensors. */
import type { Shape } from "../../network/layer.ts";
import type { GraphBuilder } from "../../onnx/builder.ts";
import { int } from "../../onnx/model.ts";
import type { Operation } from "../operation.ts";
import { depthToSpace, PIXELS, spaceToDepth, split } from "./layout.ts";
import { positive } from "./products.ts";

/** The largest of some values, element by element, and the gradient's way to it. */
interface Maximum {
  readonly top: string;
  /** The gradient of each candidate: all of it goes to the first that is the largest. */
  readonly shares: (gradient: string) => string[];
}

/** The maximum of each half of the candidates, then of the two. */
export function pairwiseMaximum(
  builder: GraphBuilder,
  candidates: readonly string[],
): Maximum {
  const [first, second] = candidates;
  if (first === undefined) throw new TypeError("There are no candidates");
  if (second === undefined) {
    return { top: first, shares: (gradient) => [gradient] };
  }
  const middle = Math.ceil(candidates.length / 2);
  const left = pairwiseMaximum(builder, candidates.slice(0, middle));
  const right = pairwiseMaximum(builder, candidates.slice(middle));
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

/** Max pooling by 2 × 2. */
export function pooling(input: Shape, batch: number): Operation {
  return (builder, value) => {
    const chwn = { builder, batch };
    // [channels, rows, columns] → [4 · channels, rows / 2, columns / 2]
    const blocks = spaceToDepth(chwn, { value, ...input }, "pixel first");
    const { top, shares } = pairwiseMaximum(
      builder,
      split(chwn, blocks, PIXELS).map(({ value }) => value),
    );
    return {
      output: top,
      backward(gradient) {
        const all = builder.node("Concat", shares(gradient), { axis: int(1) });
        const spread = { ...blocks, value: all };
        return {
          input: depthToSpace(chwn, spread, "pixel first").value,
          weights: [],
        };
      },
    };
  };
}
