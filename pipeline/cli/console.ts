/** The two streams of the terminal: the only place that prints. */
import { type Failure } from "../failure.ts";
import { type Style, style } from "../text/style.ts";

/** What a command needs of the world to talk to it. */
export interface Console {
  /** Results. */
  readonly out: (text: string) => void;
  /** Everything else. */
  readonly err: (text: string) => void;
  /** For the error stream. */
  readonly style: Style;
  /** For the stream of results. */
  readonly outStyle: Style;
  /** Whether the error stream is a terminal that can repaint lines. */
  readonly terminal: boolean;
  /** How wide the stream of results is; where it is no terminal, a page. */
  readonly columns: () => number;
  /** Why something that was said could not be written, if so. */
  readonly trouble: () => Failure | undefined;
}

/** Columns where there is no terminal that has any. */
const PAGE = 100;

/** This process's console. */
export function openConsole(): Console {
  const encoder = new TextEncoder();
  const terminal = Deno.stderr.isTerminal();
  let trouble: Failure | undefined;
  const failed = (error: Error) =>
    trouble ??= {
      kind: "output",
      what: "Cannot write all of the output",
      seen: error.message,
      hint: "run again with the output in another place: what was made is kept",
    };
  return {
    out: writer(Deno.stdout, encoder, failed),
    err: writer(Deno.stderr, encoder, failed),
    style: style(terminal && !Deno.noColor),
    outStyle: style(Deno.stdout.isTerminal() && !Deno.noColor),
    terminal: terminal && Deno.env.get("TERM") !== "dumb",
    columns: () => Deno.stdout.isTerminal() ? Deno.consoleSize().columns : PAGE,
    trouble: () => trouble,
  };
}

/**
 * Writes all of a text. A reader that has gone away, as `head` does, is no
 * failure; a full disk is one, but none for which the work may stop halfway.
 */
function writer(
  stream: { writeSync(bytes: Uint8Array): number },
  encoder: TextEncoder,
  failed: (error: Error) => void,
): (text: string) => void {
  let broken = false;
  return (text) => {
    if (broken) return;
    let bytes = encoder.encode(text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      // What the system says no to has a number.
      if (!(error instanceof Error && /os error \d/.test(error.message))) {
        throw error;
      }
      broken = true;
      failed(error);
    }
  };
}
