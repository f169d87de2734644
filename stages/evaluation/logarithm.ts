/** A logarithm whose last digit is not the JavaScript engine's business. */

const LN2 = 0.6931471805599453;
const LN10 = 2.302585092994046;

/**
 * The decimal logarithm of a positive normal number, from + − × ÷ alone and
 * therefore equal on every machine. Within a few units in the last place of the
 * true one.
 *
 * x = m · 2^e with m between √½ and √2; then ln m = 2 artanh((m − 1) / (m + 1)), whose
 * series shrinks by a factor of 34 a term or more: ten terms reach 2⁻⁵³.
 */
export function log10(x: number): number {
  if (!(x > 0) || x === Infinity) throw new RangeError(`No log10 of ${x}`);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  let exponent = (view.getUint16(0) >> 4) - 1023;
  view.setUint16(0, (view.getUint16(0) & 0x000f) | (1023 << 4));
  let mantissa = view.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let n = 19; n >= 1; n -= 2) series = series * square + 1 / n;
  return (exponent * LN2 + 2 * s * series) / LN10;
}
