/** What is being done while a level of an archive is tried, on one line that is painted over. */
import { clip } from "../text/layout.ts";
import { roughly } from "../text/quantity.ts";
import { visible } from "../text/visible.ts";

/** What is told while a level is tried. */
export type Remaking =
  /** The archive's code is asked for its facts; its results are put in place; the data is fetched. */
  | { readonly kind: "asking" | "restoring" | "fetching" }
  | {
    readonly kind: "making";
    /** What is being made, by instance. */
    readonly running: readonly string[];
    readonly done: number;
    readonly of: number;
    /** Until all is made, in seconds, as far as one can tell. */
    readonly left: number;
  }
  /** By the verifier's own code. */
  | { readonly kind: "evaluating"; readonly done: number; readonly of: number };

/** A level by number and name. */
interface Tried {
  readonly level: number;
  readonly name: string;
}

const WORDS = {
  asking: "asking the archive's code for its facts",
  restoring: "putting the archive's results in place",
  fetching: "fetching the data",
} as const;

/** The line; what an archive's program says is only shown. */
function remakingLine(
  { level, name }: Tried,
  remaking: Remaking,
): string {
  return `level ${level}  ${name}: ${doing(remaking)}`;
}

function doing(remaking: Remaking): string {
  switch (remaking.kind) {
    case "making": {
      const { running, done, of, left } = remaking;
      const [first, ...rest] = running;
      const made = first === undefined ? "making" : `making ${visible(first)}` +
        (rest.length > 0 ? ` and ${rest.length} more` : "");
      const time = left > 0 ? `, about ${roughly(left)} left` : "";
      return `${made}, ${done} of ${of} done${time}`;
    }
    case "evaluating":
      return `evaluating by the verifier's own code, ${remaking.done} of ${remaking.of} done`;
    default:
      return WORDS[remaking.kind];
  }
}

/** Where no line can be painted over, a longer silence is broken after so many seconds. */
const SILENCE = 30;

/** How a teller reaches its reader. */
interface Reader {
  readonly write: (text: string) => void;
  /** Whether a line can be painted over. */
  readonly terminal: boolean;
  readonly columns: () => number;
  /** In seconds. */
  readonly now: () => number;
}

/** Tells one what is being done; without a level, that nothing more is. */
export function remakingTeller(
  { write, terminal, columns, now }: Reader,
): (tried?: Tried, remaking?: Remaking) => void {
  let last = "";
  let shown = "";
  let at = -Infinity;
  return (tried, remaking) => {
    if (!tried || !remaking) {
      if (terminal && shown !== "") write("\r\x1b[K");
      shown = "";
      return;
    }
    const line = remakingLine(tried, remaking);
    if (terminal) {
      // Clipped, for a line that breaks into two cannot be painted over.
      const text = clip(line, columns() - 1);
      if (text !== shown) write(`\r${text}\x1b[K`);
      shown = text;
      return;
    }
    const key = [
      tried.level,
      remaking.kind,
      "done" in remaking ? remaking.done : "",
    ].join(" ");
    if (key === last && now() - at < SILENCE) return;
    last = key;
    at = now();
    write(`${line}\n`);
  };
}
