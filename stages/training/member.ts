/**
 * One of the threads that share a training. Each computes some parts of every batch and
 * makes the step itself, from the parts of all: so they meet once a step, and none has to wait for
 * parameters.
 */
import type { Open, Session } from "../onnx/runtime.ts";
import { move } from "./adam.ts";
import { Board, type Call, type Room } from "./board.ts";
import type { Lowering } from "./operation.ts";
import { partGraph, pixelsOf, type Problem } from "./problem.ts";
import { sizes } from "./parts.ts";
import { validationOf } from "./validation.ts";

/** What a thread is given. */
export interface Share {
  readonly problem: Problem;
  readonly room: Room;
  readonly memory: SharedArrayBuffer;
  /** Which of the threads it is; the first leads, and has 0. */
  readonly index: number;
}

/** Does its share of what the board calls for. */
export interface Member extends AsyncDisposable {
  take(call: Call, threads: number): Promise<void>;
}

/** A thread at a board. */
export async function join(
  open: Open,
  lowering: Lowering,
  { problem, index }: Omit<Share, "memory" | "room">,
  board: Board,
): Promise<Member> {
  const { batch, parts, adam } = problem;
  const pixels = pixelsOf(problem);
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
      parameters: {
        type: "float32",
        data: parameters,
        dims: [parameters.length],
      },
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

  async function train(steps: number, threads: number): Promise<void> {
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

  async function validate(bytes: number, threads: number): Promise<void> {
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
    async take(call, threads) {
      switch (call.kind) {
        case "train":
          return await train(call.steps, threads);
        case "validate":
          return await validate(call.bytes, threads);
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
  { memory, room, ...share }: Share,
): Promise<void> {
  const board = new Board(memory, room);
  try {
    const { portable } = await import("../onnx/portable.ts");
    const { optimised } = await import("./optimised.ts");
    await using member = await join(portable(), optimised, share, board);
    board.arrive();
    for (;;) {
      const { call, threads } = board.next();
      if (call.kind === "leave") return;
      if (share.index < threads) await member.take(call, threads);
    }
  } catch (error) {
    board.fail();
    throw error;
  }
}
