/** Writes numbers for a reader, alike on every machine. */
export { aligned } from "./client/aligned.js";

/** Significant digits, 4 unless told, without an exponent where a reader would rather not. */
export function digits(value: number, count = 4): string {
  if (value === 0) return "0";
  const text = value.toPrecision(count);
  return /e/.test(text) ? String(Number(text)) : text;
}

/** 55 000, with a narrow space. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** `1 step`, `8 600 steps`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `98`, or `98 to 147` where they differ. */
export function span(counts: readonly number[]): string {
  const least = counts.reduce((a, b) => Math.min(a, b));
  const most = counts.reduce((a, b) => Math.max(a, b));
  return least === most
    ? grouped(most)
    : `${grouped(least)} to ${grouped(most)}`;
}

/** `3 epochs`, or `2 to 4 epochs` where they differ. */
export function countedSpan(counts: readonly number[], noun: string): string {
  return `${span(counts)} ${noun}${
    counts.every((one) => one === 1) ? "" : "s"
  }`;
}

/** So many are named; of more the number says more. */
const NAMED = 6;

/** `0.1`, `0.1 and 0.2`, `0.1, 0.2 and 0.3`; of many the first, and how many others. */
export function listed(values: readonly (string | number)[]): string {
  const texts = values.map(String);
  const some = texts.length > NAMED
    ? [...texts.slice(0, NAMED - 1), `${texts.length - NAMED + 1} others`]
    : texts;
  return some.length < 2
    ? some.join()
    : `${some.slice(0, -1).join(", ")} and ${some.at(-1)}`;
}
