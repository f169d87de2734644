/** The two streams of the terminal: the only place that prints. */
import { type Style, style } from "./render/style.ts";

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
}

/** Columns where there is no terminal that has any. */
const PAGE = 100;

/** This process's console. */
export function openConsole(): Console {
  const encoder = new TextEncoder();
  const terminal = Deno.stderr.isTerminal();
  return {
    out: writer(Deno.stdout, encoder),
    err: writer(Deno.stderr, encoder),
    style: style(terminal && !Deno.noColor),
    outStyle: style(Deno.stdout.isTerminal() && !Deno.noColor),
    terminal: terminal && Deno.env.get("TERM") !== "dumb",
    columns: () => Deno.stdout.isTerminal() ? Deno.consoleSize().columns : PAGE,
  };
}

/** Writes all of a text; a reader that has gone away, as `head` does, is no failure. */
function writer(
  stream: { writeSync(bytes: Uint8Array): number },
  encoder: TextEncoder,
): (text: string) => void {
  return (text) => {
    let bytes = encoder.encode(text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
}
