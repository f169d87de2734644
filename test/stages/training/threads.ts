/** Threads for a training in a test, and a look at what they share. */
import { openThreads } from "../../../pipeline/sandbox/process/thread.ts";
import { Board } from "../../../stages/training/board.ts";
import type { Share } from "../../../stages/training/member.ts";
import type { Threads } from "../../../stages/training/team.ts";

const MEMBER = import.meta.resolve("../../../stages/training/member.ts");

/** Threads that a training may call, seen from outside. */
interface Helpers {
  readonly starts: Threads["starts"];
  /** What those that were called share. */
  readonly board: () => Board | undefined;
  /** Waits until all that were called can compute. */
  readonly ready: () => Promise<void>;
}

/** So many threads beside the first. */
export async function helpers(count: number): Promise<Helpers> {
  const opened = await openThreads(count, MEMBER, []);
  let started = 0;
  let board: Board | undefined;
  const starts: Threads["starts"] = opened.map((start) => (given) => {
    const { memory, room } = given as Share;
    board ??= new Board(memory, room);
    started++;
    return start(given);
  });
  return {
    starts,
    board: () => board,
    async ready() {
      for (let looks = 0; looks < 6000; looks++) {
        if (board && board.ready === 1 + started) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`Of ${started} threads ${(board?.ready ?? 1) - 1} came`);
    },
  };
}
