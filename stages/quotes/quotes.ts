/**
 * Compares numbers that texts quote with what was measured: a pure function of
 * the texts, the metrics and the curves.
 */
import {
  type Measurements,
  otherData,
  seedsOf,
  spokenOf,
} from "../claims/conclusion.ts";
import { evaluate, Missing } from "../claims/evaluate.ts";
import { tooShort } from "../claims/judge.ts";
import { parse } from "../claims/syntax.ts";

/** A number in a text, and what it should be. */
export type Quote = {
  readonly file: string;
  /** Words of the text with `{}` where the number stands. */
  readonly pattern: string;
  /** An expression for a number; with several seeds their mean is meant. */
  readonly value: string;
  /** With fewer epochs of its networks nothing can be said. */
  readonly epochs?: number;
  /** The dataset of which the text speaks; without it, any that is real. */
  readonly data?: string;
};

/** What became of a quoted number. */
export type Quotation = {
  readonly file: string;
  /** From 1; 0 where the words were not found. */
  readonly line: number;
  readonly pattern: string;
  readonly value: string;
  readonly verdict: "matches" | "differs" | "not found" | "not judged";
  /** As it stands in the text. */
  readonly quoted: string | null;
  /** What was measured, with the digits that the text has. */
  readonly measured: string | null;
  readonly because: string | null;
};

/** What is wrong with a pattern, if anything. */
export function checkPattern(pattern: string): string | undefined {
  const holes = pattern.split("{}").length - 1;
  return holes === 1
    ? undefined
    : 'it takes one {} where the number stands, as in "an error of {} on the test images"';
}

// 0.0121, 55,000, −3, 1.2e-3, 97.5%
const NUMBER = String
  .raw`([-−+]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-−+]?\d+)?%?)`;

/** Compares every quoted number with what was measured. */
export function compareQuotes(
  quotes: readonly Quote[],
  texts: { readonly [file: string]: string },
  measurements: Measurements,
): Quotation[] {
  return quotes.flatMap((quote): Quotation[] => {
    const { file, pattern, value } = quote;
    const found = find(texts[file] ?? "", pattern);
    const result = measure(quote, measurements);
    const base = { file, pattern, value, line: 0 };
    const none = { quoted: null, measured: null, because: null };
    if (found.length === 0) {
      return [{ ...base, ...none, verdict: "not found" }];
    }
    return found.map(({ quoted, line }): Quotation => {
      const here = { ...base, ...none, line, quoted };
      if ("because" in result) {
        return { ...here, verdict: "not judged", because: result.because };
      }
      return {
        ...here,
        verdict: matches(quoted, result.value) ? "matches" : "differs",
        measured: alike(quoted, result.value),
      };
    });
  });
}

/** Every place of a pattern; any white space of it stands for any of the text. */
function find(
  text: string,
  pattern: string,
): { readonly quoted: string; readonly line: number }[] {
  const literal = (part: string) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  const [before = "", after = ""] = pattern.split("{}");
  const whole = new RegExp(literal(before) + NUMBER + literal(after), "gd");
  let line = 1;
  let counted = 0;
  return [...text.matchAll(whole)].map((match) => {
    const [at = 0] = match.indices?.[1] ?? [];
    for (; counted < at; counted++) if (text[counted] === "\n") line++;
    return { quoted: match[1] ?? "", line };
  });
}

/**
 * The number that an expression stands for, the mean of the seeds; or why there is
 * none. The expression must have passed `checkClaim`.
 */
export function measure(
  { value, epochs = 1, data }: Pick<Quote, "value" | "epochs" | "data">,
  all: Measurements,
): { readonly value: number } | { readonly because: string } {
  const measurements = spokenOf(all, data, value);
  const { dataset, networks, titles } = measurements;
  const because =
    (dataset && otherData({ data }, dataset, { speaker: "text", titles })) ??
      tooShort(epochs, networks);
  if (because !== undefined) return { because };
  const seeds = seedsOf(measurements);
  if (seeds.length === 0) return { because: "nothing was measured" };
  try {
    const expression = parse(value);
    const sum = seeds.map((seed) =>
      Number(
        evaluate(expression, { ...measurements, seed, constants: {} }).result,
      )
    ).reduce((sum, value) => sum + value, 0);
    return { value: sum / seeds.length };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { because: error.message };
  }
}

/** A quoted number: its value, and how many digits of it stand there. */
interface Written {
  readonly value: number;
  readonly decimals: number;
  /** 10 to this power, and a hundredth for a percentage, is its unit. */
  readonly exponent: number;
  readonly percent: boolean;
}

function read(quoted: string): Written {
  const plain = quoted.replaceAll("−", "-").replaceAll(",", "");
  const percent = plain.endsWith("%");
  const [mantissa = "", exponent = "0"] = plain.replace("%", "").toLowerCase()
    .split("e");
  return {
    value: Number(`${mantissa}e${Number(exponent)}`),
    decimals: mantissa.split(".")[1]?.length ?? 0,
    exponent: Number(exponent),
    percent,
  };
}

/** Whether a value rounds to the quoted number: half a unit of its last digit away at most. */
function matches(quoted: string, value: number): boolean {
  const written = read(quoted);
  const half = Number(`5e${written.exponent - written.decimals - 1}`);
  const shown = written.percent ? value * 100 : value;
  // A little more: neither number is exact in binary.
  return Math.abs(shown - written.value) <= half * 1.000001;
}

/** A value written as the quoted number is. */
function alike(quoted: string, value: number): string {
  const { decimals, exponent, percent } = read(quoted);
  const shown = percent ? value * 100 : value;
  const scaled = exponent === 0 ? shown : shown * Number(`1e${-exponent}`);
  return scaled.toFixed(Math.min(decimals, 20)) +
    (exponent === 0 ? "" : `e${exponent}`) + (percent ? "%" : "");
}
