/**
 * The optimised form of the training graph, derived from the plain one by named
 * rewrites. Each computes the same up to rounding, applies where its preconditions
 * hold, whatever the sizes, and otherwise leaves the graph alone.
 */
import { type Chain, type Layer, type Shape, walk } from "../network/layer.ts";
import { float, ints } from "../onnx/model.ts";
import { convolution } from "./lanes/convolution.ts";
import { type Downsampling, downsampling } from "./lanes/downsampling.ts";
import { axes as downsamplingAxes } from "./lanes/downsampling.ts";
import type { Axes } from "./lanes/block.ts";
import { type Ending, ending, fits } from "./lanes/ending.ts";
import { dims } from "./lanes/image.ts";
import { pooling } from "./lanes/pooling.ts";
import { transposed } from "./lanes/transposed.ts";
import { type Grid, grid, type Upsampling } from "./lanes/grid.ts";
import { upsampling } from "./lanes/upsampling.ts";
import type { Operation, Program } from "./operation.ts";
import { meanSquare, plain } from "./plain.ts";

/** A piece of a network: a layer, or layers that became one operation. */
type Piece =
  | { readonly kind: "layer"; readonly layer: Layer; readonly input: Shape }
  | {
    readonly kind: "downsampling";
    readonly layers: Downsampling;
    readonly axes: Axes;
  }
  | {
    readonly kind: "upsampling";
    readonly layers: Upsampling;
    readonly grid: Grid;
  }
  | { readonly kind: "ending"; readonly ending: Ending };

/** A network on its way from the plain to the optimised form. */
interface Draft {
  readonly chain: Chain;
  /** How images lie in memory. */
  readonly layout: "images" | "lanes";
  readonly pieces: readonly Piece[];
}

/** A form of the training graph for batches of one size. */
export type Form = (chain: Chain, batch: number) => Program;

/** A named step of that way. */
export interface Rewrite {
  readonly name: string;
  /** What it does, in a line for people. */
  readonly effect: string;
  readonly apply: (draft: Draft) => Draft;
}

/** All rewrites, in the order in which they build on each other. */
export const REWRITES: readonly Rewrite[] = [
  {
    name: "lanes",
    effect:
      "the batch innermost: one wide image, one long matrix product; moved pixels picked as rows, once; one patch matrix for both gradients; masks by Sign",
    apply: (draft) => ({ ...draft, layout: "lanes" }),
  },
  {
    name: "upsampling",
    effect:
      "transposed convolution and convolution merged into one at low resolution, its patches shared with the gradients",
    apply: (draft) =>
      inLanes(draft, (pieces) =>
        pairs(pieces, (first, second) => {
          if (first.layer.kind !== "transposed") return undefined;
          if (second.layer.kind !== "convolution") return undefined;
          const { layer: up, input } = first;
          const layers = { up, convolution: second.layer, input };
          const place = grid(layers);
          return place && { kind: "upsampling", layers, grid: place };
        })),
  },
  {
    name: "ending",
    effect:
      "output convolution and loss on the merged blocks; its weights kept out of the large products",
    apply: (draft) =>
      inLanes(draft, (pieces) => {
        const [before, last] = pieces.slice(-2);
        if (before?.kind !== "upsampling" || last?.kind !== "layer") {
          return pieces;
        }
        const { layer: output } = last;
        if (output.kind !== "convolution") return pieces;
        const { layers: upsampling, grid } = before;
        const { channels, height, width } = draft.chain.input;
        const same = channels === 1 && height === grid.output.height &&
          width === grid.output.width;
        if (!same || !fits({ output, upsampling })) return pieces;
        const piece = { kind: "ending", ending: { upsampling, grid, output } };
        return [...pieces.slice(0, -2), piece as Piece];
      }),
  },
  {
    name: "downsampling",
    effect:
      "first convolution and pooling on blocks: pairs compared by the convolution itself, no scattered gradient",
    apply: (draft) =>
      inLanes(draft, (pieces) =>
        pairs(pieces, (first, second, index) => {
          if (index > 0 || first.layer.kind !== "convolution") return undefined;
          if (second.layer.kind !== "pooling") return undefined;
          const { layer: convolution, input } = first;
          const layers = { convolution, pooling: second.layer, input };
          const axes = downsamplingAxes(layers);
          return axes && { kind: "downsampling", layers, axes };
        })),
  },
];

