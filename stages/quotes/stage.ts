/** Says of the numbers that texts quote whether they still are what was measured. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import { baseOf, measured, observedIn, seedsOf } from "../claims/judgement.ts";
import { readMeasurements } from "../claims/measurements.ts";
import { compareQuotes, type Quote } from "./quotes.ts";

/** The quoted numbers. Each file is an input `text FILE`. */
export interface Params {
  readonly numbers: readonly Quote[];
}

/** Writes `quotes`: a list of `Quotation`. Warns of each that differs or was not found. */
export default function quotes(task: Task<Params>): void {
  const { numbers } = task.params;
  const { metrics, steps } = readMeasurements(task);
  const texts = Object.fromEntries(
    numbers.map((
      { file },
    ) => [file, Deno.readTextFileSync(task.input(`text ${file}`))]),
  );
  const networks = measured(metrics, steps);
  const found = compareQuotes(numbers, texts, {
    networks,
    observed: observedIn(metrics),
    base: baseOf(metrics),
    standIn: metrics.dataset.stand_in,
  });
  const seeds = seedsOf(networks).length;
  const mean = seeds > 1 ? `, the mean of ${seeds} seeds` : "";
  for (const { file, line, verdict, value, pattern, ...rest } of found) {
    if (verdict === "differs") {
      task.remark(
        `${file}:${line} quotes ${rest.quoted} for ${value}, which is ${rest.measured}${mean}`,
      );
    } else if (verdict === "not found") {
      task.remark(`${file} does not say "${pattern}"`);
    }
  }
  Deno.writeTextFileSync(task.output("quotes"), canonicalPretty(found));
}
