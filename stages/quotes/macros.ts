/** Writes the numbers of a text, so that nobody types them: for LaTeX, and as JSON. */
import { canonicalPretty } from "../../pipeline/stage/json.ts";
import type { Task } from "../../pipeline/stage/task.ts";
import type { Measurements } from "../claims/conclusion.ts";
import { measure, type Quote } from "./quotes.ts";

/** A number with the name of a macro. */
type Numeral = Pick<Quote, "value" | "epochs" | "data"> & {
  /** Letters alone. */
  readonly name: string;
  /** Significant digits. */
  readonly digits: number;
};

/** The numbers to be written. */
export interface Params {
  readonly numbers: readonly Numeral[];
}

/**
 * Writes `tex`, a macro for each number, and `json`. A number that cannot be said,
 * as of stand-in data, is printed as two question marks, which nobody overlooks.
 */
export function writeNumbers(
  task: Task<Params>,
  measurements: Measurements,
): void {
  const all = task.params.numbers.map((numeral) => ({
    ...numeral,
    found: measure(numeral, measurements),
  }));
  const macros = all.map(({ name, digits, value, found }) =>
    "because" in found
      ? `\\newcommand{\\${name}}{\\textbf{??}}% ${value}: ${found.because}`
      : `\\newcommand{\\${name}}{${tex(found.value, digits)}}`
  );
  Deno.writeTextFileSync(
    task.output("tex"),
    [...HEAD, ...macros, ""].join("\n"),
  );
  const table = Object.fromEntries(all.map(({ name, digits, found }) => [
    name,
    "because" in found
      ? { because: found.because }
      : { text: plain(found.value, digits), value: found.value },
  ]));
  Deno.writeTextFileSync(task.output("json"), canonicalPretty(table));
}

const HEAD = [
  "% The numbers of the text, as they were measured. Made by the stage `numbers`: an",
  "% edit is gone with the next run. Before \\begin{document}: \\input{numbers}",
];

/** `0.00615`, or `6.15e-7` where zeros would be counted. */
function plain(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return value.toExponential(digits - 1);
  }
  const whole = size === 0 ? 1 : Number(size.toExponential().split("e")[1]) + 1;
  return rounded.toFixed(Math.min(100, Math.max(0, digits - whole)));
}

/** The same as TeX prints it, in a text and in a formula. */
function tex(value: number, digits: number): string {
  const [mantissa = "", exponent] = plain(value, digits).split("e");
  return exponent === undefined
    ? `\\ensuremath{${mantissa}}`
    : `\\ensuremath{${mantissa}\\times 10^{${Number(exponent)}}}`;
}
