/** Pictures as bytes 0…255, as files hold them, and as numbers 0…1, as networks take them. */

// Loops, not `from`: that takes a hundred times as long for millions of pixels.

/** Grey values 0…1, rounded to float32 as x / 255. */
export function fromBytes(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = bytes[i]! / 255;
  return values;
}

/** The nearest bytes; what lies outside 0…1 is cut off there. */
export function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    bytes[i] = Math.floor(Math.min(1, Math.max(0, values[i]!)) * 255 + 0.5);
  }
  return bytes;
}
