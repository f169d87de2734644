/**
 * SSIM: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality
 * assessment: from error visibility to structural similarity", IEEE Transactions
 * on Image Processing 13(4), 2004. Grey values are 0…1, so the range L is 1.
 */

/**
 * The paper's window: 11 points of a Gaussian with standard deviation 1.5, its
 * sum 1. A table, because `Math.exp` may differ in the last digit by machine.
 */
const WINDOW = Float64Array.of(
  0.00102838008447911,
  0.007598758135239185,
  0.03600077212843083,
  0.10936068950970002,
  0.2130055377112537,
  0.26601172486179436,
  0.2130055377112537,
  0.10936068950970002,
  0.03600077212843083,
  0.007598758135239185,
  0.00102838008447911,
);

/** (K₁ L)² and (K₂ L)² with the paper's K₁ = 0.01 and K₂ = 0.03. */
const C1 = 0.0001;
const C2 = 0.0009;

/**
 * The mean SSIM of pictures of a side, one after another in `a` and `b`: over
 * all places where the window lies inside the picture, and all pictures.
 */
export function structuralSimilarity(
  a: Float32Array,
  b: Float32Array,
  side: number,
): number {
  const pixels = side * side;
  const count = a.length / pixels;
  const places = side - WINDOW.length + 1;
  if (!Number.isInteger(count) || a.length !== b.length || places < 1) {
    throw new RangeError(`Not pictures of ${side} × ${side}: ${a.length}`);
  }
  const maps = {
    a: new Float64Array(pixels),
    b: new Float64Array(pixels),
    aa: new Float64Array(pixels),
    bb: new Float64Array(pixels),
    ab: new Float64Array(pixels),
  };
  const rows = new Float64Array(side * places);
  const blurred = {
    a: new Float64Array(places * places),
    b: new Float64Array(places * places),
    aa: new Float64Array(places * places),
    bb: new Float64Array(places * places),
    ab: new Float64Array(places * places),
  };
  let sum = 0;
  for (let picture = 0; picture < count; picture++) {
    for (let i = 0; i < pixels; i++) {
      const x = a[picture * pixels + i]!;
      const y = b[picture * pixels + i]!;
      maps.a[i] = x;
      maps.b[i] = y;
      maps.aa[i] = x * x;
      maps.bb[i] = y * y;
      maps.ab[i] = x * y;
    }
    for (const name of ["a", "b", "aa", "bb", "ab"] as const) {
      blur(maps[name], side, rows, blurred[name]);
    }
    for (let i = 0; i < places * places; i++) {
      const meanA = blurred.a[i]!;
      const meanB = blurred.b[i]!;
      const varianceA = blurred.aa[i]! - meanA * meanA;
      const varianceB = blurred.bb[i]! - meanB * meanB;
      const covariance = blurred.ab[i]! - meanA * meanB;
      sum += (2 * meanA * meanB + C1) * (2 * covariance + C2) /
        ((meanA * meanA + meanB * meanB + C1) *
          (varianceA + varianceB + C2));
    }
  }
  return sum / (count * places * places);
}

/** The window's weighted means: `map` [side, side] → `blurred` [places, places]. */
function blur(
  map: Float64Array,
  side: number,
  rows: Float64Array, // [side, places], blurred along x
  blurred: Float64Array,
): void {
  const places = side - WINDOW.length + 1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < places; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) {
        sum += WINDOW[k]! * map[y * side + x + k]!;
      }
      rows[y * places + x] = sum;
    }
  }
  for (let y = 0; y < places; y++) {
    for (let x = 0; x < places; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) {
        sum += WINDOW[k]! * rows[(y + k) * places + x]!;
      }
      blurred[y * places + x] = sum;
    }
  }
}
