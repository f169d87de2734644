/** A section of the report. */
import type { Markup } from "./html.ts";

/** Something to be read, with its place in the table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}
