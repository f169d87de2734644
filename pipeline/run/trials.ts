/** How often an instance begins anew whose machine was taken from it. */
import type { Ended } from "../executor/executor.ts";
import type { Failure } from "../failure.ts";
import type { Instance } from "../graph/graph.ts";

type Lost = Extract<Ended, { kind: "lost" }>;

/** Jobs that never began cost nobody anything; but not for ever. */
const UNBEGUN = 20;

/** The trials of one instance in one run. */
export class Trials {
  /** Those that were lost. */
  count = 0;
  #charged = 0;
  #unbegun = 0;
  /** The furthest checkpoint, ever and when the last trial was lost. */
  #reached = -Infinity;
  #before = -Infinity;

  /** @param most how many may be lost in which nothing was gained */
  constructor(
    private readonly instance: Instance,
    private readonly most: number,
  ) {}

  /** A checkpoint was kept. */
  reach(position: number): void {
    this.#reached = Math.max(this.#reached, position);
  }

  /** Notes that one was lost; a failure if there shall be no other trial. */
  lose({ begun, time, failure }: Lost): Failure | undefined {
    this.count++;
    // Whoever comes further each time comes to the end.
    const gained = this.#reached > this.#before;
    this.#before = this.#reached;
    if (gained) return undefined;
    if (!begun) return ++this.#unbegun > UNBEGUN ? failure : undefined;
    if (time) {
      return {
        ...failure,
        hint: this.instance.declaration.resume === undefined
          ? `${failure.hint}; a stage that keeps checkpoints goes on from them`
          : `${failure.hint}: no checkpoint was reached in it`,
      };
    }
    return ++this.#charged > this.most ? failure : undefined;
  }
}
