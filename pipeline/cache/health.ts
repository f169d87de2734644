/** How a cache does: what went wrong is told once, and whoever is dead is left alone. */
import type { Trouble } from "./transport.ts";

/** Lesser troubles after which a cache is left alone, too. */
const PATIENCE = 3;

/** The health of one cache in one run. */
export class Health {
  #troubles = 0;
  #dead = false;
  /** What was not told yet, since nobody listened. */
  #told: string | undefined;
  #listener: ((message: string) => void) | undefined;

  constructor(private readonly name: string) {}

  /** Whether it is not to be asked again. */
  get dead(): boolean {
    return this.#dead;
  }

  /** What went wrong, if anything did. */
  trouble: string | undefined;

  /** Hears of the first trouble, also if that was before. */
  set listener(listener: (message: string) => void) {
    this.#listener = listener;
    if (this.#told !== undefined) listener(this.#told);
    this.#told = undefined;
  }

  /** Notes that something went wrong. */
  note({ seen, last }: Trouble): void {
    this.#troubles++;
    this.#dead ||= last || this.#troubles >= PATIENCE;
    if (this.trouble !== undefined) return;
    this.trouble = seen;
    const message = `${this.name}: ${seen}; ` +
      (this.#dead
        ? "it is not asked again in this run"
        : "what it cannot give is made here");
    if (this.#listener) this.#listener(message);
    else this.#told = message;
  }
}
