/**
 * The numbers that the texts of an archive quote against what it measured. Part of
 * its verifier: what it is given may be of any form.
 */
import type { Json } from "../../pipeline/stage/json.ts";
import type { Measurements } from "../claims/conclusion.ts";
import { compareQuotes, type Quote } from "./quotes.ts";

/** A sentence for each number that is not what was measured, or is not there. */
export function quoteFindings(
  experiment: Json,
  measurements: Measurements,
  source: (path: string) => Uint8Array,
): string[] {
  const { numbers: all } = (experiment as unknown as {
    paper: { numbers: readonly (Quote | { readonly file?: undefined })[] };
  }).paper;
  // The others are no text's, but macros of LaTeX.
  const numbers = all.filter((one) => one.file !== undefined);
  const texts = Object.fromEntries(
    numbers.map(({ file }) => [file, new TextDecoder().decode(source(file))]),
  );
  return compareQuotes(numbers, texts, measurements).flatMap(
    ({ file, line, verdict, value, quoted, measured, pattern }) => {
      switch (verdict) {
        case "differs":
          return [
            `code/${file} line ${line} quotes ${quoted} for ${value}, which is ${measured}`,
          ];
        case "not found":
          return [`code/${file} does not say "${pattern}"`];
        default:
          return [];
      }
    },
  );
}
