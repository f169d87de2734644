/**
 * Trains with several threads, and gives to the last bit what one gives: the parts of a batch
 * are the same however many compute them.
 */
import type { ThreadStart } from "../../pipeline/stage/task.ts";
import type { Open } from "../onnx/runtime.ts";
import type { Vectors } from "./adam.ts";
import { Board, type Call, Lost, type Room } from "./board.ts";
import { join, type Member } from "./member.ts";
import type { Lowering } from "./operation.ts";
import { pixelsOf, type Problem } from "./problem.ts";

/** What other threads a training may use, and how many cores it has now. */
export interface Threads {
  readonly cores: () => number;
  readonly starts: readonly ThreadStart[];
  /** Is told of a thread that failed before it could compute: the others go on without it. */
  readonly lost: (error: unknown) => void;
}

/** Threads that train together, of which this one leads. */
export class Team {
  #member: Promise<Member> | undefined;
  #failed: unknown;
  readonly #board: Board;

  private constructor(
    private readonly open: Open,
    private readonly lowering: Lowering,
    private readonly problem: Problem,
    private readonly room: Room,
    memory: SharedArrayBuffer,
    { starts, lost }: Omit<Threads, "cores">,
  ) {
    this.#board = new Board(memory, room);
    starts.slice(0, problem.parts - 1).forEach((start, at) => {
      start({ problem, room, memory, index: at + 1 }).catch((error) => {
        this.#failed ??= error;
        lost(error);
      });
    });
  }

  /** Calls the other threads together, as many as there are parts for; they come later. */
  static assemble(
    open: Open,
    { lowering, problem, size, steps, threads }: {
      lowering: Lowering;
      problem: Problem;
      /** Numbers of a vector. */
      size: number;
      /** Steps of a call, at most. */
      steps: number;
      threads: Omit<Threads, "cores">;
    },
  ): Team {
    const { batch, parts } = problem;
    const room = { size, parts, steps, bytes: batch * pixelsOf(problem) };
    return new Team(
      open,
      lowering,
      problem,
      room,
      Board.memory(room),
      threads,
    );
  }

  /** Threads that can compute by now, this one included. */
  get ready(): number {
    return this.#board.ready;
  }

  /** As `Trainer.advance`, from some vectors, with so many threads. */
  async advance(
    vectors: Vectors,
    images: Uint8Array,
    rates: Float32Array,
    threads: number,
  ): Promise<{ vectors: Vectors; losses: Float32Array }> {
    const { parts } = this.problem;
    const board = this.#board;
    board.vectors[0]!.set(vectors.parameters);
    board.vectors[1]!.set(vectors.first);
    board.vectors[2]!.set(vectors.second);
    board.images.set(images);
    board.rates.set(rates);
    await this.#take({ kind: "train", steps: rates.length }, threads);
    const [parameters, first, second] = board.vectors.map((vector) =>
      Float32Array.from(vector)
    );
    const losses = Float32Array.from(rates, (_, step) => {
      const [one = NaN, ...others] = board.losses
        .subarray(step * parts, (step + 1) * parts);
      return others.reduce((sum, loss) => Math.fround(sum + loss), one);
    });
    return {
      vectors: { parameters, first, second } as Vectors,
      losses,
    };
  }

  /** The mean loss of each batch of images, of which there are no more than of a call. */
  async losses(
    parameters: Float32Array,
    images: Uint8Array,
    threads: number,
  ): Promise<Float32Array> {
    const board = this.#board;
    board.vectors[0]!.set(parameters);
    board.images.set(images);
    await this.#take({ kind: "validate", bytes: images.length }, threads);
    return board.losses.slice(0, Math.ceil(images.length / this.room.bytes));
  }

  async #take(call: Call, threads: number): Promise<void> {
    this.#member ??= join(
      this.open,
      this.lowering,
      { problem: this.problem, index: 0 },
      this.#board,
    );
    const member = await this.#member;
    this.#board.call(call, threads);
    try {
      await member.take(call, threads);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      // What it threw comes as a message, for which this thread has to stop.
      await new Promise((resolve) => setTimeout(resolve, 0));
      throw this.#failed ?? error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#board.call({ kind: "leave" }, 0);
    await (await this.#member)?.[Symbol.asyncDispose]();
  }
}
