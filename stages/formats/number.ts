/** Numbers as files and captions write them. */

/** Nine significant digits, which tell any two 32-bit floats apart: for files. */
export function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/** Three significant digits: 1030, 0.112, 7.51e7. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) < 1e6
    ? String(rounded)
    : rounded.toExponential().replace("+", "");
}

/** 10000 as "10,000", as a caption has it. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "0.1, 0.01 and 0.001". */
export function listed(numbers: readonly (number | string)[]): string {
  return numbers.length < 2
    ? numbers.join("")
    : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}
