/** Writes numbers for a reader, alike on every machine. */

/** Four significant digits, without an exponent where a reader would rather not. */
export function fourDigits(value: number): string {
  const text = value.toPrecision(4);
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
