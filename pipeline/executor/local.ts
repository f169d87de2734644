/** Instances as processes of this machine. */
import { ok } from "../failure.ts";
import { coresFile } from "../sandbox/flags.ts";
import { start } from "../sandbox/start.ts";
import type { Executor } from "./executor.ts";
import { cardsOf } from "./machine.ts";

/** Private folders, and what becomes of them. */
interface Folders {
  open(stage: string, reuse: boolean): string;
  empty(folder: string): void;
  clear(folder: string): void;
}

/** Runs instances here, in folders of the run. */
export function localExecutor(folders: Folders): Executor {
  const cards = cardsOf();
  /** Cards that no instance has now. */
  const free = [...cards];
  return {
    open: (stage, _fingerprint, sole) => folders.open(stage, sole),
    start({ confinement, resources }, signal) {
      const { folder } = confinement;
      // With one card there is nothing to choose, and nothing to be told.
      const count = cards.length > 1 ? resources.gpu ?? 0 : 0;
      const own = free.splice(0, count);
      const begun = start(
        own.length > 0 ? { ...confinement, cards: own } : confinement,
        signal,
      );
      if (!begun.ok) {
        free.push(...own);
        return begun;
      }
      const { messages, ended } = begun.value;
      let gone = false;
      return ok({
        messages,
        tell(cores) {
          if (gone) return;
          Deno.writeTextFileSync(coresFile({ folder }), String(cores));
        },
        ended: ended.then((end) => {
          gone = true;
          free.push(...own);
          return { ...end, folder };
        }),
      });
    },
    close: (folder, sole) =>
      sole ? folders.empty(folder) : folders.clear(folder),
  };
}
