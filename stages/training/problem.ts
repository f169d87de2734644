/** What is to be solved, and the graphs for it. */
import type { Chain } from "../network/layer.ts";
import { encode } from "../onnx/wire.ts";
import type { Adam } from "./adam.ts";
import { type Part, partModel, trainingModel } from "./graph.ts";
import type { Lowering } from "./operation.ts";
import { sizes } from "./parts.ts";

/** A network, the size of a batch and its parts, the optimiser's settings. Plain data. */
export interface Problem {
  readonly chain: Chain;
  readonly batch: number;
  /** How many parts each batch is cut into. */
  readonly parts: number;
  readonly adam: Adam;
}

function partsOf({ chain, batch, parts }: Problem, lowering: Lowering): Part[] {
  return sizes(batch, parts).map((size) => ({
    size,
    program: lowering(chain, size),
  }));
}

/** The bytes of the training graph. */
export function trainingGraph(
  problem: Problem,
  lowering: Lowering,
): Uint8Array {
  const { chain, adam } = problem;
  const parts = partsOf(problem, lowering);
  return encode(trainingModel({ chain, adam, parts }));
}

/** The bytes of the graph of one part. */
export function partGraph(
  { chain, batch, parts }: Problem,
  lowering: Lowering,
  part: number,
): Uint8Array {
  const size = sizes(batch, parts)[part];
  if (size === undefined) throw new RangeError(`There is no part ${part}`);
  const program = lowering(chain, size);
  return encode(partModel({ chain, batch, part: { size, program } }));
}
