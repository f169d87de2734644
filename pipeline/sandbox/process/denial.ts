/**
 * Tells the engine of every access that Deno refuses, with the place in the
 * code, even if the stage swallows the error. Runs in the stage's process,
 * before the stage.
 *
 * Deno's own audit has no places, unless one lets it take a stack for each
 * check of a permission, which made loading sharp 160 ms slower (measured); and
 * it does not see attempts to start a program. This costs nothing until
 * something is refused: `NotCapable` sets its own name when it is made, and
 * that is where we listen.
 */
import { RECORD_SEPARATOR } from "../../stage/task.ts";

/** One refused access, as told to the engine. Not a `Message`: stages have no part in it. */
export interface Denial {
  readonly kind: "denied";
  /** `Requires read access to "/etc/hostname", …` */
  readonly message: string;
  readonly stack: string;
}

/** A loop that tries for ever is told of often enough. */
const MOST = 50;

/** Begins to listen. */
export function tellDenials(): void {
  const { prototype } = Deno.errors.NotCapable;
  const encoder = new TextEncoder();
  let told = 0;
  Object.defineProperty(prototype, "name", {
    configurable: true,
    get: () => "NotCapable",
    set(this: Error, name: string) {
      Object.defineProperty(this, "name", {
        value: name,
        writable: true,
        configurable: true,
      });
      if (told++ >= MOST) return;
      const denial: Denial = {
        kind: "denied",
        message: this.message,
        stack: this.stack ?? "",
      };
      Deno.stdout.writeSync(
        encoder.encode(RECORD_SEPARATOR + JSON.stringify(denial) + "\n"),
      );
    },
  });
}
