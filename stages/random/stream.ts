/**
 * Seeded streams of random numbers, one per purpose, so that drawing more of
 * one kind does not change another. Integer arithmetic only: the same numbers
 * on every machine.
 */

/** A stream of random numbers. */
export interface Stream {
  /** The next of 2³² integers. */
  uint32(): number;
  /** The next number in [0, 1), a multiple of 2⁻³². */
  uniform(): number;
  /** The next number in [low, high). */
  between(low: number, high: number): number;
  /** The next integer in [0, bound). Its bias is below bound · 2⁻³². */
  below(bound: number): number;
}

/**
 * The stream of a seed and a purpose: xoshiro128** (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2021), its state filled by
 * SplitMix32 from the purpose's FNV-1a hash and the seed.
 */
export function stream(seed: number, purpose: string): Stream {
  let mixed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${purpose}\n${seed}`)) {
    mixed = Math.imul(mixed ^ byte, 0x01000193);
  }
  const fill = () => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  const uint32 = () => {
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => uint32() / 0x1_0000_0000;
  return {
    uint32,
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below: (bound) => Math.floor(uniform() * bound),
  };
}