function inLanes(
  draft: Draft,
  change: (pieces: readonly Piece[]) => readonly Piece[],
): Draft {
  if (draft.layout !== "lanes") return draft;
  return { ...draft, pieces: change(draft.pieces) };
}

/** Replaces neighbouring layers for which `merge` has a piece. */
function pairs(
  pieces: readonly Piece[],
  merge: (
    first: Extract<Piece, { kind: "layer" }>,
    second: Extract<Piece, { kind: "layer" }>,
    index: number,
  ) => Piece | undefined,
): Piece[] {
  const result: Piece[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const [first, second] = pieces.slice(index, index + 2);
    if (!first) break;
    const piece = first.kind === "layer" && second?.kind === "layer"
      ? merge(first, second, index)
      : undefined;
    result.push(piece ?? first);
    if (piece) index++;
  }
  return result;
}

/** The form that some rewrites give. */
export function rewritten(
  rewrites: readonly Rewrite[],
): Form {
  return (chain, batch) => {
    let draft: Draft = {
      chain,
      layout: "images",
      pieces: walk(chain).map(({ layer, input }) => ({
        kind: "layer",
        layer,
        input,
      })),
    };
    for (const { apply } of rewrites) draft = apply(draft);
    return draft.layout === "images"
      ? plain(chain, batch)
      : program(draft, batch);
  };
}

/** The form with all rewrites. */
export const optimised = rewritten(REWRITES);

/**
 * The same form for native code, where Sign is no vector instruction and the
 * slowest operator of a step: the mask of a number that is never negative is also
 * min(max(3·10³⁸ x, 0), 1).
 */
export function forNative(form: Form): Form {
  return (chain, batch) => ({
    ...form(chain, batch),
    phrase: (node) =>
      node.op === "Sign"
        ? {
          ...node,
          op: "HardSigmoid",
          attributes: { alpha: float(3e38), beta: float(0) },
        }
        : node,
  });
}

/** The program of a draft in lanes. */
function program({ chain, pieces }: Draft, batch: number): Program {
  const last = pieces.at(-1);
  const end = last?.kind === "ending" ? ending(last.ending, batch) : undefined;
  return {
    read(builder, bytes) {
      const { channels, height, width } = chain.input;
      // The same as Cast, which runtimes do one number at a time.
      const values = builder.node("DequantizeLinear", [
        bytes,
        builder.scalar(1),
      ]);
      const grey = builder.node("Div", [values, builder.scalar(255)]);
      const turned = builder.node("Transpose", [grey], { perm: ints([1, 0]) });
      const input = builder.reshape(
        turned,
        dims({ channels, height, width }, batch),
      );
      return { input, target: input };
    },
    operations: pieces.flatMap((piece) => operations(piece, batch)),
    loss: end?.loss ?? meanSquare(batch, chain.input),
  };
}

function operations(piece: Piece, batch: number): readonly Operation[] {
  switch (piece.kind) {
    case "layer": {
      const { layer, input } = piece;
      switch (layer.kind) {
        case "convolution":
          return [convolution(layer, input, batch)];
        case "transposed":
          return [transposed(layer, input, batch)];
        case "pooling":
          return [pooling(layer, input, batch)];
      }
    }
    // falls through never: every case above returns
    case "downsampling":
      return [downsampling(piece.layers, piece.axes, batch)];
    case "upsampling":
      return [upsampling(piece.layers, piece.grid, batch)];
    case "ending":
      return ending(piece.ending, batch).operations;
  }
}
