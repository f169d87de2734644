/** Numbers as files and captions write them. */

/** Nine significant digits, which tell any two 32-bit floats apart: for files. */
export function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/** Three significant digits: 1030, 0.112. */
export function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
