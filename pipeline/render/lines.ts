/** Events as lines of JSON on standard output, for other programs. */
import type { Report } from "../event.ts";

/** Writes every event as one line. */
export function jsonLines(write: (text: string) => void): Report {
  return (event) => write(JSON.stringify(event) + "\n");
}
