/** Says of the numbers that texts quote whether they still are what was measured, and writes that. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import { StageError, type Task } from "../../pipeline/stage/task.ts";
import { type Measurements, seedsOf } from "../claims/conclusion.ts";
import { compareQuotes, type Quote } from "./quotes.ts";

/** The quoted numbers. Each file is an input `text FILE`. */
export interface Params {
  readonly numbers: readonly Quote[];
  /** A number that is not what was measured is a failure. */
  readonly strict?: boolean;
}

/**
 * Writes `quotes`: a list of `Quotation`. Remarks on each that differs or was not
 * found.
 *
 * @throws StageError that names them, if the paper is strict about them.
 */
export function writeQuotes(
  task: Task<Params>,
  measurements: Measurements,
): void {
  const { numbers } = task.params;
  const texts = Object.fromEntries(
    numbers.map((
      { file },
    ) => [file, Deno.readTextFileSync(task.input(`text ${file}`))]),
  );
  const found = compareQuotes(numbers, texts, measurements);
  const seeds = seedsOf(measurements).length;
  const mean = seeds > 1 ? `, the mean of ${seeds} seeds` : "";
  const wrong = found.flatMap(({ file, line, verdict, value, ...rest }) => {
    switch (verdict) {
      case "differs":
        return `${file}:${line} quotes ${rest.quoted} for ${value}, which is ${rest.measured}${mean}`;
      case "not found":
        return `${file} does not say "${rest.pattern}"`;
      default:
        return [];
    }
  });
  if (task.params.strict && wrong.length > 0) {
    throw new StageError(
      `${wrong.length} of ${found.length} quoted numbers are not what was measured`,
      wrong.join("; "),
      "correct the text, or let LaTeX take them from numbers.tex",
    );
  }
  wrong.forEach(task.remark);
  Deno.writeTextFileSync(task.output("quotes"), canonicalPretty(found));
}
