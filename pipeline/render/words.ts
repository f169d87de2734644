/**
 * The words and signs for what happens, in one place, so that the screen, the
 * log, the tables and the pictures say the same. A colour is never the only
 * sign: each state has a word or a mark of its own.
 */
import type { Decision } from "../plan/decision.ts";
import type { Outcome } from "../run/event.ts";
import type { Verdict } from "../stage/declaration.ts";
import type { Style } from "../text/style.ts";

/** A state as it is shown. */
export interface Look {
  readonly sign: string;
  readonly word: string;
  readonly paint: keyof Style;
}

/** What is to be done about an instance. */
export const DECISIONS: { readonly [kind in Decision["kind"]]: Look } = {
  run: { sign: "→", word: "will run", paint: "cyan" },
  maybe: { sign: "?", word: "may run", paint: "yellow" },
  restore: { sign: "↺", word: "restored", paint: "green" },
  reuse: { sign: "=", word: "reused", paint: "dim" },
};

/** How an instance ended. */
export const OUTCOMES: { readonly [kind in Outcome["kind"]]: Look } = {
  built: { sign: "✓", word: "built", paint: "green" },
  restored: { sign: "↺", word: "restored", paint: "green" },
  reused: { sign: "=", word: "reused", paint: "dim" },
  failed: { sign: "✗", word: "failed", paint: "red" },
  skipped: { sign: "–", word: "skipped", paint: "yellow" },
};

/** What became of a claim. */
export const VERDICTS: { readonly [verdict in Verdict["verdict"]]: Look } = {
  holds: { sign: "✓", word: "holds", paint: "green" },
  fails: { sign: "✗", word: "fails", paint: "red" },
  "not judged": { sign: "–", word: "not judged", paint: "yellow" },
};

/** How a run ended: a failure is the machine's word, an interruption a person's. */
export type Ended = "done" | "failed" | "refuted" | "interrupted";

/** What became of a run. */
export const ENDS: { readonly [ended in Ended]: Look } = {
  done: { sign: "✓", word: "done", paint: "green" },
  failed: { sign: "✗", word: "failed", paint: "red" },
  refuted: { sign: "✗", word: "a claim fails", paint: "red" },
  interrupted: { sign: "‖", word: "interrupted", paint: "yellow" },
};
