/**
 * One of the threads that share a training. Each computes some parts of every batch and
 * makes the step itself, from the parts of all: so they meet once a step, and none has to wait for
 * parameters.
 */
import { type Open, type Session, vectorOf } from "../onnx/runtime.ts";
import { move } from "./adam.ts";
import { Board, type Call, type Room } from "./board.ts";
import type { Lowering } from "./operation.ts";
import { pixelsOf } from "./graph.ts";
import { partGraph, type Problem } from "./problem.ts";
import { sizes } from "./parts.ts";
import { validationOf } from "./validation.ts";

/** What a thread is given. */
export interface Share {
  readonly problem: Problem;
  readonly room: Room;
  readonly memory: SharedArrayBuffer;
}

/** Does its share of what the board calls for. */
export interface Member extends AsyncDisposable {
  /** As the thread of this number among so many. */
  take(call: Call, index: number, threads: number): Promise<void>;
}

/** A thread at a board. */
export async function join(
  open: Open,
  lowering: Lowering,
  problem: Problem,
  board: Board,
): Promise<Member> {
  const { batch, parts, adam } = problem;
  const pixels = pixelsOf(problem.chain);
  const counts = sizes(batch, parts);
  const starts = counts.map((_, part) =>
    counts.slice(0, part).reduce((sum, size) => sum + size, 0)
  );
  // Parts have two sizes at most: one graph each.
  const sessions = new Map<number, Session>();
  for (const [part, size] of counts.entries()) {
    if (sessions.has(size)) continue;
    sessions.set(size, await open(partGraph(problem, lowering, part)));
  }
  const validation = validationOf(open, problem, lowering);
  const vectors = board.vectors.map((vector) =>
    new Float32Array(vector.length)
  );
  const [parameters, first, second] = vectors as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];

  /** The gradient and loss of one part of a step's images. */
  async function compute(step: number, part: number): Promise<void> {
    const size = counts[part]!; // a part of this problem
    const from = (step * batch + starts[part]!) * pixels;
    const { loss, gradient } = await sessions.get(size)!.run({
      parameters: vectorOf(parameters),
      images: {
        type: "uint8",
        // A copy, since runtimes take no shared memory.
        data: board.images.slice(from, from + size * pixels),
        dims: [size, pixels],
      },
    });
    board.gradients[step % 2]![part]!.set(gradient!);
    board.losses[step * parts + part] = loss![0]!;
  }

  async function train(
    steps: number,
    index: number,
    threads: number,
  ): Promise<void> {
    vectors.forEach((vector, at) => vector.set(board.vectors[at]!));
    for (let step = 0; step < steps; step++) {
      for (let part = index; part < parts; part += threads) {
        await compute(step, part);
      }
      board.meet(threads);
      // Whoever is a step ahead writes to the other half of the gradients.
      move({ parameters, first, second }, {
        gradient: sum(board.gradients[step % 2]!),
        rate: board.rates[step]!,
        adam,
      });
    }
    board.meet(threads);
    if (index === 0) {
      vectors.forEach((vector, at) => board.vectors[at]!.set(vector));
    }
  }

  async function validate(
    bytes: number,
    index: number,
    threads: number,
  ): Promise<void> {
    const length = batch * pixels;
    parameters.set(board.vectors[0]!);
    for (let at = index; at * length < bytes; at += threads) {
      board.losses[at] = await validation.loss(
        parameters,
        board.images.slice(at * length, Math.min(bytes, (at + 1) * length)),
      );
    }
    board.meet(threads);
  }

  return {
    async take(call, index, threads) {
      switch (call.kind) {
        case "train":
          return await train(call.steps, index, threads);
        case "validate":
          return await validate(call.bytes, index, threads);
        case "leave":
      }
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions.values()) {
        await session[Symbol.asyncDispose]();
      }
      await validation[Symbol.asyncDispose]();
    },
  };
}

/** The sum of vectors, number by number in their order, as a graph adds them. */
function sum(vectors: readonly Float32Array[]): Float32Array {
  const [first, ...others] = vectors;
  const total = first!.slice(); // there is one part at least
  for (const other of others) {
    // A 32-bit array rounds what it is given.
    for (let i = 0; i < total.length; i++) total[i]! += other[i]!;
  }
  return total;
}

/** The export `thread` of the stage: joins, and takes its share until it may leave. */
export async function thread(
  { memory, room, problem }: Share,
): Promise<void> {
  const board = new Board(memory, room);
  const { portable } = await import("../onnx/portable.ts");
  const { optimised } = await import("./optimised.ts");
  await using member = await join(portable(), optimised, problem, board);
  // Until here nobody waits for it.
  const index = board.arrive();
  try {
    for (;;) {
      const { call, threads } = board.next();
      if (call.kind === "leave") return;
      if (index < threads) await member.take(call, index, threads);
    }
  } catch (error) {
    board.fail();
    throw error;
  }
}
