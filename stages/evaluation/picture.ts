/** Pictures as bytes 0…255, as files hold them, and as numbers 0…1, as networks take them. */

/** Grey values 0…1, rounded to float32 as x / 255. */
export function fromBytes(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

/** The nearest bytes; what lies outside 0…1 is cut off there. */
export function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(
    values,
    (value) => Math.floor(Math.min(1, Math.max(0, value)) * 255 + 0.5),
  );
}

/** Nine significant digits: all that float32 pictures can say, and a shorter file. */
export function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
