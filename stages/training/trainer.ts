/**
 * A trainer holds a network's weights and moves them along: what every engine does
 * for the training loop, by executing ONNX graphs.
 */
import type { Chain } from "../network/layer.ts";
import { encode } from "../onnx/wire.ts";
import type { Adam, Flat } from "./adam.ts";
import { trainingModel, validationModel, VECTORS } from "./graph.ts";
import type { Lowering } from "./operation.ts";
import type { Feed, Open, Session } from "../onnx/runtime.ts";

/** The optimiser's vectors, flat, in ONNX's layout. */
export type Vectors = Flat<Float32Array<ArrayBuffer>>;

/** Holds the vectors and moves them along. */
export interface Trainer extends AsyncDisposable {
  /** Steps that one call of `advance` should do, so that progress shows often enough. */
  readonly stride: number;
  /**
   * One step for each rate. `images` holds bytes `[steps, batch, pixels]`.
   * Returns the loss of each step, before its update.
   */
  advance(images: Uint8Array, rates: Float32Array): Promise<Float32Array>;
  /** The mean loss over images `[n, pixels]`, any n. */
  validate(images: Uint8Array): Promise<number>;
  vectors(): Promise<Vectors>;
}

/** Steps of a call, where each takes a few milliseconds. */
export const STRIDE = 20;

/** What is to be solved: a network, the size of a batch, the optimiser's settings. */
export interface Problem {
  readonly chain: Chain;
  readonly batch: number;
  readonly adam: Adam;
}

/** The bytes of a training graph. */
export function trainingGraph(
  problem: Problem,
  lowering: Lowering,
): Uint8Array {
  const program = lowering(problem.chain, problem.batch);
  return encode(trainingModel({ ...problem, program }));
}

/** A trainer that executes ONNX graphs, starting at these vectors. */
export async function graphTrainer(
  open: Open,
  { problem, lowering, start, stride = STRIDE }: {
    problem: Problem;
    lowering: Lowering;
    start: Vectors;
    stride?: number;
  },
): Promise<Trainer> {
  const { chain, batch } = problem;
  const { channels, height, width } = chain.input;
  const pixels = channels * height * width;
  const session = await open(trainingGraph(problem, lowering));
  let vectors = start;

  // Validation has a graph for each size of batch: the usual one and the rest.
  const validations = new Map<number, Session>();
  const validation = async (size: number) => {
    const known = validations.get(size);
    if (known) return known;
    const program = lowering(chain, size);
    const opened = await open(
      encode(validationModel({ chain, program, batch: size })),
    );
    validations.set(size, opened);
    return opened;
  };
  const vector = (data: Float32Array): Feed => ({
    type: "float32",
    data,
    dims: [data.length],
  });

  return {
    stride,
    async advance(images, rates) {
      const results = await session.run({
        ...Object.fromEntries(
          VECTORS.map((name) => [name, vector(vectors[name])]),
        ),
        images: {
          type: "uint8",
          data: images,
          dims: [rates.length, batch, pixels],
        },
        rates: vector(rates),
      });
      const result = (name: string) =>
        Float32Array.from(results[name] as Float32Array);
      vectors = {
        parameters: result("parameters_after"),
        first: result("first_after"),
        second: result("second_after"),
      };
      return result("losses");
    },
    async validate(images) {
      const count = images.length / pixels;
      let sum = 0;
      for (let from = 0; from < count; from += batch) {
        const size = Math.min(batch, count - from);
        const { loss } = await (await validation(size)).run({
          parameters: vector(vectors.parameters),
          images: {
            type: "uint8",
            data: images.subarray(from * pixels, (from + size) * pixels),
            dims: [size, pixels],
          },
        });
        sum += (loss?.[0] as number) * size;
      }
      return sum / count;
    },
    vectors: () => Promise.resolve(vectors),
    async [Symbol.asyncDispose]() {
      for (const opened of [session, ...validations.values()]) {
        await opened[Symbol.asyncDispose]();
      }
    },
  };
}
