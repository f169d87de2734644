/**
 * How far a level is, from what the archive's program tells and from what each
 * instance took in the record.
 */
import type { Lock } from "../published/lock.ts";
import type { Remaking } from "../render/remaking.ts";
import type { Said } from "./said.ts";

/** Less work done says nothing of how fast this machine is, in seconds of the record. */
const LEAST = 2;

/** The progress of one run. */
export class Pace {
  readonly #seconds: (instance: string) => number;
  readonly #now: () => number;
  readonly #began: number;
  /** Instances that will or may run. */
  readonly #wanted = new Set<string>();
  readonly #made = new Set<string>();
  /** Those at work, with the share that is done. */
  readonly #running = new Map<string, number>();

  /** `now` is in seconds. */
  constructor({ instances }: Lock, now: () => number) {
    this.#seconds = (instance) =>
      Object.hasOwn(instances, instance)
        ? instances[instance]?.seconds ?? 0
        : 0;
    this.#now = now;
    this.#began = now();
  }

  /** Takes in what was said; returns how it stands, if that is another now. */
  hear(said: Said): Extract<Remaking, { kind: "making" }> | undefined {
    switch (said.kind) {
      case "planned":
        for (const { instance, decision } of said.plan) {
          if (decision.kind === "run" || decision.kind === "maybe") {
            this.#wanted.add(instance);
          }
        }
        break;
      case "started":
        this.#running.set(said.instance, 0);
        break;
      case "progress": {
        const { done, total } = said.progress;
        if (!this.#running.has(said.instance) || !total) return;
        const share = Math.min(1, Math.max(0, done / total));
        this.#running.set(said.instance, share);
        break;
      }
      case "ended":
        this.#running.delete(said.instance);
        if (said.outcome.kind === "built") this.#made.add(said.instance);
        else this.#wanted.delete(said.instance);
        break;
      default:
        return;
    }
    return this.#state();
  }

  #state(): Extract<Remaking, { kind: "making" }> {
    let [done, all] = [0, 0];
    for (const instance of this.#wanted) {
      const seconds = this.#seconds(instance);
      all += seconds;
      done += this.#made.has(instance)
        ? seconds
        : seconds * (this.#running.get(instance) ?? 0);
    }
    const pace = done > LEAST ? (this.#now() - this.#began) / done : 1;
    return {
      kind: "making",
      running: [...this.#running.keys()],
      done: this.#made.size,
      of: this.#wanted.size,
      left: (all - done) * pace,
    };
  }
}
