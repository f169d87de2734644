/**
 * Trains with several threads, and gives to the last bit what one gives: the parts of a batch
 * are the same however many compute them.
 */
import type { ThreadStart } from "../../pipeline/stage/task.ts";
import type { Open } from "../onnx/runtime.ts";
import type { Vectors } from "./adam.ts";
import { Board, type Call, Lost, type Room } from "./board.ts";
import { pixelsOf } from "./graph.ts";
import { join, type Member, type Share } from "./member.ts";
import type { Lowering } from "./operation.ts";
import type { Problem } from "./problem.ts";

/** What other threads a training may use, and how many cores it has now. */
export interface Threads {
  readonly cores: () => number;
  readonly starts: readonly ThreadStart[];
  /** Is told of a thread that failed before it could compute: the others go on without it. */
  readonly lost: (error: unknown) => void;
}

/** What a team is made of. */
interface Setting {
  readonly lowering: Lowering;
  readonly problem: Problem;
  /** Numbers of a vector. */
  readonly size: number;
  /** Steps of a call, at most. */
  readonly steps: number;
  readonly threads: Omit<Threads, "cores">;
}

/** Threads that train together, of which this one leads. */
export class Team {
  #member: Promise<Member> | undefined;
  /** What the thread threw that failed in a call. */
  readonly #cause = Promise.withResolvers<unknown>();
  readonly #board: Board;
  readonly #join: () => Promise<Member>;
  readonly #parts: number;
  /** Bytes of the images of a batch. */
  readonly #bytes: number;

  /** Calls the other threads together, as many as there are parts for; they come later. */
  constructor(
    open: Open,
    { lowering, problem, size, steps, threads: { starts, lost } }: Setting,
  ) {
    const { batch, chain, parts } = problem;
    const room: Room = { size, parts, steps, bytes: batch * pixelsOf(chain) };
    const memory = Board.memory(room);
    const board = new Board(memory, room);
    this.#board = board;
    this.#parts = parts;
    this.#bytes = room.bytes;
    this.#join = () => join(open, lowering, problem, board);
    for (const start of starts.slice(0, parts - 1)) {
      start({ problem, room, memory } satisfies Share).catch((error) => {
        // Of one that was called, whoever waits for it tells; in its words.
        if (board.failed) this.#cause.resolve(error);
        else lost(error);
      });
    }
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
    const parts = this.#parts;
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
    return board.losses.slice(0, Math.ceil(images.length / this.#bytes));
  }

  async #take(call: Call, threads: number): Promise<void> {
    const member = await (this.#member ??= this.#join());
    this.#board.call(call, threads);
    try {
      await member.take(call, 0, threads);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      // It comes as a message, behind what this thread was told by the board.
      throw await this.#cause.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#board.call({ kind: "leave" }, 0);
    await (await this.#member)?.[Symbol.asyncDispose]();
  }
}
