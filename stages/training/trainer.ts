/**
 * A trainer holds a network's weights and moves them along: what every engine does
 * for the training loop, by executing ONNX graphs.
 */
import { type Open, vectorOf } from "../onnx/runtime.ts";
import type { Vectors } from "./adam.ts";
import { pixelsOf, VECTORS } from "./graph.ts";
import type { Lowering } from "./operation.ts";
import { type Problem, trainingGraph } from "./problem.ts";
import { Team, type Threads } from "./team.ts";
import { validationOf } from "./validation.ts";

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

/**
 * A trainer that executes ONNX graphs, starting at these vectors. With `threads` it shares
 * the parts of a batch with them whenever it has more than one core, and computes
 * the same: the other threads execute the optimised graph on the portable runtime.
 */
export async function graphTrainer(
  open: Open,
  { problem, lowering, start, stride = STRIDE, threads }: {
    problem: Problem;
    lowering: Lowering;
    start: Vectors;
    stride?: number;
    threads?: Threads | undefined;
  },
): Promise<Trainer> {
  const { batch } = problem;
  const pixels = pixelsOf(problem.chain);
  const session = await open(trainingGraph(problem, lowering));
  const validation = validationOf(open, problem, lowering);
  let vectors = start;
  let team: Team | undefined;

  /** How many threads to use now; the team where there are others. */
  function hands(): { count: number; team: Team } | undefined {
    if (!threads || threads.starts.length === 0) return undefined;
    const cores = Math.min(threads.cores(), problem.parts);
    if (cores < 2) return undefined;
    team ??= new Team(open, {
      lowering,
      problem,
      size: start.parameters.length,
      steps: stride,
      threads,
    });
    // Until they can compute, this thread goes on alone.
    const count = Math.min(cores, team.ready);
    return count < 2 ? undefined : { count, team };
  }

  return {
    stride,
    async advance(images, rates) {
      const help = rates.length <= stride ? hands() : undefined;
      if (help) {
        const { count, team } = help;
        const result = await team.advance(vectors, images, rates, count);
        vectors = result.vectors;
        return result.losses;
      }
      const results = await session.run({
        ...Object.fromEntries(
          VECTORS.map((name) => [name, vectorOf(vectors[name])]),
        ),
        images: {
          type: "uint8",
          data: images,
          dims: [rates.length, batch, pixels],
        },
        rates: vectorOf(rates),
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
      const { parameters } = vectors;
      let sum = 0;
      const add = (loss: number, from: number) =>
        sum += loss * Math.min(batch, count - from);
      for (let from = 0; from < count;) {
        const help = hands();
        const end = from + batch * (help ? stride : 1);
        const some = images.subarray(from * pixels, end * pixels);
        const losses = help
          ? await help.team.losses(parameters, some, help.count)
          : [await validation.loss(parameters, some)];
        losses.forEach((loss, at) => add(loss, from + at * batch));
        from = end;
      }
      return sum / count;
    },
    vectors: () => Promise.resolve(vectors),
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await validation[Symbol.asyncDispose]();
      await team?.[Symbol.asyncDispose]();
    },
  };
}
