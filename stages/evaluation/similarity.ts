/**
 * SSIM: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality
 * assessment: from error visibility to structural similarity", IEEE Transactions
 * on Image Processing 13(4), 2004. Grey values are 0…1, so the range L is 1.
 */

import type { Size } from "../formats/images.ts";

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
 * The mean SSIM of pictures of a size, one after another in `a` and `b`: over
 * all places where the window lies inside the picture, and all pictures.
 */
export function structuralSimilarity(
  a: Float32Array,
  b: Float32Array,
  { height, width }: Size,
): number {
  const pixels = height * width;
  const count = a.length / pixels;
  const places = (height - WINDOW.length + 1) * (width - WINDOW.length + 1);
  if (
    !Number.isInteger(count) || a.length !== b.length ||
    Math.min(height, width) < WINDOW.length
  ) {
    throw new RangeError(`Not pictures of ${height} × ${width}: ${a.length}`);
  }
  // The variances are only ever needed as their sum.
  const maps = [0, 1, 2, 3].map(() => new Float64Array(pixels));
  const means = [0, 1, 2, 3].map(() => new Float64Array(places));
  const [xs, ys, squares, products] = maps as [Row, Row, Row, Row];
  const [meanX, meanY, meanSquares, meanProduct] = means as [
    Row,
    Row,
    Row,
    Row,
  ];
  const rows = new Float64Array(height * (width - WINDOW.length + 1));
  let sum = 0;
  for (let picture = 0; picture < count; picture++) {
    for (let i = 0; i < pixels; i++) {
      const x = a[picture * pixels + i]!;
      const y = b[picture * pixels + i]!;
      xs[i] = x;
      ys[i] = y;
      squares[i] = x * x + y * y;
      products[i] = x * y;
    }
    maps.forEach((map, i) => blur(map, width, rows, means[i]!));
    for (let i = 0; i < places; i++) {
      const product = meanX[i]! * meanY[i]!;
      const square = meanX[i]! * meanX[i]! + meanY[i]! * meanY[i]!;
      const covariance = meanProduct[i]! - product;
      const variances = meanSquares[i]! - square;
      sum += (2 * product + C1) * (2 * covariance + C2) /
        ((square + C1) * (variances + C2));
    }
  }
  return sum / (count * places);
}

type Row = Float64Array;

/**
 * The window's weighted means of `map` [height, width], into `blurred`, smaller by the window.
 * Two plain loops over neighbours, without a call or a division for each value: two thirds
 * of the time, and always so (V8 put the call inline in some processes only).
 */
function blur(
  map: Float64Array,
  width: number,
  rows: Float64Array, // blurred along x
  blurred: Float64Array,
): void {
  const across = width - WINDOW.length + 1;
  let i = 0;
  for (let at = 0; i < rows.length; at += width) {
    for (let j = at; j < at + across; j++) {
      rows[i++] = W0! * (map[j]! + map[j + 10]!) +
        W1! * (map[j + 1]! + map[j + 9]!) +
        W2! * (map[j + 2]! + map[j + 8]!) +
        W3! * (map[j + 3]! + map[j + 7]!) +
        W4! * (map[j + 4]! + map[j + 6]!) +
        W5! * map[j + 5]!;
    }
  }
  for (let i = 0; i < blurred.length; i++) {
    blurred[i] = W0! * (rows[i]! + rows[i + 10 * across]!) +
      W1! * (rows[i + across]! + rows[i + 9 * across]!) +
      W2! * (rows[i + 2 * across]! + rows[i + 8 * across]!) +
      W3! * (rows[i + 3 * across]! + rows[i + 7 * across]!) +
      W4! * (rows[i + 4 * across]! + rows[i + 6 * across]!) +
      W5! * rows[i + 5 * across]!;
  }
}

/** The window is symmetric. */
const [W0, W1, W2, W3, W4, W5] = WINDOW;
