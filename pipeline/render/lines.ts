/** Events as lines of JSON on standard output, for other programs. */
import type { Report } from "../run/event.ts";
import { jsonLine } from "./visible.ts";

/** Writes every event as one line. */
export function jsonLines(write: (text: string) => void): Report {
  return (event) => write(jsonLine(event));
}
